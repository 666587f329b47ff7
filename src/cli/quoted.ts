/** Words and paths quoted for the command line of this operating system. */
import { resolve } from 'node:path';
import { platform } from '../disk/platform.ts';

/** One word of a command. */
export function quoted(word: string): string {
  return platform.quote(word);
}

/** The absolute path, so that the printed command works in any folder. */
export function quotedPath(path: string): string {
  return platform.quote(resolve(path));
}
