/** Keeps decoded pictures on disk, so that a large set is decoded once. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { digestOf } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { makeFolder, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { readBytes } from '../disk/read-file.ts';
import type { PictureOrder, PictureResult } from './picture-work.ts';

/**
 * The folder of the cache: `$LENET_CACHE`, else `lenet-lab` in `$XDG_CACHE_HOME`, else `~/.cache/lenet-lab`. Source: XDG
 * Base Directory Specification 0.8.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { LENET_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  return own || join(shared || join(homedir(), '.cache'), 'lenet-lab');
}

/** Raised when other pixels come out of the same files. */
const cacheFormat = 1;

/** The first bytes of a file of the cache. */
const signature = new TextEncoder().encode('lenet pictures 1\n');

/** Bytes of the digest, in hex, and of the length of the header after it. */
const digestBytes = 16;
const lengthBytes = 4;

/**
 * The name of a file of the cache. It changes with any picture's path, size or time of change, with the frame, and with
 * the version of the software.
 */
export function cacheFile(folder: string, { paths, frame }: PictureOrder): string {
  const hash = createHash('sha256').update(JSON.stringify({ cacheFormat, version, frame: frame ?? null }));
  for (const path of paths) {
    hash.update(`\n${JSON.stringify([resolve(path), ...stateOf(path)])}`);
  }
  return join(folder, 'pictures', `${hash.digest('hex')}.bin`);
}

/** A file's size (bytes) and time of change (ms); nothing for a file that cannot be read, which decoding then names. */
function stateOf(path: string): readonly number[] {
  try {
    const { size, mtimeMs } = statSync(path);
    return [size, mtimeMs];
  } catch {
    return [];
  }
}

/**
 * The result in a file of the cache; undefined where there is none, or none that is sound.
 * @param onDamage is called with a sentence about a damaged file.
 */
export function readCached(file: string, onDamage: (sentence: string) => void): PictureResult | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const kept = parse(readBytes(file), file);
    noteUse(file);
    return kept;
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    onDamage(`${error.message}; the pictures are decoded again`);
    return undefined;
  }
}

function parse(bytes: Uint8Array<ArrayBuffer>, file: string): PictureResult {
  const start = signature.length;
  const content = bytes.subarray(start + digestBytes);
  const digest = new TextDecoder().decode(bytes.subarray(start, start + digestBytes));
  const isSigned = signature.every((byte, at) => bytes[at] === byte);
  if (!isSigned || content.length < lengthBytes || digestOf(content) !== digest) {
    throw new WorldError(`the file ${file} of the cache is damaged`);
  }
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0);
  const facts = JSON.parse(new TextDecoder().decode(content.subarray(lengthBytes, lengthBytes + length)));
  return { facts, images: content.subarray(lengthBytes + length) };
}

/** The time of change of a file of the cache says when it was used last. A cache that cannot be written stays as it is. */
function noteUse(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {}
}

/** The most bytes that the cache keeps. */
export const mostCacheBytes = 4_000_000_000;

/**
 * Removes the files of the cache that were used longest ago, until at most `most` bytes are left.
 * @param newest stays, whatever its size.
 */
export function pruneCache(folder: string, newest: string, most = mostCacheBytes): void {
  const place = join(folder, 'pictures');
  const files = readdirSync(place).flatMap((name) => {
    const path = join(place, name);
    const state = statSync(path, { throwIfNoEntry: false });
    return state && path !== newest ? [{ path, bytes: state.size, used: state.mtimeMs }] : [];
  });
  let total = statSync(newest).size + files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of files.sort((a, b) => a.used - b.used)) {
    if (total <= most) return;
    // Another process may have removed it.
    rmSync(path, { force: true });
    total -= bytes;
  }
}

/** Writes a result whole or not at all, and prunes the cache. @throws WorldError when the disk refuses. */
export function writeCached(folder: string, file: string, { facts, images }: PictureResult): void {
  const header = new TextEncoder().encode(JSON.stringify(facts));
  const start = signature.length + digestBytes;
  const bytes = new Uint8Array(start + lengthBytes + header.length + images.length);
  bytes.set(signature);
  new DataView(bytes.buffer).setUint32(start, header.length);
  bytes.set(header, start + lengthBytes);
  bytes.set(images, start + lengthBytes + header.length);
  bytes.set(new TextEncoder().encode(digestOf(bytes.subarray(start))), signature.length);
  try {
    makeFolder(join(folder, 'pictures'));
    writeFileAtomically(file, bytes);
    pruneCache(folder, file);
  } catch (error) {
    throw worldError('write the cache', file, error);
  }
}
