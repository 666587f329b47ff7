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

/** First address after the compiler's constants. The caller's blocks start here or higher. */
export function heapBase(): usize {
  return __heap_base;
}
