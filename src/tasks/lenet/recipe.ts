/** From hyperparameters to a recipe: the network, loss, optimizer and schedule that they describe. */
import { UsageError } from '../../base/errors.ts';
import { refuseForeign } from '../../base/kinds.ts';
import { type LossName, lossKinds } from '../../nn/losses.ts';
import { givesDistances, type Model } from '../../nn/model.ts';
import { optimizerKinds } from '../../nn/optimizers.ts';
import { scheduleKinds } from '../../nn/schedules.ts';
import { completeRecipe, type Recipe } from '../../train/recipe.ts';
import { type Hyperparameters, variantNames } from './hyperparameters.ts';
import { lenet5Original, published, type Variant, type VariantName } from './lenet5-1998.ts';
import { modelByName } from './models.ts';

/** @throws UsageError for a hyperparameter that would be ignored, and for parts that do not fit each other. */
export function recipeOf(values: Hyperparameters): Recipe {
  refuseForeign(optimizerKinds, { what: 'optimizer', chosen: values.optimizer }, values);
  const optimizer = optimizerKinds[values.optimizer].make(values);
  refuseForeign(scheduleKinds, { what: 'schedule', chosen: values.schedule }, values);
  const schedule = scheduleKinds[values.schedule].make(values);
  const model = makeModel(values);
  const name = lossName(values, model);
  refuseForeign(lossKinds, { what: 'loss', chosen: name }, values);
  const loss = lossKinds[name].make(values);
  const { batchSize, epochs, seed, shuffle, arithmetic } = values;
  return completeRecipe({ model, loss, optimizer, schedule, batchSize, epochs, seed, shuffle, arithmetic });
}

/**
 * The network that the hyperparameters describe.
 * @throws UsageError for a change of a network that has no such variants.
 */
export function makeModel(values: Pick<Hyperparameters, 'model' | 'initialization' | VariantName>): Model {
  const model = networkOf(values);
  const { initialization } = values;
  return initialization === 'published' ? model : { ...model, initialization };
}

function networkOf(values: Pick<Hyperparameters, 'model' | VariantName>): Model {
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

/** @throws UsageError where the network's output does not suit the loss. */
function lossName({ loss, model: name }: Pick<Hyperparameters, 'loss' | 'model'>, model: Model): LossName {
  const hasDistances = givesDistances(model);
  if (loss === 'published') return hasDistances ? 'map' : 'cross-entropy';
  if (lossKinds[loss].needsDistances && !hasDistances) {
    throw new UsageError(`loss ${loss} is for an rbf output only, the output of this ${name} is softmax`);
  }
  return loss;
}
