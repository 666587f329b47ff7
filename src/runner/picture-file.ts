/** Reads pictures as people have them. Formats are told apart by their first bytes, whatever the file's name. */
import { UsageError, WorldError } from '../base/errors.ts';
import { describeKind, kindOfFile } from '../base/file-kind.ts';
import { type PictureFormat, pictureFormats } from '../data/picture-formats.ts';
import type { Raster } from '../data/raster.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { decodeWebp } from './webp.ts';

interface Decoder {
  /** Whether the bytes begin as files of the format do. */
  readonly starts: (bytes: Uint8Array) => boolean;
  readonly decode: (bytes: Uint8Array, name: string) => Raster | Promise<Raster>;
}

const decoders: Readonly<Record<PictureFormat, Decoder>> = {
  PNG: { starts: (bytes) => textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n', decode: decodePng },
  JPEG: { starts: (bytes) => textAt(bytes, 0, 3) === '\xff\xd8\xff', decode: decodeJpeg },
  WebP: { starts: (bytes) => textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP', decode: decodeWebp },
};

/**
 * Decodes a picture and turns it upright (EXIF). Its size is checked before any pixel is unpacked.
 * @param name the file, for errors. @throws WorldError when the picture is damaged, too large, or of another format.
 */
export async function readPicture(bytes: Uint8Array, name: string): Promise<Raster> {
  const decoder = Object.values(decoders).find(({ starts }) => starts(bytes));
  if (!decoder) {
    const kind = kindOfFile(bytes);
    const what = kind ? describeKind(kind) : 'no picture';
    throw new WorldError(`${name} is ${what}; ${pictureFormats('and')} are read here`);
  }
  try {
    return await decoder.decode(bytes, name);
  } catch (error) {
    if (error instanceof WorldError || error instanceof UsageError) throw error;
    throw new WorldError(`${name} is a damaged picture: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
