/** Writing files so that they appear whole or not at all, and the disk's errors in plain words. */
import { randomInt } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { codeOf, platform, retryWhileBusy } from './platform.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room, then continue (a run with --resume, a study with the same command)',
  EDQUOT: 'the disk quota is used up; make room, then continue (a run with --resume, a study with the same command)',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'permission denied; change its permissions or choose another place',
  EPERM: 'permission denied; change its permissions or choose another place',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it already exists',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links form a loop',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ENXIO: 'nobody reads the pipe',
  EPIPE: 'nobody reads the pipe',
};

/** The WorldError for an error of Node's file functions. Any other error is returned unchanged. */
export function worldError(action: string, path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined) return error;
  return new WorldError(`cannot ${action} ${path}: ${causes[code] ?? error.message}`, { cause: error });
}

/**
 * Writes a temporary file, forces it to disk and renames it into place: a crash at any moment leaves the old file or
 * the new one.
 * @param check is called just before the rename, and prevents the rename by throwing.
 * @throws WorldError when the disk refuses, or for a device, pipe or socket, which a rename would remove; the old file
 * then stays as it was.
 */
export function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
  { check }: { readonly check?: (() => void) | undefined } = {},
): void {
  // The process number alone is not unique: processes of two containers that share a disk can have the same one.
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}${randomInt(1e9)}.part`);
  try {
    const special = specialKind(path);
    if (special !== undefined)
      throw new WorldError(`cannot write ${path}: it is a ${special}; only files are replaced here`);
    writeAndSync(beside, 'w', content);
    check?.();
    retryWhileBusy(() => renameSync(beside, path));
    syncFolder(dirname(path));
  } catch (error) {
    if (existsSync(beside)) rmSync(beside);
    throw worldError('write', path, error);
  }
}

/**
 * Writes what the user asked to have in a place of his choice: into a device or pipe (`--out /dev/stdout`), else a file as
 * {@link writeFileAtomically} does. A link stays, and the file that it leads to is replaced.
 * @throws WorldError when the disk refuses, for a socket, and for a pipe without a reader.
 */
export function writeOutput(path: string, content: Uint8Array | string): void {
  try {
    const special = specialKind(path);
    if (special === undefined) {
      writeFileAtomically(existsSync(path) ? realpathSync(path) : path, content);
      return;
    }
    // Without O_NONBLOCK the opening of a pipe waits for a reader. With it, a pipe without one is refused (ENXIO).
    if (special === 'pipe') closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    writeAndSync(path, constants.O_WRONLY, content);
  } catch (error) {
    throw worldError('write', path, error);
  }
}

/** The kind of a special file at this path; undefined for a file, a folder, or nothing. */
function specialKind(path: string): 'pipe' | 'socket' | 'device' | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return undefined;
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

/** Whether a file of this name is what {@link writeFileAtomically} leaves behind when its process is killed. */
export function isUnfinished(name: string): boolean {
  return /^\..+\.\d+\.part$/.test(name);
}

/**
 * Makes a folder and its missing parents. Does not use mkdir's option `recursive`, with which Node 20 never returns
 * where the system refuses every folder (as in /proc).
 * @returns the folders that it made, the innermost first. @throws WorldError when the disk refuses; then all of them
 * are removed again.
 */
export function makeFolder(path: string): readonly string[] {
  const made: string[] = [];
  try {
    makeWithParents(resolve(path), made);
    return made;
  } catch (error) {
    removeEmptyFolders(made);
    // mkdir says EEXIST, and makeWithParents tries it only where no folder is.
    const isTaken = codeOf(error) === 'EEXIST';
    if (isTaken) throw new WorldError(`cannot make the folder ${path}: a file is there`, { cause: error });
    throw worldError('make the folder', path, error);
  }
}

function makeWithParents(path: string, made: string[]): void {
  if (isFolder(path)) return;
  if (!existsSync(dirname(path))) makeWithParents(dirname(path), made);
  try {
    mkdirSync(path);
    made.unshift(path);
  } catch (error) {
    // Another process may have made the folder meanwhile.
    if (!isFolder(path)) throw error;
  }
}

/** Removes empty folders in this order and stops at the first that is not empty. Undoes {@link makeFolder}. */
export function removeEmptyFolders(paths: readonly string[]): void {
  try {
    for (const path of paths) rmdirSync(path);
  } catch {
    // Another process has put a file there meanwhile, or the disk refuses. An empty folder that stays does no harm.
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Appends to a file and forces it to disk. A crash may leave only the beginning of the appended content.
 * @param create false: refuses to make the file. @throws WorldError when the disk refuses, or for a missing file under
 * `create: false`.
 */
export function appendToFile(path: string, content: Uint8Array | string, { create = true } = {}): void {
  try {
    writeAndSync(path, create ? 'a' : constants.O_WRONLY | constants.O_APPEND, content);
  } catch (error) {
    throw worldError('write', path, error);
  }
}

function writeAndSync(path: string, flag: 'w' | 'a' | number, content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const file = openSync(path, flag);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    sync(file);
  } finally {
    closeSync(file);
  }
}

/** Forces the folder's entries to disk, so that a rename survives a power cut. */
function syncFolder(path: string): void {
  if (!platform.syncsFolders) return;
  const folder = openSync(path, 'r');
  try {
    sync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Forces a file to disk. EINVAL is no failure: devices, and folders on some network disks, cannot be synchronized. (On
 * macOS, Node itself asks for F_FULLFSYNC.)
 */
function sync(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error;
  }
}
