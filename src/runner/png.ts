/** PNG files of every kind as rasters. */
import { convertIndexedToRgb, type DecodedPng, decode, hasPngSignature } from 'fast-png';
import { WorldError } from '../base/errors.ts';
import type { Raster } from '../data/raster.ts';
import { readBytes } from './run-folder.ts';

/** @throws WorldError when the file cannot be read or is no sound PNG. */
export function readPng(path: string): Raster {
  const bytes = readBytes(path);
  if (!hasPngSignature(bytes)) throw new WorldError(`${path} is no PNG image`);
  try {
    return toRaster(decode(bytes, { checkCrc: true }));
  } catch (error) {
    throw new WorldError(`${path} is a damaged PNG image: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function toRaster(png: DecodedPng): Raster {
  const { width, height, depth, channels } = png;
  if (png.palette || depth < 8) {
    // Packed greys are indices into a palette of greys.
    const levels = 2 ** depth;
    const palette = png.palette ?? Array.from({ length: levels }, (_, i) => new Array<number>(3).fill((i * 255) / (levels - 1)));
    const data = convertIndexedToRgb({ ...png, palette });
    return { width, height, channels: palette[0]?.length === 4 ? 4 : 3, white: 255, data };
  }
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  return { width, height, channels, white: 2 ** depth - 1, data: png.data };
}
