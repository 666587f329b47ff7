/** Reading study files, recipe files and network files: the user's, and those that ship with the package. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { unknownChoice } from '../base/errors.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import { networkValue } from '../tasks/lenet/networks.ts';
import { type NamedRecipe, parseRecipeFile } from '../tasks/lenet/recipe-file.ts';
import type { ReadContent } from '../tasks/study-file/contents.ts';
import type { ReadOptions } from '../tasks/study-file/reader.ts';
import type { FileDistillation } from '../tasks/study-file/schema.ts';
import { mostStudyFileBytes } from '../tasks/study-file/yaml-source.ts';
import { readShipped, shippedNames } from './shipped-files.ts';

/** The text of a study file. @param given a path, or a shipped study's name. @throws UsageError, WorldError. */
export function readStudyFile(given: string): { path: string; text: string } {
  return readShipped('studies', given, mostStudyFileBytes);
}

/** How the recipes and files that a study file names are read. @param path of the study file. */
export function readingOf(path: string): Pick<ReadOptions, 'recipe' | 'content'> {
  return { recipe: (name) => readRecipe(name), content: (name) => readModelValue(name, dirname(path)) };
}

/**
 * A recipe. The places of its teachers are relative to its file, or to the current folder if it ships with the package.
 * @param given a path, or a shipped recipe's name. @param read reads a network that the recipe names. Default: one that
 * ships, or a path from the recipe's folder. @throws UsageError, WorldError.
 */
export function readRecipe(given: string, read?: ReadContent): NamedRecipe {
  const { path, text } = readShipped('recipes', given, mostStudyFileBytes);
  const content = read ?? ((name: string) => readModelValue(name, dirname(path)));
  const { distill, ...recipe } = parseRecipeFile(text, path, { content });
  return distill ? { ...recipe, distill: teachersFrom(distill, path === given ? path : undefined) } : recipe;
}

/** A distillation with the absolute paths of its teachers. @param file that names them; undefined: one that ships. */
export function teachersFrom(distill: FileDistillation, file: string | undefined): FileDistillation {
  const folder = file === undefined ? '.' : dirname(file);
  return { ...distill, teachers: distill.teachers.map((teacher) => resolve(folder, teacher)) };
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
    return networkValue(shipped, readShipped('networks', shipped, mostStudyFileBytes).text, `${shipped}.yaml`);
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
