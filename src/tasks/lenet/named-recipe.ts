/**
 * From hyperparameters to a recipe: the network, loss, optimizer and schedule that they describe. Networks are made by a
 * function that is handed in: in a browser only those with a name here.
 */
import { UsageError } from '../../base/errors.ts';
import { namesIn } from '../../base/hyperparameter.ts';
import { refuseForeign } from '../../base/kinds.ts';
import { nameOfValue } from '../../base/named-content.ts';
import { type Augmentation, augmentation, augmentationHyperparameters } from '../../data/augmentations.ts';
import { classCountsOf, classNamesOf, type Dataset } from '../../data/dataset.ts';
import { areDigits } from '../../data/mnist.ts';
import { normalizationOf } from '../../data/normalization.ts';
import { type LossName, lossKinds } from '../../nn/losses.ts';
import { givesDistances, type Model } from '../../nn/model.ts';
import { optimizerKinds } from '../../nn/optimizers.ts';
import { scheduleKinds } from '../../nn/schedules.ts';
import { completeRecipe, type Recipe } from '../../train/recipe.ts';
import { balancedWeights } from './class-weights.ts';
import { type Hyperparameters, variantNames } from './hyperparameters.ts';
import { lenet5Original, published, type Variant, type VariantName } from './lenet5-1998.ts';
import type { ModelInput } from './model-input.ts';
import type { NetworkInput } from './network-input.ts';

/** What a recipe takes from its data: the shape and classes of the images, and how they are standardized. */
export interface DataFacts extends Pick<ModelInput, 'shape' | 'classNames' | 'normalization'> {
  /** The number of training images of each class. Without it, balanced classes are not weighed. */
  readonly classCounts?: readonly number[];
}

/** Makes the network of a value of `model`. @throws UsageError for an unknown one, and for one that does not fit the input. */
export type MakeNetwork = (model: string, input: NetworkInput) => Model;

/**
 * The facts of a training set that a recipe with these hyperparameters needs.
 * @param train the images that the run trains on, and no others.
 */
export function factsOf(
  { normalization, classWeights }: Pick<Hyperparameters, 'normalization' | 'classWeights'>,
  train: Dataset,
): DataFacts {
  return {
    shape: train.shape,
    classNames: classNamesOf(train),
    normalization: normalization === 'standard' ? normalizationOf(train) : null,
    ...(classWeights === 'balanced' ? { classCounts: classCountsOf(train) } : {}),
  };
}

/**
 * The recipe that the hyperparameters describe.
 * @param make the networks.
 * @throws UsageError for a hyperparameter that would be ignored, for parts that do not fit each other, and for a network
 * that does not fit the data.
 */
export function recipeWith(values: Hyperparameters, facts: DataFacts, make: MakeNetwork): Recipe {
  refuseForeign(optimizerKinds, { what: 'optimizer', chosen: values.optimizer }, values);
  const optimizer = optimizerKinds[values.optimizer].make(values);
  refuseForeign(scheduleKinds, { what: 'schedule', chosen: values.schedule }, values);
  const schedule = scheduleKinds[values.schedule].make(values);
  const model = modelWith(values, facts, make);
  const name = lossName(values, model);
  refuseForeign(lossKinds, { what: 'loss', chosen: name }, values);
  const loss = lossKinds[name].make({ ...values, classWeights: weightsOf(values, facts) });
  const { clipNorm, ema, batchSize, epochs, seed, shuffle, arithmetic } = values;
  const freeze = namesIn(values.freeze);
  const parts = { model, loss, optimizer, schedule, augmentation: augmentationOf(values), freeze };
  return completeRecipe({ ...parts, clipNorm, ema, batchSize, epochs, seed, shuffle, arithmetic });
}

/** The augmentation that the hyperparameters describe. @throws UsageError for values that do not fit each other. */
export function augmentationOf(values: Pick<Hyperparameters, keyof Augmentation>): Augmentation {
  const names = Object.keys(augmentationHyperparameters) as (keyof Augmentation)[];
  return augmentation(Object.fromEntries(names.map((name) => [name, values[name]])));
}

/**
 * The network that the hyperparameters describe.
 * @param make the networks.
 * @throws UsageError for a change of a network that has no such variants, and for a network that does not fit the data.
 */
export function modelWith(values: NetworkSettings, facts: DataFacts, make: MakeNetwork): Model {
  const model = networkOf(values, facts, make);
  const { initialization } = values;
  return initialization === 'published' ? model : { ...model, initialization };
}

/** The hyperparameters that decide about the network. */
export type NetworkSettings = Pick<Hyperparameters, 'model' | 'initialization' | VariantName>;

function networkOf(values: Pick<Hyperparameters, 'model' | VariantName>, facts: DataFacts, make: MakeNetwork): Model {
  const { shape, classNames, normalization } = facts;
  const input = { shape, classes: classNames.length, normalization };
  if (values.model === 'lenet5-1998') return lenet5Original(variantOf(values, facts), input);
  const given = variantNames.find((name) => values[name] !== 'published');
  if (given !== undefined) {
    throw new UsageError(
      `${given} ${values[given]} is for model lenet5-1998 only, the model is ${nameOfValue(values.model)}`,
    );
  }
  return make(values.model, input);
}

function variantOf(values: Pick<Hyperparameters, VariantName>, facts: DataFacts): Variant {
  const usual: Variant = { ...published, output: haveCodes(facts) ? published.output : 'softmax' };
  const chosen = variantNames.map((name) => [name, values[name] === 'published' ? usual[name] : values[name]]);
  return Object.fromEntries(chosen) as Variant;
}

/** The class weights with `balanced` in numbers. */
function weightsOf({ classWeights }: Pick<Hyperparameters, 'classWeights'>, { classCounts }: DataFacts): string {
  if (classWeights !== 'balanced' || classCounts === undefined) return classWeights;
  return balancedWeights(classCounts).join();
}

/** Whether the classes are the digits, whose codes the network of 1998 has. */
function haveCodes({ classNames }: Pick<DataFacts, 'classNames'>): boolean {
  return areDigits(classNames);
}

/** A sentence about what the network does differently for these data, without a full stop; undefined where nothing. */
export function noteOnNetwork(
  { model, output }: Pick<Hyperparameters, 'model' | 'output'>,
  facts: Pick<DataFacts, 'classNames'>,
): string | undefined {
  if (model !== 'lenet5-1998' || output !== 'published' || haveCodes(facts)) return undefined;
  return `${model} has codes for the ten digits only: for these ${facts.classNames.length} classes its output is dense (softmax)`;
}

/** The loss with which a network of this output was published. */
export function publishedLoss(model: Model): LossName {
  return givesDistances(model) ? 'map' : 'cross-entropy';
}

/** @throws UsageError where the network's output does not suit the loss. */
function lossName({ loss, model: name }: Pick<Hyperparameters, 'loss' | 'model'>, model: Model): LossName {
  if (loss === 'published') return publishedLoss(model);
  if (lossKinds[loss].needsDistances && !givesDistances(model)) {
    throw new UsageError(`loss ${loss} is for an rbf output only, the output of this ${nameOfValue(name)} is softmax`);
  }
  return loss;
}
