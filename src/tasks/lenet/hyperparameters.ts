/** The one table of hyperparameters: name, default, what is allowed, and a sentence; help, checks and records derive from it. */
import { UsageError, unknownChoice } from '../../base/errors.ts';
import { type Arithmetic, arithmetics } from '../../engine/kernels.ts';
import { crossEntropy, type Loss, lossNames, map, mse } from '../../nn/losses.ts';
import { type Initialization, initializations, type Model } from '../../nn/model.ts';
import {
  adabelief,
  adam,
  adamw,
  nadam,
  type Optimizer,
  type OptimizerName,
  optimizerNames,
  sdlm,
  sgd,
} from '../../nn/optimizers.ts';
import { type ScheduleName, scheduleNames } from '../../nn/schedules.ts';
import type { Condition } from '../../study/space.ts';
import { lenet5Original, published, type Variant, type VariantName, variantChoices } from './lenet5-1998.ts';
import { modelByName, modelNames } from './models.ts';

interface Common<T> {
  readonly default: T;
  /** For help and reports, starts with a capital letter and has no full stop. */
  readonly sentence: string;
  /** It counts under these values of others only; any other value than the default is refused elsewhere. */
  readonly when?: Condition;
}
interface Choice<T extends string> extends Common<T> {
  readonly kind: 'choice';
  readonly choices: readonly T[];
}
interface Numeric extends Common<number> {
  readonly kind: 'integer' | 'number';
  readonly least: number;
  readonly most: number;
  /** Whether `least` itself is excluded. */
  readonly above?: boolean;
}
interface Flag extends Common<boolean> {
  readonly kind: 'flag';
  /** What leaving it out means, for a flag that is on by default. */
  readonly off?: string;
}
interface Limit extends Common<number | null> {
  readonly kind: 'limit';
}
export type Hyperparameter = Choice<string> | Numeric | Flag | Limit;

const choice = <T extends string>(value: T, choices: readonly T[], sentence: string): Choice<T> => ({
  kind: 'choice',
  default: value,
  choices,
  sentence,
});
const integer = (value: number, least: number, most: number, sentence: string): Numeric => ({
  kind: 'integer',
  default: value,
  least,
  most,
  sentence,
});
const number = (value: number, allowed: Pick<Numeric, 'least' | 'most' | 'above'>, sentence: string): Numeric => ({
  kind: 'number',
  default: value,
  ...allowed,
  sentence,
});
const off = (sentence: string): Flag => ({ kind: 'flag', default: false, sentence });
const under = <T extends Hyperparameter>(when: Condition, entry: T): T => ({ ...entry, when });
const on = (sentence: string, without: string): Flag => ({ kind: 'flag', default: true, sentence, off: without });
const limit = (sentence: string): Limit => ({ kind: 'limit', default: null, sentence });

const positive = { least: 0, most: Number.MAX_VALUE, above: true } as const;
const notNegative = { least: 0, most: Number.MAX_VALUE } as const;

/** What a published network can be changed in; `published` leaves it as it is. */
const variant = <T extends string>(choices: readonly T[], sentence: string) =>
  under(
    { model: ['lenet5-1998'] },
    choice<T | 'published'>('published', ['published', ...choices], `${sentence} (lenet5-1998 only)`),
  );
const variants = {
  activation: variant(variantChoices.activation, 'Activation'),
  pooling: variant(variantChoices.pooling, 'What shrinks the maps'),
  poolActivation: variant(variantChoices.poolActivation, 'Activation after pooling, too'),
  output: variant(variantChoices.output, 'Output layer'),
  connections: variant(variantChoices.connections, 'Which maps C3 reads'),
  inputSize: variant(variantChoices.inputSize, 'Height and width of the padded image'),
} satisfies Readonly<Record<VariantName, Hyperparameter>>;

type LossChoice = Loss['name'] | 'published';
const lossChoices: readonly LossChoice[] = ['published', ...lossNames];

