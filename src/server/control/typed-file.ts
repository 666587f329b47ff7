/**
 * Study files that the server writes for a process that it starts: the file lies in the folder from which its paths
 * begin, and only until the process has read it.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server leaves behind when it is killed while a process starts. */
const typedName = /^\.[^/\\]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.yaml$/;

/** After so long every process has read its file, also one that another server has started [milliseconds]. */
const readMs = 600_000;

/** @param name of the study. @returns the path of the file. */
export function writeTypedFile(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `.${name}-${crypto.randomUUID()}.yaml`);
  writeFileSync(file, text, { flag: 'wx' });
  return file;
}

/** Removes the files that killed servers have left in a folder. What cannot be removed stays: it does no harm. */
export function removeTypedFiles(folder: string, now = Date.now()): void {
  try {
    for (const name of readdirSync(folder).filter((name) => typedName.test(name))) {
      const file = join(folder, name);
      if (now - statSync(file).mtimeMs > readMs) rmSync(file, { force: true });
    }
  } catch {
    // The folder need not exist yet, and may be one that is only read.
  }
}
