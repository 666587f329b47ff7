/**
 * Convolution five columns wide by Winograd's minimal filtering F(4, 5): four neighbouring outputs of a row from eight
 * products instead of twenty, each product a sum over the window's lines and channels. Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", CVPR 2016; points 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, as in their successors' F(6, 3):
 *
 *   outputs = A'((G weights) * (B' inputs))
 *
 * A tile is four outputs and the eight inputs they read; the last one of a row overlaps its neighbour where the row's length
 * is no multiple of four. Every element is a vector of four images. Transformed inputs lie as [point][tile][y][channel], so
 * that all lines and channels of a window follow each other; transformed weights as [point][line][channel][out], each four times;
 * products as [point][y][tile][out].
 */
import { matmulSpread } from './matmul';

const points: i32 = 8;

/** First column of a tile. */
// @ts-ignore: decorator
@inline
function startOf(tile: i32, outWidth: i32): i32 {
  return min(4 * tile, outWidth - 4);
}

/** B' of one quad x [height][width][channels][4]. `point`: bytes from one point to the next. */
export function winogradInputs(
  x: usize, height: i32, width: i32, channels: i32, outWidth: i32, to: usize, point: usize,
): void {
  const pixel = <usize>channels << 4;
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

/** All channels of one line of one tile. */
export function winogradLine(x: usize, pixel: usize, to: usize, point: usize): void {
  const half = f32x4.splat(0.5), quarter = f32x4.splat(0.25), two = f32x4.splat(2), four = f32x4.splat(4);
  const a = f32x4.splat(5.25), b = f32x4.splat(4.25), c = f32x4.splat(2.5), d = f32x4.splat(1.25), e = f32x4.splat(5);
  for (const end = x + pixel; x < end; x += 16) {
    let at = x;
    const d0 = v128.load(at);
    at += pixel;
    const d1 = v128.load(at);
    at += pixel;
    const d2 = v128.load(at);
    at += pixel;
    const d3 = v128.load(at);
    at += pixel;
    const d4 = v128.load(at);
    at += pixel;
    const d5 = v128.load(at);
    at += pixel;
    const d6 = v128.load(at);
    const d7 = v128.load(at + pixel);
    let out = to;
    v128.store(out, f32x4.add(f32x4.sub(d0, d6), f32x4.mul(a, f32x4.sub(d4, d2))));
    // The polynomials of p and -p differ in the sign of their odd part only.
    let even = f32x4.sub(f32x4.add(d2, d6), f32x4.mul(b, d4));
    let odd = f32x4.sub(f32x4.add(d1, d5), f32x4.mul(b, d3));
    out += point;
    v128.store(out, f32x4.add(even, odd));
    out += point;
    v128.store(out, f32x4.sub(even, odd));
    even = f32x4.add(d6, f32x4.sub(f32x4.mul(quarter, d2), f32x4.mul(d, d4)));
    odd = f32x4.add(f32x4.sub(f32x4.mul(half, d1), f32x4.mul(c, d3)), f32x4.mul(two, d5));
    out += point;
    v128.store(out, f32x4.add(even, odd));
    out += point;
    v128.store(out, f32x4.sub(even, odd));
    even = f32x4.add(d6, f32x4.sub(f32x4.mul(four, d2), f32x4.mul(e, d4)));
    odd = f32x4.add(f32x4.sub(f32x4.mul(two, d1), f32x4.mul(c, d3)), f32x4.mul(half, d5));
    out += point;
    v128.store(out, f32x4.add(even, odd));
    out += point;
    v128.store(out, f32x4.sub(even, odd));
    v128.store(out + point, f32x4.add(f32x4.sub(d7, d1), f32x4.mul(a, f32x4.sub(d3, d5))));
    to += 16;
  }
}

/** G of weights [out][in][lines][5]. */
export function winogradWeights(weights: usize, out: i32, channels: i32, lines: i32, to: usize): void {
  const half = f32x4.splat(0.5), quarter = f32x4.splat(0.25), two = f32x4.splat(2), four = f32x4.splat(4);
  const atOne = f32x4.splat(-2.0 / 9.0), atTwo = f32x4.splat(1.0 / 90.0), atHalf = f32x4.splat(32.0 / 45.0);
  const line = <usize>(channels * out) << 4;
  const point = line * <usize>lines;
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      let at = to + (<usize>(c * out + o) << 4);
      for (let l = 0; l < lines; l++) {
        const g0 = v128.load_splat<f32>(weights), g1 = v128.load_splat<f32>(weights, 4);
        const g2 = v128.load_splat<f32>(weights, 8), g3 = v128.load_splat<f32>(weights, 12);
        const g4 = v128.load_splat<f32>(weights, 16);
        let p = at;
        v128.store(p, g0);
        let even = f32x4.add(f32x4.add(g0, g2), g4);
        let odd = f32x4.add(g1, g3);
        p += point;
        v128.store(p, f32x4.mul(atOne, f32x4.add(even, odd)));
        p += point;
        v128.store(p, f32x4.mul(atOne, f32x4.sub(even, odd)));
        even = f32x4.add(g0, f32x4.mul(four, f32x4.add(g2, f32x4.mul(four, g4))));
        odd = f32x4.mul(two, f32x4.add(g1, f32x4.mul(four, g3)));
        p += point;
        v128.store(p, f32x4.mul(atTwo, f32x4.add(even, odd)));
        p += point;
        v128.store(p, f32x4.mul(atTwo, f32x4.sub(even, odd)));
        even = f32x4.add(g0, f32x4.mul(quarter, f32x4.add(g2, f32x4.mul(quarter, g4))));
        odd = f32x4.mul(half, f32x4.add(g1, f32x4.mul(quarter, g3)));
        p += point;
        v128.store(p, f32x4.mul(atHalf, f32x4.add(even, odd)));
        p += point;
        v128.store(p, f32x4.mul(atHalf, f32x4.sub(even, odd)));
        v128.store(p + point, g4);
        weights += 20;
        at += line;
      }
    }
  }
}

