/** Reading PNG files of all colour types as rasters. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { convertIndexedToRgb, type DecodedPng, decode, hasPngSignature, type IndexedColors } from 'fast-png';
import { WorldError } from '../base/errors.ts';
import { describeKind, kindOfFile } from '../base/file-kind.ts';
import { counted } from '../base/format.ts';
import { exifOrientation, upright } from '../data/orientation.ts';
import type { Raster } from '../data/raster.ts';
import { readBytes } from '../disk/read-file.ts';
import { checkPictureSize, mostPictureBytes } from './picture-size.ts';

/** The most surplus bytes of pixels that are ignored, as other readers ignore them. */
const mostSurplusBytes = 65_536;

/** Reads a PNG file. @throws WorldError as {@link decodePng}, and when the file cannot be read. */
export function readPng(path: string): Raster {
  return decodePng(readBytes(path, mostPictureBytes), path);
}

/**
 * Decodes a picture. Its size is read from the header and checked before any pixel is unpacked, and no more is unpacked
 * than that size needs.
 * @param path names the file in errors.
 * @throws WorldError when the bytes are not a sound PNG, have more than 64 million pixels, or are interlaced with less
 * than 8 bits a sample.
 */
export function decodePng(bytes: Uint8Array, path: string): Raster {
  if (!hasPngSignature(bytes)) {
    const kind = kindOfFile(bytes);
    const instead = kind ? ` but ${describeKind(kind)}` : '';
    throw new WorldError(`${path} is not a PNG image${instead}${kind?.wayOut ? '' : '; only PNG is read here'}`);
  }
  try {
    const { header, others, packed, exif } = chunksOf(bytes);
    const head = headerOf(header);
    checkPictureSize(head.width, head.height, path);
    // fast-png reads such pixels as whole bytes, which is wrong.
    if (head.isInterlaced && head.depth < 8) {
      throw new WorldError(
        `${path} is interlaced with ${head.depth} bits a sample, which is not read here; save it without interlacing`,
      );
    }
    const pixels = deflateSync(unpacked(packed, head), { level: 0 });
    const plain = [chunk('IHDR', header), ...others, chunk('IDAT', pixels), chunk('IEND', new Uint8Array(0))];
    const raster = toRaster(decode(Buffer.concat([bytes.subarray(0, 8), ...plain])));
    return upright(raster, exif ? exifOrientation(exif) : 1);
  } catch (error) {
    if (error instanceof WorldError) throw error;
    throw new WorldError(`${path} is a damaged PNG image: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

interface Chunks {
  /** The content of chunk IHDR. */
  readonly header: Uint8Array;
  /** The chunks PLTE and tRNS, which define colours. */
  readonly others: readonly Uint8Array[];
  /** The content of all chunks IDAT: the compressed pixels. */
  readonly packed: Uint8Array;
  /** The content of chunk eXIf. */
  readonly exif: Uint8Array | undefined;
}

/** The chunks that determine the colour of a pixel. */
const pixelChunks: readonly string[] = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

/**
 * The chunks that determine the pixels; their checksums are checked. Other chunks are left out: a few kilobytes of
 * compressed text or colour profile can unpack to gigabytes, and a damaged text does not harm the pixels. Source: the
 * PNG specification, section 5.
 */
function chunksOf(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const others: Uint8Array[] = [];
  const packed: Uint8Array[] = [];
  let header: Uint8Array | undefined;
  let exif: Uint8Array | undefined;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw new Error('it is cut off');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error(`it is cut off in its chunk ${name(type)} of ${counted(length)} bytes`);
    const isSound = crc32(bytes.subarray(at + 4, end - 4)) === view.getUint32(end - 4);
    if (!isSound && (at === 8 || pixelChunks.includes(type))) {
      throw new Error(`the checksum of its chunk ${name(type)} is wrong`);
    }
    const content = bytes.subarray(at + 8, end - 4);
    if (at === 8) {
      if (type !== 'IHDR' || length !== 13) throw new Error('it does not begin with a header');
      header = content;
    } else if (type === 'IDAT') packed.push(content);
    else if (type === 'PLTE' || type === 'tRNS') others.push(bytes.subarray(at, end));
    else if (type === 'eXIf' && isSound) exif = content;
    else if (type === 'IEND') return { header: header!, others, packed: Buffer.concat(packed), exif };
    at = end;
  }
}

/** The chunk's type for messages; `?` where it is not four letters. */
function name(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : '?';
}

/** A chunk with an empty checksum: fast-png is not asked to check it. */
function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  new DataView(bytes.buffer).setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  return bytes;
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly channels: number;
  readonly isInterlaced: boolean;
}

/** Channels and allowed bits per sample, by colour type. Source: the PNG specification, section 11.2.1 (table 12). */
const colourTypes: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

function headerOf(header: Uint8Array): Header {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colourType = 0, , , interlacing = 0] = header.subarray(8);
  if (width === 0 || height === 0) throw new Error(`its size is ${width}x${height}`);
  const colours = colourTypes[colourType];
  if (!colours) throw new Error(`its colour type is ${colourType}`);
  if (!colours.depths.includes(depth)) throw new Error(`it has ${colours.channels} channels of ${depth} bits`);
  return { width, height, depth, channels: colours.channels, isInterlaced: interlacing === 1 };
}

/** The unpacked rows of pixels. Each row begins with the byte of its filter. */
function unpacked(packed: Uint8Array, header: Header): Uint8Array {
  const expected = unpackedBytes(header);
  const size = `${header.width}x${header.height}`;
  let rows: Uint8Array;
  try {
    rows = inflateSync(packed, { maxOutputLength: expected + mostSurplusBytes });
  } catch (error) {
    const isTooLong = error instanceof RangeError;
    throw isTooLong ? new Error(`its pixels unpack to more than the ${counted(expected)} bytes of ${size}`) : error;
  }
  if (rows.length >= expected) return rows.subarray(0, expected);
  throw new Error(`its pixels unpack to ${counted(rows.length)} bytes, ${size} needs ${counted(expected)}`);
}

/** The seven passes of an interlaced picture (Adam7): first column, first row, step of columns, step of rows. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const onePass = [[0, 0, 1, 1]] as const;

function unpackedBytes({ width, height, depth, channels, isInterlaced }: Header): number {
  let bytes = 0;
  for (const [left, top, across, down] of isInterlaced ? passes : onePass) {
    const columns = Math.max(0, Math.ceil((width - left) / across));
    const rows = Math.max(0, Math.ceil((height - top) / down));
    if (columns > 0) bytes += rows * (1 + Math.ceil((columns * channels * depth) / 8));
  }
  return bytes;
}

function toRaster(png: DecodedPng): Raster {
  const { width, height, depth, channels } = png;
  // An RGB picture may have a palette too: a suggestion for screens with few colours.
  const palette = channels === 1 ? (png.palette ?? packedGreys(png)) : undefined;
  if (palette) {
    const data = convertIndexedToRgb({ ...png, palette });
    return { width, height, channels: palette[0]?.length === 4 ? 4 : 3, white: 255, data };
  }
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  return withTransparentColour({ width, height, channels, white: 2 ** depth - 1, data: png.data }, png.transparency);
}

/** The palette for grey pictures of less than 8 bits, whose samples are read as indices. */
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

/** Adds an alpha channel, in which the colour that chunk tRNS names is transparent. */
function withTransparentColour(raster: Raster, colour: Uint16Array | undefined): Raster {
  const { width, height, channels, white, data } = raster;
  if (colour === undefined || (channels !== 1 && channels !== 3)) return raster;
  const length = width * height * (channels + 1);
  const out = white > 255 ? new Uint16Array(length) : new Uint8Array(length);
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
