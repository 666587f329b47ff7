/** The skeleton of a mask: lines of one pixel in the middle of its strokes. */
import type { Mask } from './plane.ts';

/**
 * Thins a mask to lines of one pixel that are connected as the mask is. Source: T. Y. Zhang and C. Y. Suen, "A fast
 * parallel algorithm for thinning digital patterns", Communications of the ACM 27(3), 1984.
 */
export function skeletonOf({ width, height, data }: Mask): Mask {
  // An empty border spares the questions at the edges.
  const stride = width + 2;
  const out = new Uint8Array(stride * (height + 2));
  let inked: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      const at = (y + 1) * stride + x + 1;
      out[at] = 1;
      inked.push(at);
    }
  }
  // P2 to P9 of the paper: clockwise from the pixel above.
  const around = [-stride, 1 - stride, 1, 1 + stride, stride, stride - 1, -1, -1 - stride];
  for (let isThinner = true; isThinner; ) {
    isThinner = false;
    for (const isFirst of [true, false]) {
      const removed = new Set(inked.filter((at) => isRemoved(out, at, around, isFirst)));
      for (const at of removed) out[at] = 0;
      if (removed.size === 0) continue;
      isThinner = true;
      inked = inked.filter((at) => !removed.has(at));
    }
  }
  const skeleton = new Uint8Array(width * height);
  for (const at of inked) skeleton[(Math.floor(at / stride) - 1) * width + (at % stride) - 1] = 1;
  return { width, height, data: skeleton };
}

/** The conditions (a) to (d) of the paper's subiterations. */
function isRemoved(out: Uint8Array, at: number, around: readonly number[], isFirst: boolean): boolean {
  let neighbours = 0;
  let transitions = 0;
  for (let i = 0; i < 8; i++) {
    const here = out[at + around[i]!]!;
    neighbours += here;
    if (here === 0 && out[at + around[(i + 1) % 8]!] === 1) transitions++;
  }
  if (neighbours < 2 || neighbours > 6 || transitions !== 1) return false;
  const [up, right, down, left] = [0, 2, 4, 6].map((i) => out[at + around[i]!]!) as [number, number, number, number];
  return isFirst
    ? up * right * down === 0 && right * down * left === 0
    : up * right * left === 0 && up * down * left === 0;
}
