/** relu(x) = max(x, 0) and its gradient, with derivative 0 at 0. */

/** y = max(x, 0) over `vectors` vectors of four; x and y may be the same block. NaN stays NaN. */
export function reluForward(x: usize, y: usize, vectors: i32): void {
  const zero = f32x4.splat(0);
  const end = x + ((<usize>vectors) << 4);
  for (; x < end; x += 16) {
    v128.store(y, f32x4.max(v128.load(x), zero));
    y += 16;
  }
}

/** dx = dy where y > 0, else 0; y is the forward output, dy and dx may be the same block. */
export function reluBackward(y: usize, dy: usize, dx: usize, vectors: i32): void {
  const zero = f32x4.splat(0);
  const end = y + ((<usize>vectors) << 4);
  for (; y < end; y += 16) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
    dy += 16;
    dx += 16;
  }
}
