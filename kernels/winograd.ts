/**
 * Convolution five columns wide by Winograd's minimal filtering F(4, 5): four neighbouring outputs of a row from eight
 * products instead of twenty, each product a sum over the window's lines and channels. Lavin and Gray, "Fast algorithms
 * for convolutional neural networks", CVPR 2016; points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, as in their
 * successors' F(6, 3):
 *
 *   outputs = A'((G weights) * (B' inputs))
 *
 * A tile is four outputs and the eight inputs they read. If the row length is not a multiple of four, the last tile of
 * a row overlaps its neighbour. Every element is a vector of images. Layouts:
 *   transformed inputs   [point][tile][y][channel], so that all lines and channels of a window are contiguous
 *   transformed weights  [point][line][channel][out], every float a factor
 *   products             [point][y][tile][out]
 * G's rows of 1/2 and -1/2 are scaled by 1/8 and A's columns by 8, so that A' has no fractions.
 */
import { multiplyAdd } from './arithmetic';
import { matmulFactors } from './matmul';
import { factorShift, loadVector, storeFactor, storeVector, vectorBytes, vectorShift } from './vector';

const points: i32 = 8;

/** First output column of a tile. */
// @ts-ignore: decorator
@inline
function startOf(tile: i32, outWidth: i32): i32 {
  return min(4 * tile, outWidth - 4);
}

/** Writes B' of one pack x [height][width][channels][lanes]. point: bytes from one point to the next. */
function transformInputs(
  x: usize, height: i32, width: i32, channels: i32, outWidth: i32, to: usize, point: usize,
): void {
  const pixel = <usize>channels << vectorShift;
  const tiles = (outWidth + 3) >> 2;
  for (let t = 0; t < tiles; t++) {
    let row = x + <usize>startOf(t, outWidth) * pixel;
    for (let y = 0; y < height; y++) {
      winogradLine(row, pixel, to, point);
      row += <usize>width * pixel;
      to += pixel;
    }
  }
}

/** Writes B' of all channels of one line of one tile. Exported, since V8 would inline and unroll it otherwise. */
export function winogradLine(x: usize, pixel: usize, to: usize, point: usize): void {
  const half = f32x4.splat(0.5), quarter = f32x4.splat(0.25), two = f32x4.splat(2), four = f32x4.splat(4);
  const a = f32x4.splat(5.25), b = f32x4.splat(-4.25), c = f32x4.splat(-2.5), d = f32x4.splat(-1.25), e = f32x4.splat(-5);
  for (const end = x + pixel; x < end; x += vectorBytes) {
    let at = x;
    const d0 = loadVector(at);
    at += pixel;
    const d1 = loadVector(at);
    at += pixel;
    const d2 = loadVector(at);
    at += pixel;
    const d3 = loadVector(at);
    at += pixel;
    const d4 = loadVector(at);
    at += pixel;
    const d5 = loadVector(at);
    at += pixel;
    const d6 = loadVector(at);
    const d7 = loadVector(at + pixel);
    let out = to;
    storeVector(out, multiplyAdd(a, f32x4.sub(d4, d2), f32x4.sub(d0, d6)));
    // The polynomials at p and -p differ only in the sign of their odd part.
    let even = multiplyAdd(b, d4, f32x4.add(d2, d6));
    let odd = multiplyAdd(b, d3, f32x4.add(d1, d5));
    out += point;
    storeVector(out, f32x4.add(even, odd));
    out += point;
    storeVector(out, f32x4.sub(even, odd));
    even = multiplyAdd(quarter, d2, multiplyAdd(d, d4, d6));
    odd = multiplyAdd(two, d5, multiplyAdd(c, d3, f32x4.mul(half, d1)));
    out += point;
    storeVector(out, f32x4.add(even, odd));
    out += point;
    storeVector(out, f32x4.sub(even, odd));
    even = multiplyAdd(four, d2, multiplyAdd(e, d4, d6));
    odd = multiplyAdd(half, d5, multiplyAdd(c, d3, f32x4.mul(two, d1)));
    out += point;
    storeVector(out, f32x4.add(even, odd));
    out += point;
    storeVector(out, f32x4.sub(even, odd));
    storeVector(out + point, multiplyAdd(a, f32x4.sub(d3, d5), f32x4.sub(d7, d1)));
    to += vectorBytes;
  }
}

