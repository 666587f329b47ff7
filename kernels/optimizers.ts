/**
 * One step of each optimizer over `vectors` vectors of parameters x.
 * g: the gradient of the loss, to which l2·x is added; sumChunks computes it where a batch has several chunks.
 * src/engine/reference.ts has the formulas and their sources.
 */
import { multiplyAdd } from './arithmetic';
import { loadVector, storeVector, vectorBytes, vectorShift } from './vector';

/**
 * g = the sum over `chunks` blocks of gradients, in the order of their addresses, `stride` bytes apart; g is the first.
 */
export function sumChunks(g: usize, stride: usize, chunks: i32, vectors: i32): void {
  for (const end = g + (<usize>vectors << vectorShift); g < end; g += vectorBytes) {
    let sum = loadVector(g);
    let at = g;
    for (let c = 1; c < chunks; c++) {
      at += stride;
      sum = f32x4.add(sum, loadVector(at));
    }
    storeVector(g, sum);
  }
}

/**
 * Sets elements with |v| < 2^-100 to 0; NaN stays. A state that decays towards zero would become denormal, and denormal
 * numbers cost about a hundred cycles each on some processors. Compared with eps = 1e-8 so small a state has no effect.
 */
export function flushTiny(v: usize, vectors: i32): void {
  const tiny = f32x4.splat(7.888609052210118e-31);
  for (const end = v + (<usize>vectors << vectorShift); v < end; v += vectorBytes) {
    const x = loadVector(v);
    storeVector(v, v128.andnot(x, f32x4.lt(f32x4.abs(x), tiny)));
  }
}

/** b = momentum·b + g; step = nesterov ? g + momentum·b : b; x = x - rate·step. b unused (0) without momentum. */
export function sgd(
  x: usize, g: usize, b: usize, vectors: i32,
  l2: f32, rate: f32, momentum: f32, nesterov: i32,
): void {
  const vL2 = f32x4.splat(l2), vRate = f32x4.splat(-rate), vMomentum = f32x4.splat(momentum);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    const w = loadVector(x);
    let step = multiplyAdd(vL2, w, loadVector(g));
    if (b) {
      const buffer = multiplyAdd(vMomentum, loadVector(b), step);
      storeVector(b, buffer);
      step = nesterov ? multiplyAdd(vMomentum, buffer, step) : buffer;
      b += vectorBytes;
    }
    storeVector(x, multiplyAdd(vRate, step, w));
    g += vectorBytes;
  }
}

/**
 * m = beta1·m + (1 - beta1)·g; v = beta2·v + (1 - beta2)·g²
 * x = keep·x - (mScale·m + gScale·g) / (sqrt(vScale·v) + eps)
 * Adam: gScale = 0, keep = 1. AdamW: keep = 1 - rate·decay. NAdam: gScale > 0.
 */
export function adam(
  x: usize, g: usize, m: usize, v: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32,
  keep: f32, mScale: f32, gScale: f32, vScale: f32,
): void {
  const vL2 = f32x4.splat(l2), vEps = f32x4.splat(eps), vKeep = f32x4.splat(keep);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const vM = f32x4.splat(mScale), vG = f32x4.splat(gScale), vV = f32x4.splat(vScale);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    const w = loadVector(x);
    const gradient = multiplyAdd(vL2, w, loadVector(g));
    const mean = multiplyAdd(vBeta1, loadVector(m), f32x4.mul(vRest1, gradient));
    const square = multiplyAdd(vBeta2, loadVector(v), f32x4.mul(f32x4.mul(vRest2, gradient), gradient));
    storeVector(m, mean);
    storeVector(v, square);
    const step = multiplyAdd(vG, gradient, f32x4.mul(vM, mean));
    const scale = f32x4.add(f32x4.sqrt(f32x4.mul(vV, square)), vEps);
    storeVector(x, f32x4.sub(f32x4.mul(vKeep, w), f32x4.div(step, scale)));
    g += vectorBytes;
    m += vectorBytes;
    v += vectorBytes;
  }
}

