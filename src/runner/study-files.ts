/** Reading study files, recipe files and network files: the user's, and those that ship with the package. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { unknownChoice } from '../base/errors.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import { networkValue } from '../tasks/lenet/networks.ts';
import { type NamedRecipe, parseRecipeFile } from '../tasks/lenet/recipe-file.ts';
import type { ReadOptions } from '../tasks/study-file/reader.ts';
import { mostStudyFileBytes } from '../tasks/study-file/yaml-source.ts';
import { readShipped, shippedNames } from './shipped-files.ts';

/** The text of a study file. @param given a path, or a shipped study's name. @throws UsageError, WorldError. */
export function readStudyFile(given: string): { path: string; text: string } {
  return readShipped('studies', given, mostStudyFileBytes);
}

/** How the recipes and files that a study file names are read. @param path of the study file. */
export function readingOf(path: string): Pick<ReadOptions, 'recipe' | 'content'> {
  return {
    recipe: (name) => readRecipe(name).settings,
    content: (name) => readModelValue(name, dirname(path)),
  };
}

/** A recipe. @param given a path, or a shipped recipe's name. @throws UsageError, WorldError. */
export function readRecipe(given: string): NamedRecipe {
  const { path, text } = readShipped('recipes', given, mostStudyFileBytes);
  return parseRecipeFile(text, path, { content: (name) => readModelValue(name, dirname(path)) });
}

/**
 * The value of the hyperparameter `model` that a name or a path stands for: a network that has a name here; one that ships
 * as a file (`deep`, also `networks/deep`); or the content of a network file.
 * @param folder from which a path begins. Default: the current folder. @throws UsageError, WorldError.
 */
export function readModelValue(given: string, folder = '.'): string {
  const shipped = /^(?:networks[/\\])?([\w-]+)$/.exec(given)?.[1];
  if (modelNames.includes(given)) return given;
  if (shipped !== undefined && shippedNames('networks').includes(shipped)) {
    return networkValue(shipped, readShipped('networks', shipped, mostStudyFileBytes).text);
  }
  const isPath = /[/\\]|\.ya?ml$/.test(given);
  if (!isPath) throw unknownChoice('model', given, [...modelNames, ...shippedNames('networks')]);
  const path = isAbsolute(given) || folder === '.' ? given : join(folder, given);
  return networkValue(
    basename(given).replace(/\.ya?ml$/, ''),
    readShipped('networks', path, mostStudyFileBytes).text,
    path,
  );
}
