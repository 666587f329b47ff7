/** Decodes a few pictures, in the calling thread: the work that a picture thread does. */
import { UsageError, WorldError } from '../base/errors.ts';
import { framePicture, isGrey } from '../data/frame.ts';
import type { Raster } from '../data/raster.ts';
import type { Frame, PictureFacts, UnreadablePicture } from '../data/sources/source.ts';
import { readBytes } from '../disk/read-file.ts';
import { readPicture } from './picture-file.ts';
import { mostPictureBytes } from './picture-size.ts';

/** Pictures to look at, or to bring to a frame. */
export interface PictureOrder {
  /** Paths, as messages name them. */
  readonly paths: readonly string[];
  /** Undefined: the pictures are only looked at. */
  readonly frame: Frame | undefined;
}

export interface PictureResult {
  /** Of each picture: its facts, or why it cannot be read. */
  readonly facts: readonly (PictureFacts | UnreadablePicture)[];
  /** [picture][channel][y][x]; zeros for a picture that cannot be read; empty without a frame. */
  readonly images: Uint8Array<ArrayBuffer>;
}

export async function doPictureWork({ paths, frame }: PictureOrder): Promise<PictureResult> {
  const size = frame ? frame.channels * frame.height * frame.width : 0;
  const images = new Uint8Array(paths.length * size);
  const facts: (PictureFacts | UnreadablePicture)[] = [];
  for (const [index, path] of paths.entries()) {
    const found = await rasterAt(path);
    if ('problem' in found) {
      facts.push(found);
      continue;
    }
    if (frame) images.set(framePicture(found, frame), index * size);
    facts.push({ width: found.width, height: found.height, isGrey: !frame && isGrey(found) });
  }
  return { facts, images };
}

async function rasterAt(path: string): Promise<Raster | UnreadablePicture> {
  try {
    return await readPicture(readBytes(path, mostPictureBytes), path);
  } catch (error) {
    if (error instanceof WorldError || error instanceof UsageError) return { problem: error.message };
    throw error;
  }
}
