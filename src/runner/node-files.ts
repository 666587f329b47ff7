/** The files of a data set on disk. */
import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { byCodePoint, type FileEntry, type Files } from '../data/files.ts';
import { worldError } from '../disk/atomic-file.ts';
import { readBytes, readPieces } from '../disk/read-file.ts';

/** Files in a folder of this machine. */
export interface NodeFiles extends Files {
  /** The absolute path of what the user named. */
  readonly path: string;
  /** The absolute path of the folder. */
  readonly root: string;
}

/**
 * The folder or file at a path.
 * @throws WorldError when there is none, or when it is neither.
 */
export function openFiles(place: string): NodeFiles {
  const stats = statsOf(place);
  const isFile = stats.isFile();
  if (!isFile && !stats.isDirectory()) {
    throw new WorldError(`${place} is neither a folder nor a regular file; expected data in one of them`);
  }
  const path = resolve(place);
  const folder = isFile ? dirname(place) : place;
  const where = (inner: string) => (inner === '' ? folder : join(folder, inner));
  return {
    path,
    root: resolve(folder),
    place,
    file: isFile ? basename(path) : undefined,
    name: (isFile ? basename(path).replace(/(\.[a-z0-9]{1,5})+$/i, '') : basename(path)).normalize() || 'data',
    list: async (inner) => entriesOf(where(inner)),
    read: async (inner) => readBytes(where(inner)),
    pieces: (inner) => readPieces(where(inner)),
    where,
  };
}

function statsOf(place: string): Stats {
  try {
    return statSync(place);
  } catch (error) {
    const failure = worldError('read', place, error);
    if (!(failure instanceof WorldError)) throw failure;
    const isMissing = statSync(place, { throwIfNoEntry: false }) === undefined;
    throw isMissing ? new WorldError(`data folder ${place} does not exist`, { cause: error }) : failure;
  }
}

/**
 * The entries of a folder in the order of their code points. A link that leads nowhere is a file, which cannot be read.
 * @throws WorldError when the folder cannot be read.
 */
export function entriesOf(folder: string): FileEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry): FileEntry => {
        const { name } = entry;
        if (!entry.isSymbolicLink()) return { name, isFolder: entry.isDirectory() };
        return { name, isFolder: targetOf(join(folder, name))?.isDirectory() ?? false };
      })
      .sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw worldError('read the folder', folder, error);
  }
}

function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link);
  } catch {
    // The target does not exist, is not allowed, or links form a loop: nothing can be read there.
    return undefined;
  }
}
