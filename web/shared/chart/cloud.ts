/** Thousands of points as one picture: how much of each pixel is covered. */

export interface CloudOptions {
  /** Number of points. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** What a point covers, [size][size], from 0 to 1. */
  readonly mask: Float32Array;
  readonly size: number;
}

/**
 * @param placeOf the centre of a point in pixels; undefined: it has none.
 * @returns [height][width], from 0 to 1; points that overlap add up like ink.
 */
export function cloud(
  placeOf: (index: number) => readonly [x: number, y: number] | undefined,
  { count, width, height, mask, size }: CloudOptions,
): Float32Array {
  const shares = new Float32Array(width * height);
  const half = size >> 1;
  for (let index = 0; index < count; index++) {
    const at = placeOf(index);
    if (!at || !Number.isFinite(at[0]) || !Number.isFinite(at[1])) continue;
    const [left, top] = [Math.round(at[0]) - half, Math.round(at[1]) - half];
    for (let row = Math.max(0, -top); row < Math.min(size, height - top); row++) {
      for (let column = Math.max(0, -left); column < Math.min(size, width - left); column++) {
        const place = (top + row) * width + left + column;
        shares[place] += (1 - shares[place]!) * mask[row * size + column]!;
      }
    }
  }
  return shares;
}
