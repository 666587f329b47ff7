/** A recipe: everything that determines a run, except its data and given initial weights. */
import { checkChoice, checkFlag, checkInteger, checkOptions, type OptionNames } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { checkValue, fraction, type HyperparameterTable, names, notNegative, number } from '../base/hyperparameter.ts';
import { checkMade } from '../base/kinds.ts';
import { type Augmentation, augmentation as augmentationOf, checkAugmentation } from '../data/augmentations.ts';
import { type Arithmetic, arithmetics } from '../engine/kernels.ts';
import { frozenLayers } from '../nn/frozen.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { aboutLoss, type Loss, lossKinds } from '../nn/losses.ts';
import { checkModel, givesDistances, type Model } from '../nn/model.ts';
import { aboutOptimizer, type Optimizer, optimizerKinds } from '../nn/optimizers.ts';
import { constantRate } from '../nn/schedules/constant.ts';
import { type Schedule, scheduleKinds } from '../nn/schedules.ts';

/**
 * Everything that determines a run, except its data. A recipe is plain data, which can be posted to a thread or written
 * as JSON. The model's `initialization` is the rule for the initial weights.
 */
export interface Recipe {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** What happens to the images that are trained on; evaluations see them as they are. */
  readonly augmentation: Augmentation;
  /** The largest norm of a step's gradient, over all parameters that are trained; a larger gradient is scaled down. 0: any. */
  readonly clipNorm: number;
  /**
   * Which share of the moving average of the weights is kept at every step, 0 to below 1. With an average, it is what is
   * evaluated. 0: there is none.
   */
  readonly ema: number;
  /** The names of layers, or of blocks of layers, that are not trained: their tensors keep their bits. */
  readonly freeze: readonly string[];
  /** Images per step, at least 1. The last batch of an epoch may be smaller. */
  readonly batchSize: number;
  /** Passes over the training set, 0 to 1,000,000. */
  readonly epochs: number;
  /** Determines the initial weights, the order of the images, their augmentation and dropout: an integer of at least 0. */
  readonly seed: number;
  /** Whether every epoch has a new random order of the images; otherwise it is the order of the data. */
  readonly shuffle: boolean;
  /** `strict`: the same bits on every machine. `fused`: faster. */
  readonly arithmetic: Arithmetic;
}

/**
 * A recipe as users write it. Defaults: cross-entropy, a constant learning rate, no augmentation, no clipping, no average, no frozen layers, batchSize 128, 10 epochs, seed 1,
 * shuffle true, strict arithmetic.
 */
export type RecipeSettings = Pick<Recipe, 'model' | 'optimizer'> & {
  readonly [Name in Exclude<keyof Recipe, 'model' | 'optimizer'>]?: Recipe[Name] | undefined;
};

/** The part of a recipe that an evaluation needs. */
export type EvaluationRecipe = Pick<Recipe, 'model' | 'loss' | 'arithmetic'>;
/**
 * An {@link EvaluationRecipe} as users write it: the model, and optionally loss (default cross-entropy) and arithmetic
 * (default strict). A whole recipe is also accepted.
 */
export type EvaluationSettings = Pick<Recipe, 'model'> & Partial<Omit<RecipeSettings, 'model'>>;

const recipeNames: OptionNames<Recipe> = {
  model: true,
  loss: true,
  optimizer: true,
  schedule: true,
  augmentation: true,
  clipNorm: true,
  ema: true,
  freeze: true,
  batchSize: true,
  epochs: true,
  seed: true,
  shuffle: true,
  arithmetic: true,
};

/** The hyperparameters of a run that belong to no optimizer, schedule, loss or augmentation. */
export const trainingHyperparameters = {
  clipNorm: number(0, notNegative, 'Scales gradients down to this norm where theirs is larger; 0: never'),
  ema: number(0, fraction, 'Averages the weights: the share of the average kept at every step; 0: no average'),
  freeze: names('Layers that keep their weights, such as conv1,conv2, or blocks of layers'),
} as const satisfies HyperparameterTable;

/** The names of what a run keeps for every parameter: the optimizer's state, and the average. */
export function stateNamesOf({ optimizer, ema }: Pick<Recipe, 'optimizer' | 'ema'>): readonly string[] {
  return [...aboutOptimizer(optimizer).stateNames(), ...(ema > 0 ? [averageName] : [])];
}

/** The name of the average among the states. */
export const averageName = 'ema';

/** Fills in the defaults. @throws UsageError for invalid parts, and for parts that do not fit each other. */
export function completeRecipe(settings: RecipeSettings): Recipe {
  checkOptions('a recipe', settings, recipeNames);
  const { optimizer, schedule = constantRate(), augmentation = augmentationOf() } = settings;
  const { clipNorm = 0, ema = 0, freeze = [] } = settings;
  const { batchSize = 128, epochs = 10, seed = 1, shuffle = true } = settings;
  const { model, loss, arithmetic } = completeEvaluation(settings);
  checkMade('optimizer', optimizerKinds, optimizer);
  checkMade('schedule', scheduleKinds, schedule);
  checkAugmentation(augmentation);
  checkValue('clipNorm', trainingHyperparameters.clipNorm, clipNorm);
  checkValue('ema', trainingHyperparameters.ema, ema);
  frozenLayers(model, freeze);
  checkInteger('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('epochs', epochs, 0, 1_000_000);
  checkInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkFlag('shuffle', shuffle);
  const { curvature, classWeights } = aboutLoss(loss);
  if (aboutOptimizer(optimizer).needsCurvature && !givesDistances(model) && (!curvature || classWeights())) {
    throw new UsageError(
      `optimizer ${optimizer.name} needs second derivatives, which loss ${loss.name}${classWeights() ? ' with class weights' : ''} does not give for this output`,
    );
  }
  const normalized = model.layers.find(({ layer }) => layer.type === 'batchNorm2d');
  if (aboutOptimizer(optimizer).needsCurvature && normalized) {
    throw new UsageError(
      `optimizer ${optimizer.name} needs second derivatives, which layer ${normalized.name} (batchNorm2d) does not give`,
    );
  }
  return {
    model,
    loss,
    optimizer,
    schedule,
    augmentation,
    clipNorm,
    ema,
    freeze,
    batchSize,
    epochs,
    seed,
    shuffle,
    arithmetic,
  };
}

/** Fills in the defaults of loss and arithmetic. @throws UsageError as {@link completeRecipe}. */
export function completeEvaluation(settings: EvaluationSettings): EvaluationRecipe {
  checkOptions('a recipe', settings, recipeNames);
  const { model, loss = crossEntropy(), arithmetic = 'strict' } = settings;
  checkModel('model', model);
  checkMade('loss', lossKinds, loss);
  checkChoice('arithmetic', arithmetic, arithmetics);
  if (aboutLoss(loss).needsDistances && !givesDistances(model)) {
    throw new UsageError(
      `loss ${loss.name} is for an rbf output only, the last layer of model ${model.name} is no rbf`,
    );
  }
  const weights = aboutLoss(loss).classWeights();
  if (weights && weights.length !== model.classes) {
    throw new UsageError(
      `classWeights: model ${model.name} has ${model.classes} classes, so it needs as many weights, got ${weights.length}`,
    );
  }
  return { model, loss, arithmetic };
}
