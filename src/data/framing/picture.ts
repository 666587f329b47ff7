/** Pictures as numbers from 0 (black) to 1 (white), opaque and of moderate size. */
import { UsageError } from '../../base/errors.ts';
import type { Raster } from '../raster.ts';
import type { Box, Plane } from './plane.ts';

/** An opaque picture, grey or in red, green and blue: 0 to 1, [y][x][channel]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** Weights of red, green and blue in brightness. Source: ITU-R BT.601. */
const brightness = [0.299, 0.587, 0.114] as const;

/** @throws UsageError when the data does not have width x height pixels. */
export function checkRaster({ width, height, channels, data }: Raster): void {
  const pixels = width * height;
  if (pixels >= 1 && data.length === pixels * channels) return;
  throw new UsageError(
    `a picture of ${width}x${height} with ${channels} channels needs ${pixels * channels} values, got ${data.length}`,
  );
}

/** How many channels hold colours; the others hold opacity. */
export function coloursOf({ channels }: Pick<Raster, 'channels'>): 1 | 3 {
  return channels >= 3 ? 3 : 1;
}

/** The brightness (luma) of the pixel whose first value is at `at`, in the unit of the data. */
export function brightnessAt(data: ArrayLike<number>, at: number, colours: 1 | 3): number {
  if (colours === 1) return data[at]!;
  return brightness[0] * data[at]! + brightness[1] * data[at + 1]! + brightness[2] * data[at + 2]!;
}

/**
 * The ground for transparent pixels, 0 (black) or 1 (white). Where most of a picture is transparent, its opaque part is
 * taken for ink, and the ground contrasts with it; else its opaque part is taken for paper, which the ground continues.
 */
export function transparentGround(raster: Raster): 0 | 1 {
  const { channels, white, data } = raster;
  const colours = coloursOf(raster);
  if (colours === channels) return 1;
  let opacity = 0;
  let weighted = 0;
  for (let at = 0; at < data.length; at += channels) {
    opacity += data[at + colours]!;
    weighted += (data[at + colours]! * brightnessAt(data, at, colours)) / white;
  }
  const isLight = weighted > 0.5 * opacity;
  const isMostlyOpaque = opacity > (0.5 * white * data.length) / channels;
  return isLight === isMostlyOpaque ? 1 : 0;
}

/**
 * The picture, opaque, reduced by averaging blocks of n x n pixels: n is the least that makes no side longer than
 * `mostSide`. @throws UsageError when the data does not have width x height pixels.
 */
export function reducedPicture(raster: Raster, mostSide: number): Picture {
  checkRaster(raster);
  const colours = coloursOf(raster);
  const block = Math.ceil(Math.max(raster.width, raster.height) / mostSide);
  const [width, height] = [Math.ceil(raster.width / block), Math.ceil(raster.height / block)];
  const out = new Float32Array(width * height * colours);
  const { channels, white, data } = raster;
  const ground = transparentGround(raster) * white;
  for (let y = 0, at = 0; y < raster.height; y++) {
    const row = Math.floor(y / block) * width;
    for (let x = 0; x < raster.width; x++, at += channels) {
      const to = (row + Math.floor(x / block)) * colours;
      const opacity = colours === channels ? 1 : data[at + colours]! / white;
      for (let c = 0; c < colours; c++) out[to + c]! += opacity * data[at + c]! + (1 - opacity) * ground;
    }
  }
  for (let y = 0; y < height; y++) {
    const rows = Math.min(block, raster.height - y * block);
    for (let x = 0; x < width; x++) {
      const pixels = rows * Math.min(block, raster.width - x * block);
      for (let c = 0; c < colours; c++) out[(y * width + x) * colours + c]! /= pixels * white;
    }
  }
  return { width, height, channels: colours, data: out };
}

/** The means of blocks of n x n pixels. */
export function blockMeans({ width, height, data }: Plane, block: number): Plane {
  const [columns, rows] = [Math.ceil(width / block), Math.ceil(height / block)];
  const out = new Float32Array(columns * rows);
  const counts = new Float32Array(columns * rows);
  for (let p = 0; p < data.length; p++) {
    const to = Math.floor(Math.floor(p / width) / block) * columns + Math.floor((p % width) / block);
    out[to]! += data[p]!;
    counts[to]!++;
  }
  return { width: columns, height: rows, data: out.map((sum, to) => sum / counts[to]!) };
}

/** A part of a picture. */
export function cutOut({ width, channels, data }: Picture, box: Box): Picture {
  const out = new Float32Array(box.width * box.height * channels);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * channels;
    out.set(data.subarray(from, from + box.width * channels), y * box.width * channels);
  }
  return { width: box.width, height: box.height, channels, data: out };
}

/** The brightness of each pixel. */
export function brightnessOf({ width, height, channels, data }: Picture): Plane {
  if (channels === 1) return { width, height, data };
  return { width, height, data: Float32Array.from({ length: width * height }, (_, p) => brightnessAt(data, 3 * p, 3)) };
}

/**
 * The grey in which a picture's colours differ most: each colour's place along their principal axis, from dark to
 * light. Red ink on green paper, which are equally bright, stay apart. Source: K. Pearson, "On lines and planes of
 * closest fit to systems of points in space", Philosophical Magazine 2(11), 1901.
 */
export function mainContrastOf(picture: Picture): Plane {
  const { width, height, channels, data } = picture;
  if (channels === 1) return { width, height, data };
  const axis = principalAxis(data);
  const along = (at: number) => axis[0]! * data[at]! + axis[1]! * data[at + 1]! + axis[2]! * data[at + 2]!;
  return { width, height, data: Float32Array.from({ length: width * height }, (_, p) => along(3 * p)) };
}

/** The direction of the largest variance of some 10,000 pixels, of length 1, by power iteration. */
function principalAxis(data: Float32Array): readonly number[] {
  const step = 3 * Math.max(1, Math.floor(data.length / 30_000));
  const mean = [0, 0, 0];
  const products = new Float64Array(9);
  let pixels = 0;
  for (let at = 0; at < data.length; at += step, pixels++) {
    for (let i = 0; i < 3; i++) {
      mean[i]! += data[at + i]!;
      for (let j = 0; j < 3; j++) products[3 * i + j]! += data[at + i]! * data[at + j]!;
    }
  }
  const covariance = products.map((sum, k) => sum / pixels - (mean[Math.floor(k / 3)]! * mean[k % 3]!) / pixels ** 2);
  let axis: number[] = [...brightness];
  for (let turn = 0; turn < 50; turn++) {
    const next = [0, 1, 2].map((i) => axis.reduce((sum, value, j) => sum + covariance[3 * i + j]! * value, 0));
    const length = Math.hypot(...next);
    // One colour alone.
    if (length < 1e-9) break;
    axis = next.map((value) => value / length);
  }
  const isLighter = axis.reduce((sum, value, c) => sum + value * brightness[c]!, 0) >= 0;
  return axis.map((value) => (isLighter ? value : -value));
}
