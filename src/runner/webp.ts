/** Decoding WebP files, still pictures. Source: RFC 9649. */
import { readFileSync } from 'node:fs';
import decode, { init } from '@jsquash/webp/decode.js';
import { WorldError } from '../base/errors.ts';
import { exifOrientation, upright } from '../data/orientation.ts';
import type { Raster } from '../data/raster.ts';
import { checkPictureSize } from './picture-size.ts';

/** @param name the file, for errors. @throws WorldError when the picture is damaged, too large, or moving. */
export async function decodeWebp(bytes: Uint8Array, name: string): Promise<Raster> {
  const { width, height, orientation } = headerOf(bytes, name);
  checkPictureSize(width, height, name);
  const picture = await pixelsOf(bytes, name);
  if (picture.width !== width || picture.height !== height) {
    throw damaged(name, `its header says ${width}x${height}, its pixels are ${picture.width}x${picture.height}`);
  }
  return upright({ width, height, channels: 4, white: 255, data: picture.data }, orientation);
}

async function pixelsOf(bytes: Uint8Array, name: string): Promise<ImageData> {
  await loadDecoder();
  try {
    return await decode(Uint8Array.from(bytes).buffer);
  } catch (error) {
    throw damaged(name, 'its pixels cannot be decoded', error);
  }
}

let loading: Promise<void> | undefined;

/** The package would fetch its WebAssembly by a URL, which Node cannot do for files. */
function loadDecoder(): Promise<void> {
  loading ??= (async () => {
    const file = new URL('codec/dec/webp_dec.wasm', import.meta.resolve('@jsquash/webp/decode.js'));
    await init(await WebAssembly.compile(readFileSync(file)));
  })();
  return loading;
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** As Exif counts, 1 to 8. */
  readonly orientation: number;
}

/** Bits of the first byte of chunk VP8X. */
const isAnimated = 0x02;

function headerOf(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length) throw damaged(name, 'it is cut off');
  let size: readonly [width: number, height: number] | undefined;
  let orientation = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'VP8X' && (content[0]! & isAnimated) !== 0) {
      throw new WorldError(`${name} is a moving picture; save one of its frames`);
    }
    // The first of these chunks has the size of the whole picture.
    size ??= sizeIn(type, content);
    if (type === 'EXIF') orientation = exifOrientation(content);
    at += 8 + length + (length % 2);
  }
  if (!size) throw damaged(name, 'it holds no picture');
  return { width: size[0], height: size[1], orientation };
}

function sizeIn(type: string, content: Uint8Array): readonly [number, number] | undefined {
  if (content.length < 10) return undefined;
  const at = (index: number) => content[index]!;
  // Lossy: 14 bits each, after a frame tag and a start code.
  if (type === 'VP8 ') return [at(6) + 256 * (at(7) & 0x3f), at(8) + 256 * (at(9) & 0x3f)];
  // Lossless: 14 bits each, minus 1, after a signature.
  if (type === 'VP8L') {
    const bits = at(1) + 256 * at(2) + 65_536 * at(3) + 16_777_216 * at(4);
    return [1 + (bits % 16_384), 1 + (Math.floor(bits / 16_384) % 16_384)];
  }
  // Extended: 24 bits each, minus 1.
  if (type === 'VP8X') {
    return [1 + at(4) + 256 * at(5) + 65_536 * at(6), 1 + at(7) + 256 * at(8) + 65_536 * at(9)];
  }
  return undefined;
}

function damaged(name: string, problem: string, cause?: unknown): WorldError {
  return new WorldError(`${name} is a damaged WebP image: ${problem}`, { cause });
}
