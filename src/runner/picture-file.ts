/** Reading pictures as people have them: PNG, JPEG and WebP, told apart by their first bytes. */
import { UsageError, WorldError } from '../base/errors.ts';
import { describeKind, kindOfFile } from '../base/file-kind.ts';
import type { Raster } from '../data/raster.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { decodeWebp } from './webp.ts';

type Decoder = (bytes: Uint8Array, name: string) => Raster | Promise<Raster>;

/** The formats of pictures. To add one is to write its decoder and a line here. */
const decoders: readonly { readonly starts: (bytes: Uint8Array) => boolean; readonly decode: Decoder }[] = [
  { starts: (bytes) => textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n', decode: decodePng },
  { starts: (bytes) => textAt(bytes, 0, 3) === '\xff\xd8\xff', decode: decodeJpeg },
  { starts: (bytes) => textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP', decode: decodeWebp },
];

/**
 * Decodes a picture and turns it upright (EXIF). Its size is checked before any pixel is unpacked.
 * @param name the file, for errors. @throws WorldError when the picture is damaged, too large, or of another format.
 */
export async function readPicture(bytes: Uint8Array, name: string): Promise<Raster> {
  const format = decoders.find(({ starts }) => starts(bytes));
  if (!format) {
    const kind = kindOfFile(bytes);
    throw new WorldError(`${name} is ${kind ? describeKind(kind) : 'no picture'}; PNG, JPEG and WebP are read here`);
  }
  try {
    return await format.decode(bytes, name);
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