/** Writes G of weights [out][in][lines][5]. */
export function winogradWeights(weights: usize, outChannels: i32, channels: i32, lines: i32, to: usize): void {
  const half = f32x4.splat(0.5), quarter = f32x4.splat(0.25), two = f32x4.splat(2), four = f32x4.splat(4);
  const atOne = f32x4.splat(-2.0 / 9.0), atTwo = f32x4.splat(1.0 / 90.0), atHalf = f32x4.splat(4.0 / 45.0);
  const line = <usize>(channels * outChannels) << factorShift;
  const point = line * <usize>lines;
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < channels; c++) {
      let at = to + (<usize>(c * outChannels + o) << factorShift);
      for (let l = 0; l < lines; l++) {
        const g0 = v128.load_splat<f32>(weights), g1 = v128.load_splat<f32>(weights, 4);
        const g2 = v128.load_splat<f32>(weights, 8), g3 = v128.load_splat<f32>(weights, 12);
        const g4 = v128.load_splat<f32>(weights, 16);
        let p = at;
        storeFactor(p, g0);
        let even = f32x4.add(f32x4.add(g0, g2), g4);
        let odd = f32x4.add(g1, g3);
        p += point;
        storeFactor(p, f32x4.mul(atOne, f32x4.add(even, odd)));
        p += point;
        storeFactor(p, f32x4.mul(atOne, f32x4.sub(even, odd)));
        even = f32x4.add(g0, f32x4.mul(four, f32x4.add(g2, f32x4.mul(four, g4))));
        odd = f32x4.mul(two, f32x4.add(g1, f32x4.mul(four, g3)));
        p += point;
        storeFactor(p, f32x4.mul(atTwo, f32x4.add(even, odd)));
        p += point;
        storeFactor(p, f32x4.mul(atTwo, f32x4.sub(even, odd)));
        even = f32x4.add(g0, f32x4.mul(quarter, f32x4.add(g2, f32x4.mul(quarter, g4))));
        odd = f32x4.mul(half, f32x4.add(g1, f32x4.mul(quarter, g3)));
        p += point;
        storeFactor(p, f32x4.mul(atHalf, f32x4.add(even, odd)));
        p += point;
        storeFactor(p, f32x4.mul(atHalf, f32x4.sub(even, odd)));
        storeFactor(p + point, g4);
        weights += 20;
        at += line;
      }
    }
  }
}

/**
 * The convolution of `packs` packs from x [pack][height][width][channels][lanes] to y. It processes `strip` output lines at
 * a time, so that their products stay in the cache.
 * inputs: space for the transformed inputs of one pack, `inPoint` bytes for each point.
 * weights: the output of winogradWeights.
 * depth: lines times channels of a window.
 * tileOffsets: matmul's bOffsets for the tiles of a strip.
 * down: bytes from one output line to the next in the transformed inputs.
 * products: space for the products of a strip.
 *
 * If `corners` is 0, y is [pack][outHeight][outWidth][out][lanes]. Otherwise relu and 2x2 max-pooling are applied while the
 * outputs are in registers: y is [pack][outHeight / 2][outWidth / 2][out][lanes], `corners` is written as in maxPool2dRelu,
 * and outHeight, outWidth and strip must be even.
 */
export function winogradForward(
  packs: i32, x: usize, height: i32, width: i32, channels: i32,
  inputs: usize, inPoint: usize, weights: usize, depth: i32, tileOffsets: usize, down: usize,
  outHeight: i32, outWidth: i32, outChannels: i32, strip: i32, products: usize, bias: usize,
  y: usize, corners: usize, cornerY: i32, cornerX: i32,
): void {
  const row = <usize>outChannels << vectorShift;
  const factors = <usize>outChannels << factorShift;
  const tiles = (outWidth + 3) >> 2;
  for (let q = 0; q < packs; q++) {
    transformInputs(x, height, width, channels, outWidth, inputs, inPoint);
    x += <usize>(height * width * channels) << vectorShift;
    let from = inputs;
    for (let first = 0; first < outHeight; first += strip) {
      const lines = min(strip, outHeight - first);
      const point = <usize>(lines * tiles) * row;
      for (let p = 0; p < points; p++) {
        const a = weights + <usize>p * <usize>depth * factors;
        const b = from + <usize>p * inPoint;
        matmulFactors(
          outChannels, lines * tiles, depth, a, factors, b, vectorBytes, tileOffsets,
          products + <usize>p * point, vectorBytes, row, 0,
        );
      }
      if (corners) {
        const moved = poolStrip(first, lines, tiles, products, point, row, outWidth, bias, y, corners, cornerY, cornerX);
        y += moved;
        corners += moved;
      } else y += plainStrip(lines, tiles, products, point, row, outWidth, bias, y);
      from += <usize>strip * down;
    }
  }
}

