/** Reading PNG files of all colour types as rasters. */
import { pipeline } from 'node:stream/promises';
import { crc32, createInflate } from 'node:zlib';
import { WorldError } from '../base/errors.ts';
import { describeKind, kindOfFile } from '../base/file-kind.ts';
import { counted } from '../base/format.ts';
import { exifOrientation, upright } from '../data/orientation.ts';
import type { Raster } from '../data/raster.ts';
import { readBytes } from '../disk/read-file.ts';
import { checkPictureSize, mostPictureBytes } from './picture-size.ts';
import { type PngHeader, samplesOf, unpackedBytes } from './png-pixels.ts';

/** The first bytes of a PNG file. Source: the PNG specification, section 5.2. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The most surplus bytes of pixels that are ignored, as other readers ignore them. */
const mostSurplusBytes = 65_536;

/** Reads a PNG file. @throws WorldError as {@link decodePng}, and when the file cannot be read. */
export async function readPng(path: string): Promise<Raster> {
  return decodePng(readBytes(path, mostPictureBytes), path);
}

/**
 * Decodes a picture. Its size is read from the header and checked before any pixel is unpacked, and no more is unpacked
 * than that size needs.
 * @param path names the file in errors.
 * @throws WorldError when the bytes are not a sound PNG, or have more than 64 million pixels.
 */
export async function decodePng(bytes: Uint8Array, path: string): Promise<Raster> {
  if (!signature.every((byte, at) => bytes[at] === byte)) {
    const kind = kindOfFile(bytes);
    const instead = kind ? ` but ${describeKind(kind)}` : '';
    throw new WorldError(`${path} is not a PNG image${instead}${kind?.wayOut ? '' : '; only PNG is read here'}`);
  }
  try {
    const { header, palette, transparency, packed, exif } = chunksOf(bytes);
    const head = headerOf(header);
    checkPictureSize(head.width, head.height, path);
    const samples = samplesOf(await unpacked(packed, head), head);
    return upright(rasterOf(samples, head, palette, transparency), exif ? exifOrientation(exif) : 1);
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
  /** The content of chunk PLTE: red, green and blue of each colour. */
  readonly palette: Uint8Array | undefined;
  /** The content of chunk tRNS: the opacity of the first colours, or the colour that is transparent. */
  readonly transparency: Uint8Array | undefined;
  /** The content of the chunks IDAT: the compressed pixels. */
  readonly packed: readonly Uint8Array[];
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
  const colours = new Map<string, Uint8Array>();
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
    else if (type === 'PLTE' || type === 'tRNS') colours.set(type, content);
    else if (type === 'eXIf' && isSound) exif = content;
    else if (type === 'IEND') {
      return { header: header!, palette: colours.get('PLTE'), transparency: colours.get('tRNS'), packed, exif };
    }
    at = end;
  }
}

/** The chunk's type for messages; `?` where it is not four letters. */
function name(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : '?';
}

/** Channels and allowed bits per sample, by colour type. Source: the PNG specification, section 11.2.1 (table 12). */
const colourTypes: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

function headerOf(header: Uint8Array): PngHeader {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colourType = 0, , , interlacing = 0] = header.subarray(8);
  if (width === 0 || height === 0) throw new Error(`its size is ${width}x${height}`);
  const colours = colourTypes[colourType];
  if (!colours) throw new Error(`its colour type is ${colourType}`);
  if (!colours.depths.includes(depth)) throw new Error(`it has ${colours.channels} channels of ${depth} bits`);
  const isInterlaced = interlacing === 1;
  return { width, height, depth, channels: colours.channels, isPalette: colourType === 3, isInterlaced };
}

/** The unpacked rows of pixels, unpacked piece by piece. Each row begins with the byte of its filter. */
async function unpacked(packed: readonly Uint8Array[], header: PngHeader): Promise<Uint8Array> {
  const expected = unpackedBytes(header);
  const size = `${header.width}x${header.height}`;
  const rows = new Uint8Array(expected);
  let length = 0;
  await pipeline(packed, createInflate(), async (pieces: AsyncIterable<Uint8Array>) => {
    for await (const piece of pieces) {
      rows.set(piece.subarray(0, Math.max(0, expected - length)), Math.min(length, expected));
      length += piece.length;
      if (length > expected + mostSurplusBytes) {
        throw new Error(`its pixels unpack to more than the ${counted(expected)} bytes of ${size}`);
      }
    }
  });
  if (length >= expected) return rows;
  throw new Error(`its pixels unpack to ${counted(length)} bytes, ${size} needs ${counted(expected)}`);
}

type Samples = Uint8Array | Uint16Array;

function rasterOf(
  samples: Samples,
  { width, height, depth, channels, isPalette }: PngHeader,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): Raster {
  if (isPalette) return { width, height, white: 255, ...coloursOf(samples, palette, transparency) };
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error(`${channels} channels`);
  const white = 2 ** depth - 1;
  const raster: Raster = { width, height, channels, white, data: samples };
  return asBytes(transparency ? withTransparentColour(raster, sixteenBits(transparency)) : raster);
}

/** The colours behind indices of a palette, with alpha where a colour is transparent. */
function coloursOf(
  indices: Samples,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): Pick<Raster, 'channels' | 'data'> {
  if (!palette) throw new Error('it has no palette');
  const size = Math.floor(palette.length / 3);
  const channels = transparency ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let pixel = 0; pixel < indices.length; pixel++) {
    const index = indices[pixel]!;
    if (index >= size) throw new Error(`it uses colour ${index} of a palette of ${size}`);
    for (let c = 0; c < 3; c++) data[pixel * channels + c] = palette[3 * index + c]!;
    if (transparency) data[pixel * channels + 3] = transparency[index] ?? 255;
  }
  return { channels, data };
}

function sixteenBits(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => 256 * bytes[2 * i]! + bytes[2 * i + 1]!);
}

/** Greys of less than 8 bits as bytes. */
function asBytes(raster: Raster): Raster {
  const { white, data } = raster;
  if (white >= 255) return raster;
  return { ...raster, white: 255, data: Uint8Array.from(data, (value) => (value * 255) / white) };
}

/** Adds an alpha channel, in which the colour that chunk tRNS names is transparent. */
function withTransparentColour(raster: Raster, colour: Uint16Array): Raster {
  const { width, height, channels, white, data } = raster;
  if (colour.length < channels || (channels !== 1 && channels !== 3)) return raster;
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
