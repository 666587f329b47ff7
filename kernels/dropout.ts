/** Dropout with the numbers of each image's own stream (src/base/random.ts: imageStream), an image in each lane. */
import { loadVector, storeVector, Vector, vectorBytes } from './vector';

/** MurmurHash3's last step. */
// @ts-ignore: decorator
@inline
function lastMix(word: v128): v128 {
  let hash = v128.xor(word, i32x4.shr_u(word, 16));
  hash = i32x4.mul(hash, i32x4.splat(0x85ebca6b));
  hash = v128.xor(hash, i32x4.shr_u(hash, 13));
  hash = i32x4.mul(hash, i32x4.splat(0xc2b2ae35));
  return v128.xor(hash, i32x4.shr_u(hash, 16));
}

// @ts-ignore: decorator
@inline
function rotateLeft(word: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(word, bits), i32x4.shr_u(word, 32 - bits));
}

/**
 * y = scale · x where the next number of the image's stream, from 0 to 2^24 - 1, is below `kept`, else 0; one number for each of
 * the `elements` elements of a pack, in the order of memory. x and y may be the same block. indices: an i32 for each lane of the packs, the index
 * of its image. key0 to key3: the key of the streams.
 */
export function dropout(
  x: usize, y: usize, packs: i32, elements: i32, indices: usize,
  key0: i32, key1: i32, key2: i32, key3: i32, kept: i32, scale: f32,
): void {
  const step = i32x4.splat(0x9e3779b9);
  const limit = i32x4.splat(kept), factor = f32x4.splat(scale);
  for (let q = 0; q < packs; q++) {
    const image: Vector = i32x4.mul(loadVector(indices), step);
    // xoshiro128++, as in src/base/random.ts.
    let s0: Vector = lastMix(i32x4.add(image, i32x4.splat(key0)));
    let s1: Vector = lastMix(i32x4.add(image, i32x4.splat(key1)));
    let s2: Vector = lastMix(i32x4.add(image, i32x4.splat(key2)));
    let s3: Vector = lastMix(i32x4.add(image, i32x4.splat(key3)));
    for (let e = 0; e < elements; e++) {
      const number: Vector = i32x4.add(rotateLeft(i32x4.add(s0, s3), 7), s0);
      const t: Vector = i32x4.shl(s1, 9);
      s2 = v128.xor(s2, s0);
      s3 = v128.xor(s3, s1);
      s1 = v128.xor(s1, s2);
      s0 = v128.xor(s0, s3);
      s2 = v128.xor(s2, t);
      s3 = rotateLeft(s3, 11);
      storeVector(y, v128.and(f32x4.mul(factor, loadVector(x)), i32x4.lt_s(i32x4.shr_u(number, 8), limit)));
      x += vectorBytes;
      y += vectorBytes;
    }
    indices += vectorBytes;
  }
}
