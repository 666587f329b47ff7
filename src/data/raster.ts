/** Pictures of any size and colours into the grey images a network reads: light ink on dark ground, 0 to 255. */
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

/** A grey picture, 0 (black) to 1 (white), [y][x]. */
interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/**
 * Greys [height][width]. Transparent pixels take the ground that the ink stands out from; the picture is made to fit
 * whole, with its ground on the sides left over; when the ground (the median of its border) is light, all is inverted.
 * A picture of the wanted size with dark ground keeps its bytes.
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
          sum += wy * wx * grey.data[sy * grey.width + sx]!;
          covered += wy * wx;
        }
      }
      const value = sum + (1 - covered) * ground;
      out[y * width + x] = Math.round(255 * (ground > 0.5 ? 1 - value : value));
    }
  }
  return out;
}

/** Luma of ITU-R BT.601, composed over white under dark ink and over black under light ink. */
function toGrey({ width, height, channels, white, data }: Raster): Grey {
  const pixels = width * height;
  if (pixels < 1 || data.length !== pixels * channels) {
    throw new UsageError(
      `a picture of ${width}x${height} with ${channels} channels needs ${pixels * channels} values, got ${data.length}`,
    );
  }
  const colours = channels >= 3 ? 3 : 1;
  const luma = new Float64Array(pixels);
  const alpha = new Float64Array(pixels).fill(1);
  for (let p = 0; p < pixels; p++) {
    const at = p * channels;
    luma[p] = (colours === 3 ? 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! : data[at]!) / white;
    if (channels > colours) alpha[p] = data[at + colours]! / white;
  }
  const opacity = alpha.reduce((sum, a) => sum + a, 0);
  const ink = luma.reduce((sum, value, p) => sum + value * alpha[p]!, 0) / Math.max(opacity, 1e-9);
  const ground = ink > 0.5 ? 0 : 1;
  return { width, height, data: luma.map((value, p) => alpha[p]! * value + (1 - alpha[p]!) * ground) };
}

function borderMedian({ width, height, data }: Grey): number {
  const border = data.filter((_, p) => {
    const [x, y] = [p % width, Math.floor(p / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  return border.sort()[Math.floor(border.length / 2)]!;
}

/**
 * For each of `targets` pixels along one direction the source pixels it is made of, centred; weights sum to 1 where the
 * picture reaches. Shrinking averages the covered stretch, enlarging interpolates between the two nearest.
 */
function sampling(sources: number, targets: number, scale: number): { index: number; weight: number }[][] {
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
    const taps: { index: number; weight: number }[] = [];
    for (let index = Math.max(0, Math.floor(from)); index < Math.min(sources, from + scale); index++) {
      const weight = (Math.min(index + 1, from + scale) - Math.max(index, from)) / scale;
      if (weight > 0) taps.push({ index, weight });
    }
    return taps;
  });
}
