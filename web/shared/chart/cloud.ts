/** Thousands of points as one picture: how much of each pixel is covered. */

export interface CloudOptions {
  readonly width: number;
  readonly height: number;
  /** What a point covers, [size][size], from 0 to 1. */
  readonly mask: Float32Array;
  readonly size: number;
}

/** @param places of the points' centres, whole pixels. @returns [height][width], from 0 to 1; points that overlap add up like ink. */
export function cloud(places: readonly (readonly [x: number, y: number])[], { width, height, mask, size }: CloudOptions): Float32Array {
  const shares = new Float32Array(width * height);
  const half = size >> 1;
  for (const [x, y] of places) {
    if (!(x > -half && x < width + half && y > -half && y < height + half)) continue;
    const [left, top] = [x - half, y - half];
    for (let row = Math.max(0, -top); row < Math.min(size, height - top); row++) {
      for (let column = Math.max(0, -left); column < Math.min(size, width - left); column++) {
        const place = (top + row) * width + left + column;
        shares[place] += (1 - shares[place]!) * mask[row * size + column]!;
      }
    }
  }
  return shares;
}