/**
 * m = beta1·m + (1 - beta1)·g; s = beta2·s + (1 - beta2)·(g - m)² + epsInside
 * x = x - mScale·m / (sqrt(sScale·s) + eps)
 */
export function adabelief(
  x: usize, g: usize, m: usize, s: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32, epsInside: f32,
  mScale: f32, sScale: f32,
): void {
  const vL2 = f32x4.splat(l2), vEps = f32x4.splat(eps), vInside = f32x4.splat(epsInside);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const vM = f32x4.splat(mScale), vS = f32x4.splat(sScale);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    const w = loadVector(x);
    const gradient = multiplyAdd(vL2, w, loadVector(g));
    const mean = multiplyAdd(vBeta1, loadVector(m), f32x4.mul(vRest1, gradient));
    const surprise = f32x4.sub(gradient, mean);
    const belief = f32x4.add(
      multiplyAdd(vBeta2, loadVector(s), f32x4.mul(f32x4.mul(vRest2, surprise), surprise)), vInside,
    );
    storeVector(m, mean);
    storeVector(s, belief);
    const scale = f32x4.add(f32x4.sqrt(f32x4.mul(vS, belief)), vEps);
    storeVector(x, f32x4.sub(w, f32x4.div(f32x4.mul(vM, mean), scale)));
    g += vectorBytes;
    m += vectorBytes;
    s += vectorBytes;
  }
}

/** x = x - rate / (mu + h) · g, with h the second derivative of the loss by the parameter. */
export function sdlm(
  x: usize, g: usize, h: usize, vectors: i32, l2: f32, rate: f32, mu: f32,
): void {
  const vL2 = f32x4.splat(l2), vRate = f32x4.splat(rate), vMu = f32x4.splat(mu);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    const w = loadVector(x);
    const gradient = multiplyAdd(vL2, w, loadVector(g));
    storeVector(x, f32x4.sub(w, f32x4.div(f32x4.mul(vRate, gradient), f32x4.add(vMu, loadVector(h)))));
    g += vectorBytes;
    h += vectorBytes;
  }
}

/**
 * c = beta1·m + (1 - beta1)·g; x = keep·x - rate·sign(c), where sign(0) = 0; m = beta2·m + (1 - beta2)·g
 * keep = 1 - rate·decay.
 */
export function lion(
  x: usize, g: usize, m: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, keep: f32, rate: f32,
): void {
  const vL2 = f32x4.splat(l2), vKeep = f32x4.splat(keep), vRate = f32x4.splat(rate), zero = f32x4.splat(0);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const end = x + (<usize>vectors << vectorShift);
  for (; x < end; x += vectorBytes) {
    const w = loadVector(x);
    const gradient = multiplyAdd(vL2, w, loadVector(g));
    const mean = loadVector(m);
    const c = multiplyAdd(vBeta1, mean, f32x4.mul(vRest1, gradient));
    const up = v128.and(f32x4.gt(c, zero), vRate), down = v128.and(f32x4.lt(c, zero), vRate);
    storeVector(m, multiplyAdd(vBeta2, mean, f32x4.mul(vRest2, gradient)));
    storeVector(x, f32x4.sub(f32x4.mul(vKeep, w), f32x4.sub(up, down)));
    g += vectorBytes;
    m += vectorBytes;
  }
}

/** The sum of the squares of `count` floats, in float64: four at a time, then the rest. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  const whole = x + (<usize>(count & ~3) << 2);
  for (; x < whole; x += 16) {
    const four = v128.load(x);
    const first = f64x2.promote_low_f32x4(four);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (const end = whole + (<usize>(count & 3) << 2); x < end; x += 4) {
    const value = <f64>load<f32>(x);
    sum += value * value;
  }
  return sum;
}

/**
 * a += share·(x - a) over `vectors` vectors: a moving average. (1 - share)·a + share·x would round the whole of a at every step: over
 * 10,000 steps a hundred times the error.
 */
export function averageVectors(a: usize, x: usize, vectors: i32, share: f32): void {
  const vShare = f32x4.splat(share);
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const average = loadVector(a);
    storeVector(a, multiplyAdd(vShare, f32x4.sub(loadVector(x), average), average));
    a += vectorBytes;
  }
}
