/** Reading study files: the user's, and those that ship with the package. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unknownChoice, WorldError } from '../base/errors.ts';
import { readText } from '../disk/read-file.ts';
import { mostStudyFileBytes } from '../tasks/study-file/yaml-source.ts';

const shipped = fileURLToPath(new URL('../../studies/', import.meta.url));

/** Names of the studies that ship. */
export function shippedStudies(): string[] {
  return readdirSync(shipped)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

/** The text of a study file. @param given a path, or a shipped study's name. @throws UsageError, WorldError. */
export function readStudyFile(given: string): { path: string; text: string } {
  const looksLikePath = /[/\\]|\.(ya?ml|json)$/.test(given);
  const path = looksLikePath || existsSync(given) ? given : join(shipped, `${given}.yaml`);
  if (!existsSync(path)) {
    if (looksLikePath) throw new WorldError(`cannot read ${given}: it does not exist`);
    throw unknownChoice('study', given, shippedStudies());
  }
  return { path, text: readText(path, mostStudyFileBytes) };
}