/** Defaults are those of the Flux model zoo's script. */
export const hyperparameters = {
  model: choice('lenet5', modelNames, 'Network to train'),
  optimizer: choice<OptimizerName>('adam', optimizerNames, 'How weights follow their gradients'),
  learningRate: number(3e-4, positive, 'Step size of the first pass'),
  schedule: choice<ScheduleName>(
    'constant',
    scheduleNames,
    'How the step size goes on from pass to pass; lecun1998: times 1 (2 passes), .4 (3), .2 (3), .1 (4), .02',
  ),
  batchSize: integer(128, 1, 10_000_000, 'Images a step averages its gradient over'),
  l2: number(0, notNegative, 'Adds this times the weights and biases to the gradient'),
  weightDecay: under(
    { optimizer: ['adamw'] },
    number(0, notNegative, 'Decoupled decay, times learning rate and weights (adamw only)'),
  ),
  momentum: under(
    { optimizer: ['sgd'] },
    number(0, { least: 0, most: 1 - 2 ** -24 }, 'Memory of past gradients (sgd only)'),
  ),
  nesterov: under({ optimizer: ['sgd'] }, off('Look ahead along the momentum (sgd only)')),
  biasCorrection: under(
    { optimizer: ['adam', 'adabelief'] },
    on(
      'Correct the moments for their start at zero (adam, adabelief)',
      'Leave the moments uncorrected, as Flux 0.12.4 did for AdaBelief (adam, adabelief)',
    ),
  ),
  mu: under(
    { optimizer: ['sdlm'] },
    number(0.02, positive, 'Added to second derivatives before the step size is divided by them (sdlm only)'),
  ),
  loss: choice<LossChoice>(
    'published',
    lossChoices,
    'What is minimized; mse and map are equations 8 and 9 of the paper of 1998 (rbf output only)',
  ),
  mapConstant: under({ loss: ['map', 'published'] }, number(0.1, positive, 'Constant j of equation 9 (loss map only)')),
  ...variants,
  initialization: choice<Initialization | 'published'>(
    'published',
    ['published', ...initializations],
    'How weights start; lecun: variance 1 / inputs, lecun1998: within 2.4 / inputs',
  ),
  epochs: integer(10, 0, 1_000_000, 'Passes over the training set'),
  seed: integer(1, 0, Number.MAX_SAFE_INTEGER, 'Determines initial weights and the order of images'),
  shuffle: on('Draw a new order of the images every epoch', 'Keep the images in the order of the data'),
  trainLimit: limit('Use only the first N training images'),
  testLimit: limit('Use only the first N test images'),
  arithmetic: choice<Arithmetic>('strict', arithmetics, 'strict: same bits everywhere; fused: faster'),
} as const satisfies Readonly<Record<string, Hyperparameter>>;

export type HyperparameterName = keyof typeof hyperparameters;
export const hyperparameterNames = Object.keys(hyperparameters) as HyperparameterName[];

export type Hyperparameters = { readonly [Name in HyperparameterName]: (typeof hyperparameters)[Name]['default'] };

/** The value of each hyperparameter that is given, checked, and the default of each that is not. @throws UsageError. */
export function completeHyperparameters(
  given: Readonly<Partial<Record<HyperparameterName, unknown>>>,
): Hyperparameters {
  const values = hyperparameterNames.map((name) => {
    const value = given[name];
    if (value !== undefined) checkHyperparameter(name, value, name);
    return [name, value ?? hyperparameters[name].default];
  });
  return Object.fromEntries(values) as Hyperparameters;
}

/** @param label how the caller calls it, for instance `--batch-size`. @throws UsageError unless the value is allowed. */
export function checkHyperparameter(name: HyperparameterName, value: unknown, label: string): void {
  const entry: Hyperparameter = hyperparameters[name];
  if (entry.kind === 'choice') {
    if (typeof value !== 'string' || !entry.choices.includes(value))
      throw unknownChoice(name, String(value), entry.choices);
  } else if (entry.kind === 'flag') {
    if (typeof value !== 'boolean') throw new UsageError(`${label}: expected true or false, got ${String(value)}`);
  } else if (!(entry.kind === 'limit' && value === null) && !isAllowed(entry, value)) {
    throw new UsageError(`${label}: expected ${allowed(entry)}, got ${String(value)}`);
  }
}

