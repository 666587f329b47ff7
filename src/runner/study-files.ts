/** Reading study files, recipe files and network files: the user's, and those that ship with the package. */
import { type NetworkFile, parseNetworkFile } from '../tasks/lenet/network-file.ts';
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

/** A network of a file. @param given a path, or a shipped network's name. @throws UsageError, WorldError. */
export function readNetwork(given: string): NetworkFile {
  const { path, text } = readShipped('networks', given, mostStudyFileBytes);
  return parseNetworkFile(text, path);
}
