/** Words and paths as the command line of this system takes them. */
import { resolve } from 'node:path';
import { platform } from '../disk/platform.ts';

/** One word of a command. */
export function quoted(word: string): string {
  return platform.quote(word);
}

/** A path for a command that is to work from any folder, so it is absolute. */
export function quotedPath(path: string): string {
  return platform.quote(resolve(path));
}
