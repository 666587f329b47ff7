/** Files that appear whole or not at all, and failures of the disk in plain words. */
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { WorldError } from '../base/errors.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room, then go on (a run with --resume, a study with the same command)',
  EDQUOT: 'the disk quota is used up; make room, then go on (a run with --resume, a study with the same command)',
  EROFS: 'the disk is read-only; choose another folder',
  EACCES: 'permission denied; change its permissions or choose another place',
  EPERM: 'permission denied; change its permissions or choose another place',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** The world's failure behind an error of Node's file functions; anything else is passed on as it is. */
export function worldError(action: string, path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  return new WorldError(`cannot ${action} ${path}: ${causes[error.code] ?? error.message}`, { cause: error });
}

/**
 * Writes beside the file, forces it to disk and renames it into place: a crash at any moment leaves the old file or the new.
 * @throws WorldError when the disk refuses; the old file is then untouched.
 */
export function writeFileAtomically(path: string, content: Uint8Array | string): void {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    writeAndSync(beside, 'w', content);
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (existsSync(beside)) rmSync(beside);
    throw worldError('write', path, error);
  }
}

/** Whether a file of this name is what {@link writeFileAtomically} leaves behind when its process is killed. */
export function isUnfinished(name: string): boolean {
  return /^\..+\.\d+\.part$/.test(name);
}

/**
 * Makes a folder and the folders above it. Not mkdir's own `recursive`: where the system refuses to make anything
 * (as in /proc), Node 20 tries for ever. @throws WorldError when the disk refuses.
 */
export function makeFolder(path: string): void {
  try {
    makeWithParents(resolve(path));
  } catch (error) {
    throw worldError('make the folder', path, error);
  }
}

function makeWithParents(path: string): void {
  if (isFolder(path)) return;
  if (!existsSync(dirname(path))) makeWithParents(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Appends and forces to disk. A crash may leave the last piece cut short.
 * @throws WorldError when the disk refuses, or for a file that is not there and shall not be made.
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

/** Makes a rename in the folder last. Windows cannot open folders and needs no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    sync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Devices, and folders on some network disks, have nothing to force to disk and say EINVAL. */
function sync(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  }
}
