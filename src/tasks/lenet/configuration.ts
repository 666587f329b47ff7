/** Which settings train the same network, and which of them differ from the defaults. */
import { namesIn } from '../../base/hyperparameter.ts';
import { uncountedAugmentations } from '../../data/augmentations.ts';
import { aboutOptimizer, optimizerKinds } from '../../nn/optimizers.ts';
import type { Settings, Value } from '../../study/definition.ts';
import type { TaskSettings } from '../task.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
  variantNames,
} from './hyperparameters.ts';
import { published } from './lenet5-1998.ts';
import type { NetworkFile, NetworkValues } from './network-file.ts';
import { networkIn, ownInitialization, withNumbers } from './networks.ts';
import { upgradedSettings } from './older-settings.ts';
import { augmentationOf, makeModel, publishedLoss, recipeOf } from './recipe.ts';

/**
 * Settings with the defaults filled in. The numbers of a network file are written into its text.
 * @throws UsageError for a value that is not allowed or would be ignored.
 */
export function completeSettings(settings: Settings): Hyperparameters {
  const complete = hyperparametersOf(settings);
  recipeOf(complete);
  return complete;
}

/** {@link completeSettings} without the check that the settings fit each other. @throws UsageError for a value that is not allowed. */
export function hyperparametersOf(settings: Settings): Hyperparameters {
  const own = Object.entries(settings).filter(([name]) => !(name in hyperparameters));
  const complete = completeHyperparameters(settings);
  return { ...complete, model: withNumbers(complete.model, Object.fromEntries(own) as NetworkValues) };
}

/** Whether settings may have a hyperparameter of this name: one of ours, or a number that the network's file names. */
export function isHyperparameter(name: string, settings: Settings): boolean {
  return name in hyperparameters || Object.hasOwn(numbersOf(settings), name);
}

/** The numbers that the network's file names. */
function numbersOf({ model = hyperparameters.model.default }: Settings): NetworkFile['parameters'] {
  return (typeof model === 'string' ? networkIn(model)?.parameters : undefined) ?? {};
}

/**
 * The canonical settings: two settings that train the same network, bit for bit, give the same object. AdamW without
 * decay becomes Adam, the published network's own choices become "published", and defaults are left out.
 * @throws UsageError as {@link completeSettings}.
 */
export function canonicalSettings(settings: Settings): Settings {
  const { seed, ...complete } = completeSettings(settings);
  const { model = complete.model } = settings;
  const written: HyperparameterName[] = variantNames.filter((name) => complete[name] === published[name]);
  if (complete.initialization === ownInitialization(complete.model)) written.push('initialization');
  if (complete.loss === publishedLoss(makeModel(complete))) written.push('loss');
  const equal = equalTo({ ...complete, seed });
  const plain: Settings = {
    ...complete,
    model,
    freeze: [...new Set(namesIn(complete.freeze))].sort().join() || complete.freeze,
    ...defaultsOf(uncounted({ ...complete, seed })),
    ...Object.fromEntries(written.map((name) => [name, 'published'])),
    ...(equal ? { optimizer: equal.name } : {}),
  };
  const names = hyperparameterNames.filter((name) => name in plain && plain[name] !== hyperparameters[name].default);
  const numbers = Object.entries(numbersOf(settings)).flatMap(([name, { default: usual }]): [string, Value][] => {
    const value = settings[name] ?? usual;
    return value === usual ? [] : [[name, value]];
  });
  return Object.fromEntries([...names.map((name): [string, Value] => [name, plain[name]!]), ...numbers]);
}

/**
 * Settings with the defaults filled in, each number of the network's file by its name.
 * @throws UsageError as {@link completeSettings}.
 */
function spelledOut(settings: Settings): Settings {
  const numbers = Object.entries(numbersOf(settings)).map(([name, entry]) => [name, settings[name] ?? entry.default]);
  const complete = completeSettings(settings);
  return { ...complete, model: settings.model ?? complete.model, ...Object.fromEntries(numbers) };
}

/** Hyperparameters that have no effect beside the others' values, although they may be given. */
function uncounted(values: Hyperparameters): HyperparameterName[] {
  const { warmUp, l2, weightDecay } = values;
  return [
    ...(warmUp === 0 ? ['warmUpFrom' as const] : []),
    ...(l2 === 0 && weightDecay === 0 ? ['decayBiases' as const] : []),
    ...uncountedAugmentations(augmentationOf(values)),
  ];
}

function defaultsOf(names: readonly HyperparameterName[]): Settings {
  return Object.fromEntries(names.map((name) => [name, hyperparameters[name].default]));
}

/** A simpler optimizer that does the same steps with these values, if there is one, and why. */
function equalTo(values: Hyperparameters) {
  return aboutOptimizer(optimizerKinds[values.optimizer].make(values)).equalTo();
}

/** The settings of our networks: completion, canonical form and equality. */
export const lenetSettings: TaskSettings = {
  parameters: hyperparameters,
  complete: spelledOut,
  canonical: canonicalSettings,
  upgraded: upgradedSettings,
  whySame(a, b) {
    const [x, y] = [completeSettings(a), completeSettings(b)];
    return x.optimizer === y.optimizer ? undefined : (equalTo(x) ?? equalTo(y))?.why;
  },
};
