/** Reads pictures at other sizes: the source pixels that a target pixel covers, and their weights. */
import type { Plane } from './plane.ts';

/** A source pixel along one axis, and its weight. */
export interface Tap {
  readonly index: number;
  readonly weight: number;
}

/**
 * The taps of each of `targets` pixels along one axis. Weights sum to 1 for a target pixel inside the picture.
 * Shrinking averages the covered source pixels; enlarging interpolates between the two nearest.
 * @param sources pixels of the picture along this axis.
 * @param start where the first target pixel begins, in source pixels.
 * @param scale source pixels per target pixel.
 */
export function sampling(sources: number, targets: number, start: number, scale: number): Tap[][] {
  return Array.from({ length: targets }, (_, target) => {
    const from = start + target * scale;
    return scale < 1 ? nearestTwo(sources, from + scale / 2 - 0.5) : covered(sources, from, from + scale);
  });
}

function nearestTwo(sources: number, centre: number): Tap[] {
  if (centre < -0.5 || centre > sources - 0.5) return [];
  const low = Math.floor(centre);
  const clamp = (index: number) => Math.min(Math.max(index, 0), sources - 1);
  return [
    { index: clamp(low), weight: 1 - (centre - low) },
    { index: clamp(low + 1), weight: centre - low },
  ];
}

function covered(sources: number, from: number, to: number): Tap[] {
  const taps: Tap[] = [];
  for (let index = Math.max(0, Math.floor(from)); index < Math.min(sources, to); index++) {
    const weight = (Math.min(index + 1, to) - Math.max(index, from)) / (to - from);
    if (weight > 0) taps.push({ index, weight });
  }
  return taps;
}

/** Where a plane of another size lies on its source. */
export interface Placing {
  readonly width: number;
  readonly height: number;
  /** Where the first target pixel begins, in source pixels. */
  readonly left: number;
  readonly top: number;
  /** Source pixels per target pixel. */
  readonly scale: number;
}

/** A part of a plane at another size. Outside of the source it is 0. */
export function resampled(source: Plane, { width, height, left, top, scale }: Placing): Plane {
  const columns = sampling(source.width, width, left, scale);
  const rows = sampling(source.height, height, top, scale);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const row of rows[y]!) {
        for (const column of columns[x]!) {
          sum += row.weight * column.weight * source.data[row.index * source.width + column.index]!;
        }
      }
      data[y * width + x] = sum;
    }
  }
  return { width, height, data };
}
