/** Batch normalization: what a chunk of images contributes to the batch's statistics, and the gradient of the input. */
import { multiplyAdd, sumLanes } from './arithmetic';
import { lanes, loadVector, quadAt, quadsOfVector, storeVector, vectorBytes, vectorShift } from './vector';

/**
 * For each channel of a chunk of `images` images the mean of its numbers, and the sum of squares of their distances from that mean;
 * packs [pack][pixel][channel][lanes]. Both are summed quad by quad, then pixel by pixel, then over the four lanes.
 */
export function channelMoments(
  x: usize, images: i32, pixels: i32, channels: i32, means: usize, squares: usize,
): void {
  const pixel = <usize>channels << vectorShift;
  const pack = <usize>pixels * pixel;
  const places = i32x4(0, 1, 2, 3), zero = f32x4.splat(0);
  const count = <f32>images * <f32>pixels;
  const quads = (images + 3) >> 2;
  // Four channels at a time, which share cache lines. Where fewer are left, the last takes the place of the missing ones.
  for (let c = 0; c < channels; c += 4) {
    const last = channels - 1 - c;
    const to1 = <usize>min(1, last) << 2, to2 = <usize>min(2, last) << 2, to3 = <usize>min(3, last) << 2;
    const x1 = to1 * lanes, x2 = to2 * lanes, x3 = to3 * lanes;
    let sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
    for (let q = 0; q < quads; q++) {
      const there = i32x4.lt_s(places, i32x4.splat(images - (q << 2)));
      let at = quadAt(x, pack, q);
      for (const end = at + pack; at < end; at += pixel) {
        sum0 = f32x4.add(sum0, v128.and(v128.load(at), there));
        sum1 = f32x4.add(sum1, v128.and(v128.load(at + x1), there));
        sum2 = f32x4.add(sum2, v128.and(v128.load(at + x2), there));
        sum3 = f32x4.add(sum3, v128.and(v128.load(at + x3), there));
      }
    }
    store<f32>(means, sumLanes(sum0) / count);
    store<f32>(means + to1, sumLanes(sum1) / count);
    store<f32>(means + to2, sumLanes(sum2) / count);
    store<f32>(means + to3, sumLanes(sum3) / count);
    const mean0 = v128.load32_splat(means), mean1 = v128.load32_splat(means + to1);
    const mean2 = v128.load32_splat(means + to2), mean3 = v128.load32_splat(means + to3);
    let square0 = zero, square1 = zero, square2 = zero, square3 = zero;
    for (let q = 0; q < quads; q++) {
      const there = i32x4.lt_s(places, i32x4.splat(images - (q << 2)));
      let at = quadAt(x, pack, q);
      for (const end = at + pack; at < end; at += pixel) {
        square0 = addSquare(square0, v128.load(at), mean0, there);
        square1 = addSquare(square1, v128.load(at + x1), mean1, there);
        square2 = addSquare(square2, v128.load(at + x2), mean2, there);
        square3 = addSquare(square3, v128.load(at + x3), mean3, there);
      }
    }
    store<f32>(squares, sumLanes(square0));
    store<f32>(squares + to1, sumLanes(square1));
    store<f32>(squares + to2, sumLanes(square2));
    store<f32>(squares + to3, sumLanes(square3));
    means += 16;
    squares += 16;
    x += vectorBytes << 2;
  }
}

/** sum + (x - mean)² in the lanes that are there. */
// @ts-ignore: decorator
@inline
function addSquare(sum: v128, x: v128, mean: v128, there: v128): v128 {
  const distance = v128.and(f32x4.sub(x, mean), there);
  return multiplyAdd(distance, distance, sum);
}

/**
 * For each channel the sum of dy, and the sum of dy · (x - mean) · scale, mean and scale a number for each channel; summed like
 * channelMoments. Lanes without an image must have dy = 0.
 */
export function normalizedProducts(
  x: usize, dy: usize, packs: i32, pixels: i32, channels: i32, mean: usize, scale: usize, sums: usize, products: usize,
): void {
  const pixel = <usize>channels << vectorShift;
  const pack = <usize>pixels * pixel;
  const zero = f32x4.splat(0);
  // Two channels at a time, as channelMoments takes four: no more sums fit in registers.
  for (let c = 0; c < channels; c += 2) {
    const to1 = <usize>min(1, channels - 1 - c) << 2;
    const x1 = to1 * lanes;
    const mean0 = v128.load32_splat(mean), mean1 = v128.load32_splat(mean + to1);
    const scale0 = v128.load32_splat(scale), scale1 = v128.load32_splat(scale + to1);
    let sum0 = zero, sum1 = zero, product0 = zero, product1 = zero;
    for (let q = 0; q < packs * quadsOfVector; q++) {
      let at = quadAt(<usize>c << vectorShift, pack, q);
      for (const end = at + pack; at < end; at += pixel) {
        const g0 = v128.load(dy + at), g1 = v128.load(dy + at + x1);
        sum0 = f32x4.add(sum0, g0);
        sum1 = f32x4.add(sum1, g1);
        product0 = multiplyAdd(g0, f32x4.mul(f32x4.sub(v128.load(x + at), mean0), scale0), product0);
        product1 = multiplyAdd(g1, f32x4.mul(f32x4.sub(v128.load(x + at + x1), mean1), scale1), product1);
      }
    }
    store<f32>(sums, sumLanes(sum0));
    store<f32>(sums + to1, sumLanes(sum1));
    store<f32>(products, sumLanes(product0));
    store<f32>(products + to1, sumLanes(product1));
    mean += 8;
    scale += 8;
    sums += 8;
    products += 8;
  }
}

/**
 * dx = scale · dy + slope · (x - mean) + offset, with four numbers for each channel; 0 in lanes without an image.
 */
export function batchNormBackward(
  x: usize, dy: usize, dx: usize, images: i32, pixels: i32, channels: i32,
  scale: usize, slope: usize, mean: usize, offset: usize,
): void {
  const bytes = <usize>channels << 2;
  const packs = (images + lanes - 1) / lanes;
  for (let p = 0; p < packs * pixels; p++) {
    for (let c: usize = 0; c < bytes; c += 4) {
      const distance = f32x4.sub(loadVector(x), v128.load32_splat(mean + c));
      const other = multiplyAdd(v128.load32_splat(slope + c), distance, v128.load32_splat(offset + c));
      storeVector(dx, multiplyAdd(v128.load32_splat(scale + c), loadVector(dy), other));
      x += vectorBytes;
      dy += vectorBytes;
      dx += vectorBytes;
    }
  }
  const last = dx - ((<usize>pixels * <usize>channels) << vectorShift);
  for (let lane = images - (packs - 1) * lanes; lane < lanes; lane++) {
    for (let at = last + (<usize>lane << 2); at < dx; at += vectorBytes) store<f32>(at, 0);
  }
}
