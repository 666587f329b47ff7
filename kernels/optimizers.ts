/**
 * One step of each optimizer over `vectors` vectors of four parameters x.
 * The gradient is the sum over `chunks` blocks, in the order of their addresses and `stride` bytes apart, plus l2·x.
 * src/engine/reference.ts has the formulas and their sources.
 */
import { multiplyAdd } from './arithmetic';

// @ts-ignore: decorator
@inline
function gradientAt(g: usize, stride: usize, chunks: i32, x: v128, l2: v128): v128 {
  let sum = v128.load(g);
  for (let c = 1; c < chunks; c++) {
    g += stride;
    sum = f32x4.add(sum, v128.load(g));
  }
  return multiplyAdd(l2, x, sum);
}

/**
 * Sets elements with |v| < 2^-100 to 0; NaN stays. A state that decays towards zero would become denormal, and denormal
 * numbers cost about a hundred cycles each on some processors. Compared with eps = 1e-8 so small a state has no effect.
 */
export function flushTiny(v: usize, vectors: i32): void {
  const tiny = f32x4.splat(7.888609052210118e-31);
  for (const end = v + (<usize>vectors << 4); v < end; v += 16) {
    const x = v128.load(v);
    v128.store(v, v128.andnot(x, f32x4.lt(f32x4.abs(x), tiny)));
  }
}

/** b = momentum·b + g; step = nesterov ? g + momentum·b : b; x = x - rate·step. b unused (0) without momentum. */
export function sgd(
  x: usize, g: usize, stride: usize, chunks: i32, b: usize, vectors: i32,
  l2: f32, rate: f32, momentum: f32, nesterov: i32,
): void {
  const vL2 = f32x4.splat(l2), vRate = f32x4.splat(-rate), vMomentum = f32x4.splat(momentum);
  const end = x + (<usize>vectors << 4);
  for (; x < end; x += 16) {
    const w = v128.load(x);
    let step = gradientAt(g, stride, chunks, w, vL2);
    if (b) {
      const buffer = multiplyAdd(vMomentum, v128.load(b), step);
      v128.store(b, buffer);
      step = nesterov ? multiplyAdd(vMomentum, buffer, step) : buffer;
      b += 16;
    }
    v128.store(x, multiplyAdd(vRate, step, w));
    g += 16;
  }
}

/**
 * m = beta1·m + (1 - beta1)·g; v = beta2·v + (1 - beta2)·g²
 * x = keep·x - (mScale·m + gScale·g) / (sqrt(vScale·v) + eps)
 * Adam: gScale = 0, keep = 1. AdamW: keep = 1 - rate·decay. NAdam: gScale > 0.
 */
export function adam(
  x: usize, g: usize, stride: usize, chunks: i32, m: usize, v: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32,
  keep: f32, mScale: f32, gScale: f32, vScale: f32,
): void {
  const vL2 = f32x4.splat(l2), vEps = f32x4.splat(eps), vKeep = f32x4.splat(keep);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const vM = f32x4.splat(mScale), vG = f32x4.splat(gScale), vV = f32x4.splat(vScale);
  const end = x + (<usize>vectors << 4);
  for (; x < end; x += 16) {
    const w = v128.load(x);
    const gradient = gradientAt(g, stride, chunks, w, vL2);
    const mean = multiplyAdd(vBeta1, v128.load(m), f32x4.mul(vRest1, gradient));
    const square = multiplyAdd(vBeta2, v128.load(v), f32x4.mul(f32x4.mul(vRest2, gradient), gradient));
    v128.store(m, mean);
    v128.store(v, square);
    const step = multiplyAdd(vG, gradient, f32x4.mul(vM, mean));
    const scale = f32x4.add(f32x4.sqrt(f32x4.mul(vV, square)), vEps);
    v128.store(x, f32x4.sub(f32x4.mul(vKeep, w), f32x4.div(step, scale)));
    g += 16;
    m += 16;
    v += 16;
  }
}

/**
 * m = beta1·m + (1 - beta1)·g; s = beta2·s + (1 - beta2)·(g - m)² + epsInside
 * x = x - mScale·m / (sqrt(sScale·s) + eps)
 */
export function adabelief(
  x: usize, g: usize, stride: usize, chunks: i32, m: usize, s: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32, epsInside: f32,
  mScale: f32, sScale: f32,
): void {
  const vL2 = f32x4.splat(l2), vEps = f32x4.splat(eps), vInside = f32x4.splat(epsInside);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const vM = f32x4.splat(mScale), vS = f32x4.splat(sScale);
  const end = x + (<usize>vectors << 4);
  for (; x < end; x += 16) {
    const w = v128.load(x);
    const gradient = gradientAt(g, stride, chunks, w, vL2);
    const mean = multiplyAdd(vBeta1, v128.load(m), f32x4.mul(vRest1, gradient));
    const surprise = f32x4.sub(gradient, mean);
    const belief = f32x4.add(
      multiplyAdd(vBeta2, v128.load(s), f32x4.mul(f32x4.mul(vRest2, surprise), surprise)), vInside,
    );
    v128.store(m, mean);
    v128.store(s, belief);
    const scale = f32x4.add(f32x4.sqrt(f32x4.mul(vS, belief)), vEps);
    v128.store(x, f32x4.sub(w, f32x4.div(f32x4.mul(vM, mean), scale)));
    g += 16;
    m += 16;
    s += 16;
  }
}

/** x = x - rate / (mu + h) · g, with h the second derivative of the loss by the parameter. */
export function sdlm(
  x: usize, g: usize, stride: usize, chunks: i32, h: usize, vectors: i32, l2: f32, rate: f32, mu: f32,
): void {
  const vL2 = f32x4.splat(l2), vRate = f32x4.splat(rate), vMu = f32x4.splat(mu);
  const end = x + (<usize>vectors << 4);
  for (; x < end; x += 16) {
    const w = v128.load(x);
    const gradient = gradientAt(g, stride, chunks, w, vL2);
    v128.store(x, f32x4.sub(w, f32x4.div(f32x4.mul(vRate, gradient), f32x4.add(vMu, v128.load(h)))));
    g += 16;
    h += 16;
  }
}

/**
 * c = beta1·m + (1 - beta1)·g; x = keep·x - rate·sign(c), where sign(0) = 0; m = beta2·m + (1 - beta2)·g
 * keep = 1 - rate·decay.
 */
export function lion(
  x: usize, g: usize, stride: usize, chunks: i32, m: usize, vectors: i32,
  l2: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, keep: f32, rate: f32,
): void {
  const vL2 = f32x4.splat(l2), vKeep = f32x4.splat(keep), vRate = f32x4.splat(rate), zero = f32x4.splat(0);
  const vBeta1 = f32x4.splat(beta1), vRest1 = f32x4.splat(rest1);
  const vBeta2 = f32x4.splat(beta2), vRest2 = f32x4.splat(rest2);
  const end = x + (<usize>vectors << 4);
  for (; x < end; x += 16) {
    const w = v128.load(x);
    const gradient = gradientAt(g, stride, chunks, w, vL2);
    const mean = v128.load(m);
    const c = multiplyAdd(vBeta1, mean, f32x4.mul(vRest1, gradient));
    const up = v128.and(f32x4.gt(c, zero), vRate), down = v128.and(f32x4.lt(c, zero), vRate);
    v128.store(m, multiplyAdd(vBeta2, mean, f32x4.mul(vRest2, gradient)));
    v128.store(x, f32x4.sub(f32x4.mul(vKeep, w), f32x4.sub(up, down)));
    g += 16;
    m += 16;
  }
}
