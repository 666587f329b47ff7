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
  for (let c = 0; c < channels; c++) {
    let sum = zero;
    for (let q = 0; q < quads; q++) {
      const there = i32x4.lt_s(places, i32x4.splat(images - (q << 2)));
      let at = quadAt(x, pack, q);
      for (const end = at + pack; at < end; at += pixel) sum = f32x4.add(sum, v128.and(v128.load(at), there));
    }
    const mean = sumLanes(sum) / count;
    const vMean = f32x4.splat(mean);
    let square = zero;
    for (let q = 0; q < quads; q++) {
      const there = i32x4.lt_s(places, i32x4.splat(images - (q << 2)));
      let at = quadAt(x, pack, q);
      for (const end = at + pack; at < end; at += pixel) {
        const distance = v128.and(f32x4.sub(v128.load(at), vMean), there);
        square = multiplyAdd(distance, distance, square);
      }
    }
    store<f32>(means, mean);
    store<f32>(squares, sumLanes(square));
    means += 4;
    squares += 4;
    x += vectorBytes;
  }
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
  for (let c = 0; c < channels; c++) {
    const vMean = v128.load32_splat(mean), vScale = v128.load32_splat(scale);
    let sum = f32x4.splat(0), product = f32x4.splat(0);
    for (let q = 0; q < packs * quadsOfVector; q++) {
      let at = quadAt(<usize>c << vectorShift, pack, q);
      for (const end = at + pack; at < end; at += pixel) {
        const g = v128.load(dy + at);
        sum = f32x4.add(sum, g);
        product = multiplyAdd(g, f32x4.mul(f32x4.sub(v128.load(x + at), vMean), vScale), product);
      }
    }
    store<f32>(sums, sumLanes(sum));
    store<f32>(products, sumLanes(product));
    mean += 4;
    scale += 4;
    sums += 4;
    products += 4;
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
