/** Smooth noise: a long strip of random numbers, filtered by a Gaussian, of which each elastic field is two windows. */
import { exponential } from '../../base/elementary.ts';
import type { Random } from '../../base/random.ts';

/** About how many numbers the strip holds: 8 MiB. Each row of it may start a window. */
const stripNumbers = 2 ** 21;

/** The size of a strip for images of this size. Its width is a multiple of four, as vectors need it. */
export function noiseSize({ height, width }: { readonly height: number; readonly width: number }) {
  const columns = Math.ceil(width / 4) * 4;
  return { columns, rows: Math.max(2 * height, Math.floor(stripNumbers / columns)) };
}

/**
 * The taps of a Gaussian at whole distances up to 2.5 sigma, scaled to a sum of squares of 1, so that filtering white
 * noise keeps its variance.
 */
export function gaussianTaps(sigma: number): readonly number[] {
  const reach = Math.ceil(2.5 * sigma);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => exponential(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const norm = Math.sqrt(taps.reduce((sum, tap) => sum + tap * tap, 0));
  return taps.map((tap) => tap / norm);
}

/**
 * Uniform white noise of variance 1, filtered along both axes, [rows][columns]. The noise reaches beyond the strip, so
 * its border is like its middle.
 */
export function smoothNoise(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  sigma: number,
  random: Random,
): Float32Array {
  const margin = gaussianTaps(sigma).length - 1;
  const white = new Float32Array((rows + margin) * (columns + margin));
  const bound = Math.sqrt(3);
  for (let i = 0; i < white.length; i++) white[i] = bound * (2 * random.uniform() - 1);
  return filtered(white, { rows, columns }, sigma);
}

/**
 * The convolution of [rows + margin][columns + margin] numbers with the taps along both axes, where it lies within them
 * ('valid'); margin is the number of taps less one.
 */
export function filtered(
  white: Float32Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  sigma: number,
): Float32Array {
  const taps = Float64Array.from(gaussianTaps(sigma));
  const margin = taps.length - 1;
  const result = new Float32Array(rows * columns);
  const ring = Array.from({ length: taps.length }, () => new Float64Array(columns));
  const sums = new Float64Array(columns);
  for (let y = 0; y < rows + margin; y++) {
    filterRow(white.subarray(y * (columns + margin), (y + 1) * (columns + margin)), taps, ring[y % ring.length]!);
    if (y < margin) continue;
    sums.fill(0);
    for (let k = 0; k < taps.length; k++) {
      const [row, tap] = [ring[(y - margin + k) % ring.length]!, taps[k]!];
      for (let x = 0; x < columns; x++) sums[x]! += tap * row[x]!;
    }
    result.set(sums, (y - margin) * columns);
  }
  return result;
}

function filterRow(row: Float32Array, taps: Float64Array, to: Float64Array): void {
  for (let x = 0; x < to.length; x++) {
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * row[x + k]!;
    to[x] = sum;
  }
}
