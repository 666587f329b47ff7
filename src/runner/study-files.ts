/** Reading study files, recipe files and network files: the user's, and those that ship with the package. */
import { dirname, resolve } from 'node:path';
import { type NetworkFile, parseNetworkFile } from '../tasks/lenet/network-file.ts';
import { type NamedRecipe, parseRecipeFile } from '../tasks/lenet/recipe-file.ts';
import type { FileDistillation } from '../tasks/study-file/schema.ts';
import { mostStudyFileBytes } from '../tasks/study-file/yaml-source.ts';
import { readShipped } from './shipped-files.ts';

/** The text of a study file. @param given a path, or a shipped study's name. @throws UsageError, WorldError. */
export function readStudyFile(given: string): { path: string; text: string } {
  return readShipped('studies', given, mostStudyFileBytes);
}

/**
 * A recipe. The places of its teachers are relative to its file, or to the current folder if it ships with the package.
 * @param given a path, or a shipped recipe's name. @throws UsageError, WorldError.
 */
export function readRecipe(given: string): NamedRecipe {
  const { path, text } = readShipped('recipes', given, mostStudyFileBytes);
  const { distill, ...recipe } = parseRecipeFile(text, path);
  return distill ? { ...recipe, distill: teachersFrom(distill, path === given ? path : undefined) } : recipe;
}

/** A distillation with the absolute paths of its teachers. @param file that names them; undefined: one that ships. */
export function teachersFrom(distill: FileDistillation, file: string | undefined): FileDistillation {
  const folder = file === undefined ? '.' : dirname(file);
  return { ...distill, teachers: distill.teachers.map((teacher) => resolve(folder, teacher)) };
}

/** A network of a file. @param given a path, or a shipped network's name. @throws UsageError, WorldError. */
export function readNetwork(given: string): NetworkFile {
  const { path, text } = readShipped('networks', given, mostStudyFileBytes);
  return parseNetworkFile(text, path);
}
