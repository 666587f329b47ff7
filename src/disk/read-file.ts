/** Reading regular files of a limited size. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { worldError } from './atomic-file.ts';

/** The most bytes of a model, a checkpoint, a data file or a record of a run: the weights of 500 million parameters. */
export const mostFileBytes = 2_000_000_000;

/** The most bytes of a text. The longest string in V8 has 536,870,888 characters. */
export const mostTextBytes = 500_000_000;

/** Bytes of one read. */
const pieceBytes = 2 ** 20;

/** Without O_NONBLOCK the opening of a pipe waits for a writer. Windows has neither such pipes nor the flag. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of a regular file.
 * @param mostBytes a larger file is refused before it is read.
 * @throws WorldError when the file cannot be read, is a folder, pipe, device or socket, or is larger.
 */
export function readBytes(path: string, mostBytes = mostFileBytes): Uint8Array<ArrayBuffer> {
  try {
    checkRegular(statSync(path), path, mostBytes);
    const file = openSync(path, openFlags);
    try {
      // The path may lead to another file by now.
      const { size } = checkRegular(fstatSync(file), path, mostBytes);
      return readAll(file, { path, size, mostBytes });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw worldError('read', path, error);
  }
}

/** @throws WorldError as {@link readBytes} does. */
export function readText(path: string, mostBytes = mostTextBytes): string {
  return new TextDecoder().decode(readBytes(path, mostBytes));
}

interface Reading {
  readonly path: string;
  /**
   * The file's size as the system says (bytes). Files in /proc say 0 and hold bytes, and a file can grow while it is
   * read.
   */
  readonly size: number;
  readonly mostBytes: number;
}

function readAll(file: number, { path, size, mostBytes }: Reading): Uint8Array<ArrayBuffer> {
  // Room for one byte more than expected, to see whether the file ends there.
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const read = readSync(file, bytes, length, Math.min(pieceBytes, bytes.length - length), null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
    if (length > mostBytes) throw tooLarge(path, length, mostBytes);
    if (length < bytes.length) continue;
    const larger = new Uint8Array(Math.min(2 * length, mostBytes) + 1);
    larger.set(bytes);
    bytes = larger;
  }
}

/**
 * The bytes of a regular file, piece by piece. The next piece is read while the caller works on the current one.
 * The caller may keep the pieces.
 * @throws WorldError as {@link readBytes} does.
 */
export async function* readPieces(path: string, mostBytes = mostFileBytes): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    checkRegular(statSync(path), path, mostBytes);
    const file = await open(path, openFlags);
    try {
      checkRegular(await file.stat(), path, mostBytes);
      const read = () => file.read(Buffer.allocUnsafeSlow(pieceBytes), 0, pieceBytes, null);
      let length = 0;
      for (let reading = read(); ; ) {
        const { bytesRead, buffer } = await reading;
        if (bytesRead === 0) return;
        length += bytesRead;
        if (length > mostBytes) throw tooLarge(path, length, mostBytes);
        reading = read();
        // A caller that stops early does not await this read, and its failure must not end the process.
        reading.catch(() => {});
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw worldError('read', path, error);
  }
}

function checkRegular(stats: Stats, path: string, mostBytes: number): Stats {
  if (!stats.isFile()) {
    throw new WorldError(`cannot read ${path}: it is ${kindOf(stats)}; expected a regular file`);
  }
  if (stats.size > mostBytes) throw tooLarge(path, stats.size, mostBytes);
  return stats;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function tooLarge(path: string, bytes: number, mostBytes: number): WorldError {
  return new WorldError(
    `cannot read ${path}: it has ${counted(bytes)} bytes; at most ${counted(mostBytes)} are read here`,
  );
}
