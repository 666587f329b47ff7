/** Paths inside a folder only: no way leads out of it, neither by `..` nor by symbolic links. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Whether the place is the folder or lies below it. Both absolute and without symbolic links. */
export function isWithin(folder: string, place: string): boolean {
  const way = relative(folder, place);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The real path of a regular file in the folder, given by its name there; undefined where there is none. */
export async function fileWithin(folder: string, name: string): Promise<string | undefined> {
  if (name.includes('\0')) return undefined;
  try {
    const [top, place] = [await realpath(folder), await realpath(join(folder, name))];
    return isWithin(top, place) && (await stat(place)).isFile() ? place : undefined;
  } catch {
    return undefined;
  }
}
