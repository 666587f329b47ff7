/** relu(x) = max(x, 0) and its gradient, with derivative 0 at 0. */
import { loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/** y = max(x, 0) over `vectors` vectors; x and y may be the same block. NaN stays NaN. */
export function reluForward(x: usize, y: usize, vectors: i32): void {
  const zero = f32x4.splat(0);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    storeVector(y, f32x4.max(loadVector(x), zero));
    y += vectorBytes;
  }
}

/** dx = dy where y > 0, else 0; y is the forward output, dy and dx may be the same block. */
export function reluBackward(y: usize, dy: usize, dx: usize, vectors: i32): void {
  const zero = f32x4.splat(0);
  const end = y + (<usize>vectors << vectorShift);
  for (; y < end; y += vectorBytes) {
    storeVector(dx, v128.and(loadVector(dy), f32x4.gt(loadVector(y), zero)));
    dy += vectorBytes;
    dx += vectorBytes;
  }
}