/** Writes A' of a strip. Returns the number of bytes written to y. */
function plainStrip(
  lines: i32, tiles: i32, products: usize, point: usize, row: usize, outWidth: i32, bias: usize, y: usize,
): usize {
  const line = <usize>outWidth * row;
  for (let l = 0; l < lines; l++) {
    for (let t = 0; t < tiles; t++) {
      winogradTile(products, point, row, bias, y + <usize>startOf(t, outWidth) * row);
      products += row;
    }
    y += line;
  }
  return <usize>lines * line;
}

/** Writes A' of a strip after relu and pooling. Returns the number of bytes written to y. */
function poolStrip(
  first: i32, lines: i32, tiles: i32, products: usize, point: usize, row: usize, outWidth: i32, bias: usize,
  y: usize, corners: usize, cornerY: i32, cornerX: i32,
): usize {
  const below = <usize>tiles * row;
  const line = <usize>(outWidth >> 1) * row;
  for (let l = 0; l < lines; l += 2) {
    for (let t = 0; t < tiles; t++) {
      const start = startOf(t, outWidth);
      const to = <usize>(start >> 1) * row;
      const corner = (first + l) * cornerY + start * cornerX;
      winogradPool(products, below, point, row, bias, y + to, corners + to, corner, cornerY, cornerX);
      products += row;
    }
    products += below;
    y += line;
    corners += line;
  }
  return <usize>(lines >> 1) * line;
}

/** Writes A' of all channels of one tile, plus bias. */
export function winogradTile(products: usize, point: usize, pixel: usize, bias: usize, y: usize): void {
  const four = f32x4.splat(4), eight = f32x4.splat(8);
  for (const end = products + pixel; products < end; products += vectorBytes) {
    let at = products + point;
    const m1 = loadVector(at), m2 = loadVector(at + point);
    at += point << 1;
    const m3 = loadVector(at), m4 = loadVector(at + point);
    at += point << 1;
    const m5 = loadVector(at), m6 = loadVector(at + point);
    const m7 = loadVector(at + (point << 1));
    const b = v128.load_splat<f32>(bias);
    const even1 = f32x4.add(m1, m2), odd1 = f32x4.sub(m1, m2);
    const even2 = f32x4.add(m3, m4), odd2 = f32x4.sub(m3, m4);
    const evenHalf = f32x4.add(m5, m6), oddHalf = f32x4.sub(m5, m6);
    let to = y;
    storeVector(to, f32x4.add(output0(loadVector(products), even1, even2, evenHalf, eight), b));
    to += pixel;
    storeVector(to, f32x4.add(output1(odd1, odd2, oddHalf, four), b));
    to += pixel;
    storeVector(to, f32x4.add(output2(even1, even2, evenHalf, four), b));
    storeVector(to + pixel, f32x4.add(output3(m7, odd1, odd2, oddHalf, eight), b));
    bias += 4;
    y += vectorBytes;
  }
}

// The four rows of A', from the sums (even) and differences (odd) of the products at p and -p.
// @ts-ignore: decorator
@inline
function output0(m0: v128, even1: v128, even2: v128, evenHalf: v128, eight: v128): v128 {
  return multiplyAdd(eight, evenHalf, f32x4.add(f32x4.add(m0, even1), even2));
}
// @ts-ignore: decorator
@inline
function output1(odd1: v128, odd2: v128, oddHalf: v128, four: v128): v128 {
  return multiplyAdd(four, oddHalf, f32x4.add(odd1, f32x4.add(odd2, odd2)));
}
// @ts-ignore: decorator
@inline
function output2(even1: v128, even2: v128, evenHalf: v128, four: v128): v128 {
  return multiplyAdd(four, even2, f32x4.add(even1, f32x4.add(evenHalf, evenHalf)));
}
// @ts-ignore: decorator
@inline
function output3(m7: v128, odd1: v128, odd2: v128, oddHalf: v128, eight: v128): v128 {
  return multiplyAdd(eight, odd2, f32x4.add(f32x4.add(odd1, m7), oddHalf));
}

