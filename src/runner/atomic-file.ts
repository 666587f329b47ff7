/** Files that appear whole or not at all, and failures of the disk in plain words. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WorldError } from '../base/errors.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and run the same command again',
  EDQUOT: 'the disk quota is used up; make room and run the same command again',
  EROFS: 'the folder is read-only; choose another with --out',
  EACCES: 'permission denied; choose another folder with --out',
  EPERM: 'permission denied; choose another folder with --out',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
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
    rmSync(beside, { force: true });
    throw worldError('write', path, error);
  }
}

/** Appends and forces to disk. A crash may leave the last piece cut short. @throws WorldError when the disk refuses. */
export function appendToFile(path: string, content: Uint8Array | string): void {
  try {
    writeAndSync(path, 'a', content);
  } catch (error) {
    throw worldError('write', path, error);
  }
}

function writeAndSync(path: string, flag: 'w' | 'a', content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const file = openSync(path, flag);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    // A device has nothing to force to disk.
    try {
      fsyncSync(file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
    }
  } finally {
    closeSync(file);
  }
}

/** Makes a rename in the folder last. Windows cannot open folders and needs no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
