/** The one place where strict and fused arithmetic differ, and the few vector words every kernel uses. */

/** a·b + c in four lanes: two roundings when strict, whatever the processor fuses best when relaxed SIMD is on. */
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

/** First address after the data the compiler itself placed in memory; the caller's own blocks start above it. */
export function heapBase(): usize {
  return __heap_base;
}