/**
 * Computes A' of all channels of two tiles, then relu and maximum of their two windows as in pool2x2. The second tile
 * lies `below` bytes after the first. The bias is equal for all four candidates, so it is added to the maximum.
 */
export function winogradPool(
  products: usize, below: usize, point: usize, pixel: usize, bias: usize,
  y: usize, corners: usize, corner: i32, cornerY: i32, cornerX: i32,
): void {
  const four = f32x4.splat(4), eight = f32x4.splat(8), zero = f32x4.splat(0);
  const right = i32x4.splat(cornerX), down = i32x4.splat(cornerY);
  const corner0 = i32x4.splat(corner), corner1 = i32x4.splat(corner + 2 * cornerX);
  for (const end = products + pixel; products < end; products += vectorBytes) {
    let at = products + point;
    let m1 = loadVector(at), m2 = loadVector(at + point);
    at += point << 1;
    let m3 = loadVector(at), m4 = loadVector(at + point);
    at += point << 1;
    let m5 = loadVector(at), m6 = loadVector(at + point);
    let even1 = f32x4.add(m1, m2), odd1 = f32x4.sub(m1, m2);
    let even2 = f32x4.add(m3, m4), odd2 = f32x4.sub(m3, m4);
    let evenHalf = f32x4.add(m5, m6), oddHalf = f32x4.sub(m5, m6);
    let left = output0(loadVector(products), even1, even2, evenHalf, eight);
    let next = output1(odd1, odd2, oddHalf, four);
    const top0 = f32x4.pmax(left, next), inTop0 = v128.and(f32x4.lt(left, next), right);
    left = output2(even1, even2, evenHalf, four);
    next = output3(loadVector(at + (point << 1)), odd1, odd2, oddHalf, eight);
    const top1 = f32x4.pmax(left, next), inTop1 = v128.and(f32x4.lt(left, next), right);

    const lower = products + below;
    at = lower + point;
    m1 = loadVector(at);
    m2 = loadVector(at + point);
    at += point << 1;
    m3 = loadVector(at);
    m4 = loadVector(at + point);
    at += point << 1;
    m5 = loadVector(at);
    m6 = loadVector(at + point);
    even1 = f32x4.add(m1, m2);
    odd1 = f32x4.sub(m1, m2);
    even2 = f32x4.add(m3, m4);
    odd2 = f32x4.sub(m3, m4);
    evenHalf = f32x4.add(m5, m6);
    oddHalf = f32x4.sub(m5, m6);
    left = output0(loadVector(lower), even1, even2, evenHalf, eight);
    next = output1(odd1, odd2, oddHalf, four);
    const bottom0 = f32x4.pmax(left, next);
    const inBottom0 = i32x4.add(v128.and(f32x4.lt(left, next), right), down);
    left = output2(even1, even2, evenHalf, four);
    next = output3(loadVector(at + (point << 1)), odd1, odd2, oddHalf, eight);
    const bottom1 = f32x4.pmax(left, next);
    const inBottom1 = i32x4.add(v128.and(f32x4.lt(left, next), right), down);

    const b = v128.load_splat<f32>(bias);
    const which0 = v128.bitselect(inBottom0, inTop0, f32x4.lt(top0, bottom0));
    const which1 = v128.bitselect(inBottom1, inTop1, f32x4.lt(top1, bottom1));
    storeVector(y, f32x4.pmax(f32x4.add(f32x4.pmax(top0, bottom0), b), zero));
    storeVector(corners, i32x4.add(corner0, which0));
    storeVector(y + pixel, f32x4.pmax(f32x4.add(f32x4.pmax(top1, bottom1), b), zero));
    storeVector(corners + pixel, i32x4.add(corner1, which1));
    bias += 4;
    y += vectorBytes;
    corners += vectorBytes;
  }
}
