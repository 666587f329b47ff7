/** Where study files are found: by path, or by the name of one that ships with the package. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unknownChoice, WorldError } from '../base/errors.ts';
import { readBytes } from './run-folder.ts';

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
  if (statSync(path).isDirectory()) throw new WorldError(`${path} is a folder, not a study file`);
  return { path, text: new TextDecoder().decode(readBytes(path)) };
}