/**
 * Products and A' of one quad, `strip` lines of outputs at a time, for their products to stay in the cache.
 * inputs, weights: transformed. places: matmul's table for the outputs of a strip. `down`: bytes
 * of the transformed inputs from one output line to the next. products: room for a strip. y [outHeight][outWidth][out][4].
 */
export function winogradProducts(
  inputs: usize, inPoint: usize, weights: usize, depth: i32, places: usize, down: usize,
  outHeight: i32, outWidth: i32, out: i32, strip: i32, products: usize, bias: usize, y: usize,
): void {
  const row = <usize>out << 4;
  const tiles = (outWidth + 3) >> 2;
  for (let first = 0; first < outHeight; first += strip) {
    const lines = min(strip, outHeight - first);
    const columns = lines * tiles;
    const point = <usize>columns * row;
    for (let p = 0; p < points; p++) {
      const a = weights + <usize>p * <usize>depth * row;
      const b = inputs + <usize>p * inPoint;
      matmulSpread(out, columns, depth, a, row, b, 16, places, products + <usize>p * point, 16, row, 0);
    }
    let from = products;
    for (let l = 0; l < lines; l++) {
      for (let t = 0; t < tiles; t++) {
        winogradTile(from, point, row, bias, y + <usize>startOf(t, outWidth) * row);
        from += row;
      }
      y += <usize>outWidth * row;
    }
    inputs += <usize>strip * down;
  }
}

/** A' of all channels of one tile, plus bias. */
export function winogradTile(products: usize, point: usize, pixel: usize, bias: usize, y: usize): void {
  const half = f32x4.splat(0.5), quarter = f32x4.splat(0.25), eighth = f32x4.splat(0.125);
  const two = f32x4.splat(2), four = f32x4.splat(4), eight = f32x4.splat(8);
  for (const end = products + pixel; products < end; products += 16) {
    let at = products + point;
    const m1 = v128.load(at);
    at += point;
    const m2 = v128.load(at);
    at += point;
    const m3 = v128.load(at);
    at += point;
    const m4 = v128.load(at);
    at += point;
    const m5 = v128.load(at);
    at += point;
    const m6 = v128.load(at);
    const m7 = v128.load(at + point);
    const b = v128.load_splat<f32>(bias);
    const even1 = f32x4.add(m1, m2), odd1 = f32x4.sub(m1, m2);
    const even2 = f32x4.add(m3, m4), odd2 = f32x4.sub(m3, m4);
    const evenHalf = f32x4.add(m5, m6), oddHalf = f32x4.sub(m5, m6);
    const y0 = f32x4.add(f32x4.add(v128.load(products), even1), f32x4.add(even2, evenHalf));
    const y1 = f32x4.add(odd1, f32x4.add(f32x4.mul(two, odd2), f32x4.mul(half, oddHalf)));
    const y2 = f32x4.add(even1, f32x4.add(f32x4.mul(four, even2), f32x4.mul(quarter, evenHalf)));
    const y3 = f32x4.add(f32x4.add(odd1, m7), f32x4.add(f32x4.mul(eight, odd2), f32x4.mul(eighth, oddHalf)));
    let to = y;
    v128.store(to, f32x4.add(y0, b));
    to += pixel;
    v128.store(to, f32x4.add(y1, b));
    to += pixel;
    v128.store(to, f32x4.add(y2, b));
    v128.store(to + pixel, f32x4.add(y3, b));
    bias += 4;
    y += 16;
  }
}
