/** Decoding JPEG files: grey and colour, baseline and progressive. Source: ITU-T T.81. */
import { decode } from 'jpeg-js';
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { exifOrientation, upright } from '../data/orientation.ts';
import type { Raster } from '../data/raster.ts';
import { checkPictureSize, mostPixels } from './picture-size.ts';

/** The most scans of a progressive picture. Encoders write about ten; each scan visits every pixel. */
const mostScans = 100;

/**
 * The most samples of a picture, of which the decoder keeps all. A camera's picture (4:2:0) has one and a half a pixel:
 * its colours are kept at half the width and height. A picture whose colours are kept whole (4:4:4) has three.
 */
export const mostJpegSamples = 1.5 * mostPixels;

/** A limit of memory for the decoder, above what {@link mostJpegSamples} allows. */
const mostDecoderMegabytes = 2_000;

/** @param name the file, for errors. @throws WorldError when the picture is damaged, too large, or of a kind that is not read. */
export function decodeJpeg(bytes: Uint8Array, name: string): Raster {
  const { width, height, components, samplesPerPixel, orientation } = headerOf(bytes, name);
  checkPictureSize(width, height, name);
  checkSamples(width, height, samplesPerPixel, name);
  try {
    const options = { formatAsRGBA: false, tolerantDecoding: false, maxMemoryUsageInMB: mostDecoderMegabytes } as const;
    const { data } = decode(bytes, { ...options, useTArray: true });
    const raster: Raster =
      components === 1
        ? { width, height, channels: 1, white: 255, data: firstOfThree(data) }
        : { width, height, channels: 3, white: 255, data };
    return upright(raster, orientation);
  } catch (error) {
    throw damaged(name, error instanceof Error ? error.message : String(error), error);
  }
}

function checkSamples(width: number, height: number, samplesPerPixel: number, name: string): void {
  const most = Math.floor(mostJpegSamples / samplesPerPixel);
  if (width * height <= most) return;
  const finest = `at most ${counted(most)} are read of a JPEG picture with colours this fine`;
  throw new WorldError(`${name} has ${counted(width)} x ${counted(height)} pixels, ${finest}; make it smaller`);
}

/** The decoder gives grey three times. */
function firstOfThree(data: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: data.length / 3 }, (_, pixel) => data[3 * pixel]!);
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (colour). */
  readonly components: number;
  /** Samples of all components for each pixel: 1 for grey, 1.5 to 3 for most colour pictures. */
  readonly samplesPerPixel: number;
  /** As Exif counts, 1 to 8. */
  readonly orientation: number;
}

/** Second bytes of markers (T.81, table B.1). */
const markers = { startOfScan: 0xda, endOfImage: 0xd9, app1: 0xe1 } as const;
const startsOfFrame = { baseline: 0xc0, extended: 0xc1, progressive: 0xc2 } as const;
const otherFrames: readonly number[] = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** Reads all marker segments up to the end of the image, so that a file that is cut off is noticed. */
function headerOf(bytes: Uint8Array, name: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Omit<Header, 'orientation'> | undefined;
  let orientation = 1;
  let scans = 0;
  for (let at = 2; ; ) {
    at = nextMarker(bytes, at);
    if (at + 1 >= bytes.length) throw damaged(name, 'it is cut off');
    const marker = bytes[at + 1]!;
    if (marker === markers.endOfImage) break;
    if (at + 4 > bytes.length) throw damaged(name, 'it is cut off');
    const length = view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || at + 2 + length > bytes.length) throw damaged(name, 'it is cut off');
    if (Object.values<number>(startsOfFrame).includes(marker)) frame = frameOf(content, name);
    if (otherFrames.includes(marker)) {
      throw new WorldError(
        `${name} is a JPEG picture of a rare kind (lossless or arithmetic coding); save it again as PNG`,
      );
    }
    if (marker === markers.app1 && String.fromCharCode(...content.subarray(0, 6)) === 'Exif\0\0') {
      orientation = exifOrientation(content);
    }
    if (marker === markers.startOfScan && ++scans > mostScans) {
      throw new WorldError(`${name} has more than ${counted(mostScans)} scans, which is not read here; save it again`);
    }
    at += 2 + length;
  }
  if (!frame || scans === 0) throw damaged(name, 'it holds no picture');
  return { ...frame, orientation };
}

/** The place of the next marker: 0xff and a byte that is neither 0 (stuffing), nor a restart, nor a fill byte. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const next = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
    at++;
  }
  return at;
}

function frameOf(content: Uint8Array, name: string): Omit<Header, 'orientation'> {
  if (content.length < 6) throw damaged(name, 'its frame header is cut off');
  const [precision = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, components = 0] = content;
  const [height, width] = [256 * heightHigh + heightLow, 256 * widthHigh + widthLow];
  if (precision !== 8)
    throw new WorldError(`${name} has ${precision} bits a sample, 8 are read in JPEG; save it as PNG`);
  if (components === 4) throw new WorldError(`${name} is a CMYK picture, made for printing; save it in RGB`);
  if (components !== 1 && components !== 3) throw damaged(name, `it has ${components} components`);
  if (width === 0 || height === 0) throw damaged(name, `its size is ${width}x${height}`);
  const sampling = content.subarray(6, 6 + 3 * components);
  if (sampling.length < 3 * components) throw damaged(name, 'its frame header is cut off');
  return { width, height, components, samplesPerPixel: samplesPerPixelOf(sampling, name) };
}

/** @param sampling three bytes for each component: its name, its sampling factors (4 bits each), its table. */
function samplesPerPixelOf(sampling: Uint8Array, name: string): number {
  const factors = sampling.filter((_, at) => at % 3 === 1);
  const across = factors.map((pair) => pair >> 4);
  const down = factors.map((pair) => pair & 15);
  const samples = across.reduce((sum, columns, component) => sum + columns * down[component]!, 0);
  if (across.includes(0) || down.includes(0)) throw damaged(name, 'its sampling factors are not sound');
  return samples / (Math.max(...across) * Math.max(...down));
}

function damaged(name: string, problem: string, cause?: unknown): WorldError {
  return new WorldError(`${name} is a damaged JPEG image: ${problem}`, { cause });
}
