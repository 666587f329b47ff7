/** PNG files of every kind as rasters. */
import { convertIndexedToRgb, type DecodedPng, decode, hasPngSignature, type IndexedColors } from 'fast-png';
import { WorldError } from '../base/errors.ts';
import { describeKind, kindOfFile } from '../base/file-kind.ts';
import type { Raster } from '../data/raster.ts';
import { readBytes } from '../disk/read-file.ts';

/** @throws WorldError when the file cannot be read, is no sound PNG, or is interlaced with less than 8 bits a sample. */
export function readPng(path: string): Raster {
  const bytes = readBytes(path);
  if (!hasPngSignature(bytes)) {
    const kind = kindOfFile(bytes);
    const instead = kind ? ` but ${describeKind(kind)}` : '';
    throw new WorldError(`${path} is no PNG image${instead}${kind?.wayOut ? '' : '; only PNG is read here'}`);
  }
  // The first chunk is IHDR: bits a sample in byte 24, interlacing in byte 28. fast-png takes such pixels for whole bytes.
  if (bytes[28] === 1 && bytes[24]! < 8) {
    throw new WorldError(
      `${path} is interlaced with ${bytes[24]} bits a sample, which is not read here; save it without interlacing`,
    );
  }
  try {
    return toRaster(decode(bytes, { checkCrc: true }));
  } catch (error) {
    throw new WorldError(`${path} is a damaged PNG image: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function toRaster(png: DecodedPng): Raster {
  const { width, height, depth, channels } = png;
  if (width === 0 || height === 0) throw new Error(`its size is ${width}x${height}`);
  // A picture in true colour may carry a palette too, as a hint for poor screens.
  const palette = channels === 1 ? (png.palette ?? packedGreys(png)) : undefined;
  if (palette) {
    const data = convertIndexedToRgb({ ...png, palette });
    return { width, height, channels: palette[0]?.length === 4 ? 4 : 3, white: 255, data };
  }
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  // fast-png also decodes what the format has not, for instance RGB of 1 bit, into too few numbers.
  if (depth < 8) throw new Error(`it has ${channels} channels of ${depth} bits`);
  return withTransparentColour({ width, height, channels, white: 2 ** depth - 1, data: png.data }, png.transparency);
}

/** Greys of less than 8 bits are indices into a palette of greys. */
function packedGreys({ depth, transparency }: DecodedPng): IndexedColors | undefined {
  if (depth >= 8) return undefined;
  const levels = 2 ** depth;
  return Array.from({ length: levels }, (_, level) => {
    const grey = (level * 255) / (levels - 1);
    return transparency
      ? [grey, grey, grey, level === (transparency[0]! & (levels - 1)) ? 0 : 255]
      : [grey, grey, grey];
  });
}

/** A grey or RGB picture may name one colour that is transparent (chunk tRNS): it becomes alpha. */
function withTransparentColour(raster: Raster, colour: Uint16Array | undefined): Raster {
  const { width, height, channels, white, data } = raster;
  if (colour === undefined || (channels !== 1 && channels !== 3)) return raster;
  const out = new Uint16Array(width * height * (channels + 1));
  for (let from = 0, to = 0; from < data.length; from += channels) {
    let isColour = true;
    for (let c = 0; c < channels; c++) {
      isColour &&= data[from + c] === (colour[c]! & white);
      out[to++] = data[from + c]!;
    }
    out[to++] = isColour ? 0 : white;
  }
  return { width, height, channels: channels === 1 ? 2 : 4, white, data: out };
}
