/** The pictures that a command line names: files, all pictures of a folder, standard input. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { isPictureName, pictureFormats } from '../data/picture-formats.ts';
import { readBytes } from '../disk/read-file.ts';
import { entriesOf } from './node-files.ts';
import { mostPictureBytes } from './picture-size.ts';

/** The name of standard input on a command line. */
export const standardInput = '-';

/** A picture's name for messages, and its bytes when they are asked for. */
export interface PictureInput {
  readonly name: string;
  /** @throws WorldError when it cannot be read, or has more than {@link mostPictureBytes}. */
  read(): Promise<Uint8Array>;
}

/**
 * The pictures behind one argument: a file, or the pictures in a folder by name, without hidden files and without the
 * folders inside.
 * @throws WorldError for a folder without pictures, or one that cannot be read.
 */
export function picturesAt(path: string, input: AsyncIterable<Uint8Array> = process.stdin): PictureInput[] {
  if (path === standardInput) return [{ name: 'standard input', read: () => readAll(input) }];
  if (!isFolder(path)) return [fileInput(path)];
  const pictures = entriesOf(path).filter(({ name, isFolder }) => !isFolder && isPictureName(name));
  if (pictures.length === 0)
    throw new WorldError(
      `${path} is a folder without ${pictureFormats('or')} pictures; folders inside are not searched`,
    );
  return pictures.map(({ name }) => fileInput(join(path, name)));
}

/** @throws UsageError when standard input is named twice: it can be read once. */
export function checkPicturePaths(paths: readonly string[]): void {
  if (paths.filter((path) => path === standardInput).length < 2) return;
  throw new UsageError(`images: standard input (${standardInput}) is given twice, and can be read once`);
}

function fileInput(path: string): PictureInput {
  return { name: path, read: async () => readBytes(path, mostPictureBytes) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of input) {
    length += piece.length;
    if (length > mostPictureBytes) {
      throw new WorldError(
        `standard input has more than ${counted(mostPictureBytes)} bytes, the most that is read here`,
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
