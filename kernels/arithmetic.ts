/** The vector functions that several kernels use. Strict and fused arithmetic differ in multiplyAdd alone. */

/**
 * a·b + c in four lanes. Strict: the product and the sum are rounded. Fused: relaxed SIMD, where each processor rounds
 * once or twice.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Sum of the four lanes in the fixed order (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

const log2e: f32 = 1.44269504;
// ln 2 in two parts: the first has few bits, so that a whole number times it is exact.
const ln2High: f32 = 0.693359375;
const ln2Low: f32 = -2.12194440e-4;

/** Added to a number below 2^22 in size, it rounds the number to a whole one, which the sum's lowest bits hold in two's complement. */
const roundingShift: f32 = 12582912; // 1.5 · 2^23

/**
 * e^x for -87 <= x <= 88, relative error below 2e-7: 2^k e^r with k whole and |r| <= ln(2) / 2. The polynomial is a minimax fit in
 * float64 (Lawson's iteration on Chebyshev nodes), rounded to float32. f32x4.nearest and conversions to integers would not be widened.
 */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const shift = f32x4.splat(roundingShift);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(log2e)), shift);
  const k = f32x4.sub(shifted, shift);
  let r = multiplyAdd(k, f32x4.splat(-ln2High), x);
  r = multiplyAdd(k, f32x4.splat(-ln2Low), r);
  let p = multiplyAdd(f32x4.splat(0.001381446490995586), r, f32x4.splat(0.008368780836462975));
  p = multiplyAdd(p, r, f32x4.splat(0.04166839271783829));
  p = multiplyAdd(p, r, f32x4.splat(0.1666651964187622));
  p = multiplyAdd(p, r, f32x4.splat(0.4999999403953552));
  p = multiplyAdd(f32x4.mul(p, r), r, f32x4.add(r, f32x4.splat(1)));
  // The shift moves k to the place of the exponent, and the other bits out.
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23)));
}

/** 1 / (1 + e^-x), relative error below 4e-7 down to 1e-37. pmax lets NaN pass and is one instruction. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  const small = exponential(f32x4.pmax(f32x4.neg(f32x4.abs(x)), f32x4.splat(-87)));
  const upper = f32x4.div(one, f32x4.add(one, small));
  return v128.bitselect(f32x4.mul(small, upper), upper, f32x4.lt(x, f32x4.splat(0)));
}

/** First address after the compiler's constants. The caller's blocks start here or higher. */
export function heapBase(): usize {
  return __heap_base;
}
