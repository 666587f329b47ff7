/** Recipe files of our networks. */

import type { ReadContent } from '../study-file/contents.ts';
import { type NamedRecipe, overRecipe as overSettings, recipeFileReader } from '../study-file/recipe.ts';
import { hyperparametersOf } from './configuration.ts';
import {
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from './hyperparameters.ts';
import type { NetworkValues } from './network-file.ts';
import { numbersOfNetworks } from './network-numbers.ts';
import { fileTable } from './study-file.ts';

export type { NamedRecipe } from '../study-file/recipe.ts';

const read = recipeFileReader(fileTable);

/**
 * Reads and checks a recipe file.
 * @param file names it in errors. @param options content: reads a network file that it names. @throws UsageError with line and column of the first mistake.
 */
export function parseRecipeFile(
  text: string,
  file: string,
  options?: { readonly content?: ReadContent | undefined },
): NamedRecipe {
  return read(text, file, options);
}

/** Hyperparameters, and which of them the user gave. */
interface GivenHyperparameters {
  readonly hyperparameters: Hyperparameters;
  readonly given: ReadonlySet<HyperparameterName>;
}

/** What the user gave, beside or without a recipe. */
interface OwnSettings {
  readonly values: Hyperparameters;
  readonly given: ReadonlySet<HyperparameterName>;
  /** Numbers of the network's file by name. */
  readonly numbers?: NetworkValues;
}

/**
 * The hyperparameters of a recipe with the user's over them. What the recipe sets counts as given, too, so that a run
 * that is resumed with its recipe is checked against it. Settings of the recipe that do not count are left out.
 * @throws UsageError for numbers that the network does not have.
 */
export function overRecipe(
  { settings }: Pick<NamedRecipe, 'settings'>,
  { values, given, numbers = {} }: OwnSettings,
): GivenHyperparameters {
  const own = { ...Object.fromEntries([...given].map((name) => [name, values[name]])), ...numbers };
  const models = [settings.model, own.model].filter((model) => typeof model === 'string');
  const whole = overSettings(settings, own, { ...hyperparameters, ...numbersOfNetworks(models) });
  return {
    hyperparameters: hyperparametersOf(whole),
    given: new Set(hyperparameterNames.filter((name) => name in whole)),
  };
}
