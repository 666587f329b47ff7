/** Finds the picture files in folders. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { byCodePoint, type Files } from './files.ts';
import { isPictureName } from './picture-formats.ts';

/** The most pictures of a set. */
export const mostPictures = 1_000_000;

/** How deep folders are searched for pictures. */
const mostDepth = 8;

/** Entries of folders that are looked at, over all: a loop of links may show a folder without end. */
const mostEntries = 2 * mostPictures;

/**
 * The pictures under a folder, in the order of their names, and the names of other files. Hidden files are neither.
 * @throws WorldError for folders in folders of more than eight levels, as a loop of links makes them.
 */
export async function picturesUnder(files: Files, folder: string): Promise<{ pictures: string[]; others: string[] }> {
  const found = { pictures: [] as string[], others: [] as string[] };
  let entries = 0;
  const walk = async (path: string, depth: number): Promise<void> => {
    if (depth > mostDepth) {
      throw new WorldError(
        `${files.where(path)} is more than ${mostDepth} folders deep; a link may lead back to a folder above it`,
      );
    }
    for (const { name, isFolder } of await files.list(path)) {
      if (++entries > mostEntries) {
        throw new WorldError(
          `${files.place} has more than ${counted(mostEntries)} files; a link may lead back to a folder above it`,
        );
      }
      if (isLeftOut(name)) continue;
      const inner = path === '' ? name : `${path}/${name}`;
      if (isFolder) await walk(inner, depth + 1);
      else if (isPictureName(name)) found.pictures.push(inner);
      else found.others.push(inner);
    }
  };
  await walk(folder, 0);
  found.pictures.sort((a, b) => byCodePoint(a.normalize(), b.normalize()) || byCodePoint(a, b));
  return found;
}

/** Hidden files, and files that systems leave in folders of pictures. */
export function isLeftOut(name: string): boolean {
  return name.startsWith('.') || ['thumbs.db', 'desktop.ini', '__macosx'].includes(name.toLowerCase());
}
