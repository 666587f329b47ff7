/** Recipe files of our networks. */
import { type NamedRecipe, overRecipe as overSettings, recipeFileReader } from '../study-file/recipe.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameters,
} from './hyperparameters.ts';
import { fileTable } from './study-file.ts';

export type { NamedRecipe } from '../study-file/recipe.ts';

const read = recipeFileReader(fileTable);

/** Reads and checks a recipe file. @param file names it in errors. @throws UsageError with line and column of the first mistake. */
export function parseRecipeFile(text: string, file: string): NamedRecipe {
  return read(text, file);
}

/** Hyperparameters, and which of them the user gave. */
interface GivenHyperparameters {
  readonly hyperparameters: Hyperparameters;
  readonly given: ReadonlySet<HyperparameterName>;
}

/**
 * The hyperparameters of a recipe with the user's over them. What the recipe sets counts as given, too, so that a run
 * that is resumed with its recipe is checked against it. Settings of the recipe that do not count are left out.
 */
export function overRecipe(
  { settings }: NamedRecipe,
  { values, given }: { readonly values: Hyperparameters; readonly given: ReadonlySet<HyperparameterName> },
): GivenHyperparameters {
  const own = Object.fromEntries([...given].map((name) => [name, values[name]]));
  const whole = overSettings(settings, own, hyperparameters);
  return {
    hyperparameters: completeHyperparameters(whole),
    given: new Set(Object.keys(whole) as HyperparameterName[]),
  };
}
