/** A recipe: everything that determines a run beside its data and the weights it starts from. */
import { UsageError, unknownChoice } from '../base/errors.ts';
import { type Arithmetic, arithmetics } from '../engine/kernels.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { aboutLoss, type Loss, lossNames } from '../nn/losses.ts';
import { givesDistances, type Model } from '../nn/model.ts';
import { aboutOptimizer, type Optimizer, optimizerNames } from '../nn/optimizers.ts';
import { constantRate } from '../nn/schedules/constant.ts';
import { type Schedule, scheduleNames } from '../nn/schedules.ts';

/** Plain data: it may be posted to a thread or written as JSON as it is. The model's `initialization` says how its weights start. */
export interface Recipe {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Images of a step, at least 1. The last batch of an epoch may be smaller. */
  readonly batchSize: number;
  /** Passes over the training set, 0 to 1,000,000. */
  readonly epochs: number;
  /** Determines initial weights and the order of the images: an integer of at least 0. */
  readonly seed: number;
  /** Whether every epoch has a new order of the images, or that of the data. */
  readonly shuffle: boolean;
  /** `strict`: the same bits on every machine. `fused`: faster. */
  readonly arithmetic: Arithmetic;
}

/** A recipe as users write it. What is left out is cross-entropy, a constant rate, batches of 128, 10 epochs, seed 1, shuffled, strict. */
export type RecipeSettings = Pick<Recipe, 'model' | 'optimizer'> & Partial<Recipe>;

/** What an evaluation needs of a recipe. */
export type EvaluationRecipe = Pick<Recipe, 'model' | 'loss' | 'arithmetic'>;
export type EvaluationSettings = Pick<Recipe, 'model'> & Partial<EvaluationRecipe>;

/** Fills in the defaults. @throws UsageError for parts that are not allowed, or do not fit each other. */
export function completeRecipe(settings: RecipeSettings): Recipe {
  const { optimizer, schedule = constantRate(), batchSize = 128, epochs = 10, seed = 1, shuffle = true } = settings;
  const { model, loss, arithmetic } = completeEvaluation(settings);
  checkPart('optimizer', optimizer, optimizerNames);
  checkPart('schedule', schedule, scheduleNames);
  checkInteger('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('epochs', epochs, 0, 1_000_000);
  checkInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (typeof shuffle !== 'boolean') throw new UsageError(`shuffle: expected true or false, got ${String(shuffle)}`);
  if (aboutOptimizer(optimizer).needsCurvature && !givesDistances(model) && !aboutLoss(loss).curvature) {
    throw new UsageError(
      `optimizer ${optimizer.name} needs second derivatives, which loss ${loss.name} does not give for this output`,
    );
  }
  return { model, loss, optimizer, schedule, batchSize, epochs, seed, shuffle, arithmetic };
}

/** Fills in the defaults of what an evaluation needs. @throws UsageError as {@link completeRecipe}. */
export function completeEvaluation(settings: EvaluationSettings): EvaluationRecipe {
  const { model, loss = crossEntropy(), arithmetic = 'strict' } = settings;
  if (!Array.isArray(model?.layers)) throw new UsageError('model: expected a model, as sequential() makes it');
  checkPart('loss', loss, lossNames);
  if (!arithmetics.includes(arithmetic)) throw unknownChoice('arithmetic', String(arithmetic), arithmetics);
  if (aboutLoss(loss).needsDistances && !givesDistances(model)) {
    throw new UsageError(
      `loss ${loss.name} is for an rbf output only, the last layer of model ${model.name} is no rbf`,
    );
  }
  return { model, loss, arithmetic };
}

/** @throws UsageError unless `part` is plain data with one of the names. */
function checkPart(what: string, part: { readonly name: string } | undefined, names: readonly string[]): void {
  const name: unknown = part?.name;
  if (typeof name === 'string' && names.includes(name)) return;
  const got = typeof part === 'string' ? `"${part}"` : typeof name === 'string' ? `one named "${name}"` : typeof part;
  throw new UsageError(`${what}: expected the object that a constructor makes (${names.join(', ')}), got ${got}`);
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${name}: expected an integer ${range}, got ${value}`);
}
