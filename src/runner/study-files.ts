/** Reading study files and recipe files: the user's, and those that ship with the package. */
import { type NamedRecipe, parseRecipeFile } from '../tasks/lenet/recipe-file.ts';
import { mostStudyFileBytes } from '../tasks/study-file/yaml-source.ts';
import { readShipped } from './shipped-files.ts';

/** The text of a study file. @param given a path, or a shipped study's name. @throws UsageError, WorldError. */
export function readStudyFile(given: string): { path: string; text: string } {
  return readShipped('studies', given, mostStudyFileBytes);
}

/** A recipe. @param given a path, or a shipped recipe's name. @throws UsageError, WorldError. */
export function readRecipe(given: string): NamedRecipe {
  const { path, text } = readShipped('recipes', given, mostStudyFileBytes);
  return parseRecipeFile(text, path);
}
