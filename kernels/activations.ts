/**
 * Activations whose slope is found from their input: leaky relu, gelu and silu. x and y, and dy and dx, may be the same block.
 * Backward kernels write dx = dy · f'(x)^power, power 1 or 2 (2: second derivatives without the curvature of f). The slopes of gelu
 * and silu need most of what their values need, so in training the forward half stores them.
 */
import { exponential, multiplyAdd, sigmoid } from './arithmetic';
import { loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/** y = x where x > 0, else slope · x. */
export function leakyReluForward(x: usize, y: usize, vectors: i32, slope: f32): void {
  const zero = f32x4.splat(0), vSlope = f32x4.splat(slope);
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    storeVector(y, v128.bitselect(value, f32x4.mul(vSlope, value), f32x4.gt(value, zero)));
    y += vectorBytes;
  }
}

/** The slope at 0 is that of negative numbers, as in PyTorch. */
export function leakyReluBackward(x: usize, dy: usize, dx: usize, vectors: i32, slope: f32, power: i32): void {
  const zero = f32x4.splat(0), factor = f32x4.splat(power == 2 ? slope * slope : slope);
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const g = loadVector(dy);
    storeVector(dx, v128.bitselect(g, f32x4.mul(factor, g), f32x4.gt(loadVector(x), zero)));
    dy += vectorBytes;
    dx += vectorBytes;
  }
}

/** e^(-x²/2). */
// @ts-ignore: decorator
@inline
function bell(x: v128): v128 {
  return exponential(f32x4.pmax(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)), f32x4.splat(-87)));
}

/**
 * The share of a normal distribution below x, given e^(-x²/2); relative error below 3e-6 where it is above 1e-37. Left of zero it
 * is e^(-x²/2) times a polynomial in t = 1 / (1 + 0.35 |x|), a minimax fit in float64 on [-13.2, 0], rounded to float32.
 */
// @ts-ignore: decorator
@inline
function normalShare(x: v128, power: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, multiplyAdd(f32x4.abs(x), f32x4.splat(0.35), one));
  let p = multiplyAdd(f32x4.splat(-0.029108887538313866), t, f32x4.splat(0.14378800988197327));
  p = multiplyAdd(p, t, f32x4.splat(-0.2553268373012543));
  p = multiplyAdd(p, t, f32x4.splat(0.15872150659561157));
  p = multiplyAdd(p, t, f32x4.splat(-0.02279040217399597));
  p = multiplyAdd(p, t, f32x4.splat(0.10536905378103256));
  p = multiplyAdd(p, t, f32x4.splat(0.11986912786960602));
  p = multiplyAdd(p, t, f32x4.splat(0.13985669612884521));
  p = multiplyAdd(p, t, f32x4.splat(0.13962170481681824));
  const tail = f32x4.mul(f32x4.mul(p, t), power);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

/** y = x · (the share of a normal distribution below x): gelu in its exact form, as in PyTorch. */
export function geluForward(x: usize, y: usize, vectors: i32): void {
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    const power = bell(value);
    storeVector(y, f32x4.mul(value, normalShare(value, power)));
    y += vectorBytes;
  }
}

/** geluForward, and slopes = f'(x) = share + x · density. */
export function geluWithSlopes(x: usize, y: usize, slopes: usize, vectors: i32): void {
  const height = f32x4.splat(0.3989422804014327); // 1 / sqrt(2 pi)
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    const power = bell(value);
    const share = normalShare(value, power);
    storeVector(y, f32x4.mul(value, share));
    storeVector(slopes, multiplyAdd(f32x4.mul(height, value), power, share));
    y += vectorBytes;
    slopes += vectorBytes;
  }
}

/** y = x / (1 + e^-x): silu, also called swish. */
export function siluForward(x: usize, y: usize, vectors: i32): void {
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    storeVector(y, f32x4.mul(value, sigmoid(value)));
    y += vectorBytes;
  }
}

/** siluForward, and slopes = f'(x) = s · (1 + x · (1 - s)), s = 1 / (1 + e^-x). */
export function siluWithSlopes(x: usize, y: usize, slopes: usize, vectors: i32): void {
  const one = f32x4.splat(1);
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    const s = sigmoid(value);
    storeVector(y, f32x4.mul(value, s));
    storeVector(slopes, f32x4.mul(s, multiplyAdd(value, f32x4.sub(one, s), one)));
    y += vectorBytes;
    slopes += vectorBytes;
  }
}

/** dx = dy · slopes^power. */
export function slopesBackward(slopes: usize, dy: usize, dx: usize, vectors: i32, power: i32): void {
  for (const end = slopes + (<usize>vectors << vectorShift); slopes < end; slopes += vectorBytes) {
    const slope = loadVector(slopes);
    let g = f32x4.mul(loadVector(dy), slope);
    if (power == 2) g = f32x4.mul(g, slope);
    storeVector(dx, g);
    dy += vectorBytes;
    dx += vectorBytes;
  }
}
