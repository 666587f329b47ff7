/**
 * tanh and the sigmoid. The kernels use only additions, multiplications, divisions and bit
 * operations: strict arithmetic therefore gives the same bits everywhere. The quotient is a minimax
 * fit in float64 (Lawson's iteration on Chebyshev nodes), rounded to float32.
 */
import { multiplyAdd, sigmoid } from './arithmetic';
import { loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/**
 * tanh x, relative error below 4e-7: x times a quotient of two polynomials in x², fitted on [-9.01, 9.01], beyond which
 * the nearest float32 is ±1. pmin and pmax let NaN pass and are one instruction.
 */
// @ts-ignore: decorator
@inline
function hyperbolicTangent(value: v128): v128 {
  const one = f32x4.splat(1);
  const x = f32x4.pmin(f32x4.pmax(value, f32x4.splat(-9.01)), f32x4.splat(9.01));
  const s = f32x4.mul(x, x);
  let p = multiplyAdd(s, f32x4.splat(1.3336753305275706e-8), f32x4.splat(2.0596204194589518e-5));
  let q = multiplyAdd(s, f32x4.splat(7.769243666189141e-7), f32x4.splat(0.0003284356207586825));
  p = multiplyAdd(p, s, f32x4.splat(0.003494806820526719));
  q = multiplyAdd(q, s, f32x4.splat(0.02587401121854782));
  p = multiplyAdd(p, s, f32x4.splat(0.13380368053913116));
  q = multiplyAdd(q, s, f32x4.splat(0.46713683009147644));
  p = multiplyAdd(p, s, one);
  q = multiplyAdd(q, s, one);
  const y = f32x4.div(f32x4.mul(x, p), q);
  return f32x4.pmin(f32x4.pmax(y, f32x4.splat(-1)), one);
}

/** y = amplitude · tanh(slope · x); x and y may be the same block. */
export function tanhForward(x: usize, y: usize, vectors: i32, amplitude: f32, slope: f32): void {
  const vAmplitude = f32x4.splat(amplitude), vSlope = f32x4.splat(slope);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    storeVector(y, f32x4.mul(vAmplitude, hyperbolicTangent(f32x4.mul(vSlope, loadVector(x)))));
    y += vectorBytes;
  }
}

/**
 * dx = dy · f'(x)^power, power 1 or 2 (2: second derivatives without the curvature of f), with f' = slope / amplitude ·
 * (amplitude² - y²) from the forward output y. dy and dx may be the same block.
 */
export function tanhBackward(y: usize, dy: usize, dx: usize, vectors: i32, amplitude: f32, slope: f32, power: i32): void {
  const square = f32x4.splat(amplitude * amplitude), scale = f32x4.splat(slope / amplitude);
  const end = y + (<usize>vectors << vectorShift);
  for (; y < end; y += vectorBytes) {
    const value = loadVector(y);
    const slopes = f32x4.mul(scale, f32x4.sub(square, f32x4.mul(value, value)));
    let g = f32x4.mul(loadVector(dy), slopes);
    if (power == 2) g = f32x4.mul(g, slopes);
    storeVector(dx, g);
    dy += vectorBytes;
    dx += vectorBytes;
  }
}

/** y = 1 / (1 + e^-x), relative error below 4e-7 down to 1e-37; x and y may be the same block. */
export function sigmoidForward(x: usize, y: usize, vectors: i32): void {
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    storeVector(y, sigmoid(loadVector(x)));
    y += vectorBytes;
  }
}

/** dx = dy · f'(x)^power with f' = y (1 - y); as tanhBackward. */
export function sigmoidBackward(y: usize, dy: usize, dx: usize, vectors: i32, power: i32): void {
  const one = f32x4.splat(1);
  const end = y + (<usize>vectors << vectorShift);
  for (; y < end; y += vectorBytes) {
    const value = loadVector(y);
    const slopes = f32x4.mul(value, f32x4.sub(one, value));
    let g = f32x4.mul(loadVector(dy), slopes);
    if (power == 2) g = f32x4.mul(g, slopes);
    storeVector(dx, g);
    dy += vectorBytes;
    dx += vectorBytes;
  }
}
