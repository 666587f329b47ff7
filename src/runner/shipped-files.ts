/** YAML files that ship with the package, in a folder for each sort, and can be asked for by their names. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unknownChoice, WorldError } from '../base/errors.ts';
import { readText } from '../disk/read-file.ts';

/** The folders, and how messages call a file in each. */
const sorts = { studies: 'study', recipes: 'recipe', networks: 'network' } as const;
type Folder = keyof typeof sorts;

const pathOf = (folder: Folder) => fileURLToPath(new URL(`../../${folder}/`, import.meta.url));

/** The names of the files that ship in a folder. */
export function shippedNames(folder: Folder): string[] {
  return readdirSync(pathOf(folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

/**
 * The text of a file. @param given a path, or the name of a file that ships. @param mostBytes the largest file that is
 * read. @throws UsageError for an unknown name, WorldError for a file that cannot be read.
 */
export function readShipped(folder: Folder, given: string, mostBytes: number): { path: string; text: string } {
  const looksLikePath = /[/\\]|\.(ya?ml|json)$/.test(given);
  // A run's folder may have the name of what it trained.
  const isFile = statSync(given, { throwIfNoEntry: false })?.isFile() === true;
  const path = looksLikePath || isFile ? given : join(pathOf(folder), `${given}.yaml`);
  if (!existsSync(path)) {
    if (looksLikePath) throw new WorldError(`cannot read ${given}: it does not exist`);
    throw unknownChoice(sorts[folder], given, shippedNames(folder));
  }
  return { path, text: readText(path, mostBytes) };
}