function isAllowed(entry: Numeric | Limit, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (entry.kind === 'limit') return Number.isSafeInteger(value) && value >= 1;
  if (entry.kind === 'integer' && !Number.isSafeInteger(value)) return false;
  return value <= entry.most && (entry.above ? value > entry.least : value >= entry.least);
}

/** What a numeric hyperparameter may be, in words. */
function allowed(entry: Numeric | Limit): string {
  if (entry.kind === 'limit') return 'an integer of at least 1';
  const { kind, least, most, above } = entry;
  const open = most >= Number.MAX_SAFE_INTEGER;
  if (kind === 'integer') return open ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  if (open) return above ? `a number above ${least}` : `a number of at least ${least}`;
  return `a number from ${least} to below 1`;
}

/** @throws UsageError for a hyperparameter that would be ignored, since another one has not the value it counts under. */
function checkConditions(values: Hyperparameters, names: readonly HyperparameterName[]): void {
  for (const name of names) {
    const entry: Hyperparameter = hyperparameters[name];
    if (values[name] === entry.default) continue;
    for (const [other, needed] of Object.entries(entry.when ?? {})) {
      const value = values[other as HyperparameterName];
      if (needed.includes(value)) continue;
      const what = `${name} ${String(values[name])}`;
      throw new UsageError(`${what} is for ${other} ${needed.join(' and ')} only, the ${other} is ${String(value)}`);
    }
  }
}

/** @throws UsageError for a hyperparameter the chosen optimizer would ignore. */
export function makeOptimizer(values: Hyperparameters): Optimizer {
  const { optimizer, learningRate, l2, weightDecay, momentum, nesterov, biasCorrection, mu } = values;
  checkConditions(values, ['weightDecay', 'momentum', 'nesterov', 'biasCorrection', 'mu']);
  switch (optimizer) {
    case 'sgd':
      return sgd({ learningRate, l2, momentum, nesterov });
    case 'adam':
      return adam({ learningRate, l2, biasCorrection });
    case 'adamw':
      return adamw({ learningRate, l2, weightDecay });
    case 'nadam':
      return nadam({ learningRate, l2 });
    case 'adabelief':
      return adabelief({ learningRate, l2, biasCorrection });
    case 'sdlm':
      return sdlm({ learningRate, l2, mu });
  }
}

export const variantNames = Object.keys(variants) as readonly VariantName[];

/** The network that the hyperparameters describe. @throws UsageError for a change of a network that has no such variants. */
export function makeModel(values: Pick<Hyperparameters, 'model' | 'initialization' | VariantName>): Model {
  const model = madeAs(values);
  const { initialization } = values;
  return initialization === 'published' ? model : { ...model, initialization };
}

function madeAs(values: Pick<Hyperparameters, 'model' | VariantName>): Model {
  if (values.model === 'lenet5-1998') return lenet5Original(variantOf(values));
  const given = variantNames.find((name) => values[name] !== 'published');
  if (given !== undefined) {
    throw new UsageError(`${given} ${values[given]} is for model lenet5-1998 only, the model is ${values.model}`);
  }
  return modelByName(values.model);
}

function variantOf(values: Pick<Hyperparameters, VariantName>): Variant {
  const chosen = variantNames.map((name) => [name, values[name] === 'published' ? published[name] : values[name]]);
  return Object.fromEntries(chosen) as Variant;
}

/** The loss that the hyperparameters describe. @throws UsageError where the network's output does not suit it. */
export function makeLoss(values: Pick<Hyperparameters, 'model' | 'loss' | 'mapConstant' | VariantName>): Loss {
  const hasDistances = values.model === 'lenet5-1998' && variantOf(values).output === 'rbf';
  const name = values.loss === 'published' ? (hasDistances ? 'map' : 'cross-entropy') : values.loss;
  if (name !== 'cross-entropy' && !hasDistances) {
    throw new UsageError(`loss ${name} is for an rbf output only, that of this ${values.model} is softmax`);
  }
  if (name !== 'map' && values.mapConstant !== hyperparameters.mapConstant.default) {
    throw new UsageError(`the constant of equation 9 is for loss map only, the loss is ${name}`);
  }
  if (name === 'map') return map(values.mapConstant);
  return name === 'mse' ? mse : crossEntropy;
}
