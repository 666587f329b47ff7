/** From hyperparameters to a recipe, whose network has a name here or is that of a network file. */
import { numbersIn } from '../../base/hyperparameter.ts';
import type { Model } from '../../nn/model.ts';
import type { Recipe } from '../../train/recipe.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { mnistInput } from './model-input.ts';
import { type DataFacts, modelWith, type NetworkSettings, recipeWith } from './named-recipe.ts';
import { assumedShape, modelByValue } from './networks.ts';

export { augmentationOf, type DataFacts, factsOf, noteOnNetwork, publishedLoss } from './named-recipe.ts';

/**
 * The facts with which settings are checked before the data are known: MNIST's, with a class for each class weight, and
 * for the network of a file an image that it takes.
 */
function assumedFacts({
  model,
  classWeights = 'none',
}: Pick<Hyperparameters, 'model'> & Partial<Pick<Hyperparameters, 'classWeights'>>): DataFacts {
  const weights = numbersIn(classWeights);
  const classNames = weights ? weights.map((_, label) => `${label}`) : mnistInput.classNames;
  return { ...mnistInput, classNames, shape: assumedShape(model, classNames.length) };
}

/**
 * The recipe that the hyperparameters describe.
 * @param facts of the data; without them, the settings are only checked.
 * @throws UsageError for a hyperparameter that would be ignored, for parts that do not fit each other, and for a network
 * that does not fit the data.
 */
export function recipeOf(values: Hyperparameters, facts: DataFacts = assumedFacts(values)): Recipe {
  return recipeWith(values, facts, modelByValue);
}

/**
 * The network that the hyperparameters describe.
 * @param facts of the data, default: MNIST's, or images that the network takes.
 * @throws UsageError for a change of a network that has no such variants, and for a network that does not fit the data.
 */
export function makeModel(values: NetworkSettings, facts: DataFacts = assumedFacts(values)): Model {
  return modelWith(values, facts, modelByValue);
}
