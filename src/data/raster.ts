/**
 * Converts pictures of any size and colour to the grey images that a network reads: light ink on dark ground, 0 to 255.
 */
import { UsageError } from '../base/errors.ts';

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Grey, grey and alpha, RGB, RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The value of full white, 255 or 65,535. */
  readonly white: number;
  /** [y][x][channel] */
  readonly data: ArrayLike<number>;
}

/**
 * A grey picture. Each pixel is computed on demand, since a large photograph as 64-bit numbers would fill the memory.
 */
interface Grey {
  readonly width: number;
  readonly height: number;
  /** 0 (black) to 1 (white), of pixel y * width + x. */
  at(pixel: number): number;
}

/**
 * Greys [height][width], 0 to 255. Transparent pixels get a ground that contrasts with the ink. The whole picture is
 * scaled to fit, and the remaining sides are filled with its ground. If the ground (the median of the border) is light,
 * the picture is inverted. An opaque grey picture of the wanted size with dark ground keeps its bytes.
 * @throws UsageError when the data does not have width x height pixels.
 */
export function rasterToGrey(raster: Raster, height: number, width: number): Uint8Array {
  const grey = toGrey(raster);
  const ground = borderMedian(grey);
  const scale = Math.max(grey.width / width, grey.height / height);
  const columns = sampling(grey.width, width, scale);
  const rows = sampling(grey.height, height, scale);
  const out = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let covered = 0;
      for (const { index: sy, weight: wy } of rows[y]!) {
        for (const { index: sx, weight: wx } of columns[x]!) {
          sum += wy * wx * grey.at(sy * grey.width + sx);
          covered += wy * wx;
        }
      }
      const value = sum + (1 - covered) * ground;
      out[y * width + x] = Math.round(255 * (ground > 0.5 ? 1 - value : value));
    }
  }
  return out;
}

/** Luma of ITU-R BT.601; dark ink is composed over white, light ink over black. */
function toGrey({ width, height, channels, white, data }: Raster): Grey {
  const pixels = width * height;
  if (pixels < 1 || data.length !== pixels * channels) {
    throw new UsageError(
      `a picture of ${width}x${height} with ${channels} channels needs ${pixels * channels} values, got ${data.length}`,
    );
  }
  const isColoured = channels >= 3;
  const colours = isColoured ? 3 : 1;
  const luma = (at: number) =>
    (isColoured ? 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! : data[at]!) / white;
  const alpha = channels > colours ? (at: number) => data[at + colours]! / white : () => 1;
  let opacity = 0;
  let weighted = 0;
  for (let at = 0; at < data.length; at += channels) {
    const a = alpha(at);
    opacity += a;
    weighted += luma(at) * a;
  }
  const ink = weighted / Math.max(opacity, 1e-9);
  const ground = ink > 0.5 ? 0 : 1;
  return {
    width,
    height,
    at(pixel) {
      const a = alpha(pixel * channels);
      return a * luma(pixel * channels) + (1 - a) * ground;
    },
  };
}

function borderMedian({ width, height, at }: Grey): number {
  const border: number[] = [];
  const isEdge = (index: number, size: number) => index === 0 || index === size - 1;
  for (let y = 0; y < height; y++) {
    // All pixels of the first and the last row; the two outer pixels of other rows (one if the picture is one pixel
    // wide).
    const step = isEdge(y, height) ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) border.push(at(y * width + x));
  }
  return border.sort((a, b) => a - b)[Math.floor(border.length / 2)]!;
}

/** A source pixel along one axis, and its weight. */
export interface Tap {
  readonly index: number;
  readonly weight: number;
}

/**
 * The source pixels and their weights for each of `targets` pixels along one axis; the picture is centred. Weights sum
 * to 1 for a target pixel inside the picture. Shrinking averages the covered source pixels; enlarging interpolates
 * between the two nearest.
 */
export function sampling(sources: number, targets: number, scale: number): Tap[][] {
  const start = (sources - targets * scale) / 2;
  return Array.from({ length: targets }, (_, target) => {
    const from = start + target * scale;
    if (scale < 1) {
      const centre = from + scale / 2 - 0.5;
      if (centre < -0.5 || centre > sources - 0.5) return [];
      const low = Math.floor(centre);
      const clamp = (index: number) => Math.min(Math.max(index, 0), sources - 1);
      return [
        { index: clamp(low), weight: 1 - (centre - low) },
        { index: clamp(low + 1), weight: centre - low },
      ];
    }
    const taps: Tap[] = [];
    for (let index = Math.max(0, Math.floor(from)); index < Math.min(sources, from + scale); index++) {
      const weight = (Math.min(index + 1, from + scale) - Math.max(index, from)) / scale;
      if (weight > 0) taps.push({ index, weight });
    }
    return taps;
  });
}
