/**
 * The backward half of conv2d, over the non-zero output gradients only; the forward half is matmul with a table of taps.
 *
 * Behind relu and a 2x2 max-pool at most one output gradient in four is not zero, so for one output channel at a time
 * these are listed as (corner, gradient), corner being the byte offset of the gradient's window in rows layout
 * [image][y][x][channel]. In that layout a window is kernelHeight runs of kernelWidth·channels floats, each cut into
 * vectors of four; `offsets` (i32 bytes) says where each vector stands from the corner. The last vector of a run reads
 * up to three floats too many; their sums are never used, their weights are zero.
 */
import { multiplyAdd, sumLanes } from './arithmetic';

/**
 * Lists the non-zero gradients of one output channel, 8 bytes each (i32 corner, f32 gradient), in the order quad, output, lane.
 * dy: address of the channel in quads [quad][outputs][channels][4], `pixel` bytes from one output to the next.
 * corners: i32 byte offset in an image for each output; image n starts at n·imageStride in rows.
 * biasGradient: gets their sum. Returns the end of the list; it needs room for all and one more.
 */
export function listGradients(
  dy: usize, quads: i32, outputs: i32, pixel: usize,
  corners: usize, imageStride: usize, list: usize, biasGradient: usize,
): usize {
  const zero = f32x4.splat(0);
  let sum = zero;
  let image: usize = 0;
  const cornersEnd = corners + (<usize>outputs << 2);
  for (let q = 0; q < quads; q++) {
    for (let at = corners; at < cornersEnd; at += 4) {
      const g = v128.load(dy);
      const some = i32x4.bitmask(f32x4.ne(g, zero));
      dy += pixel;
      if (some == 0) continue;
      sum = f32x4.add(sum, g);
      // Every lane is written and the end moves on only past those that count: no branch to mispredict.
      let corner = image + <usize>load<i32>(at);
      store<i32>(list, <i32>corner);
      v128.store_lane<f32>(list, g, 0, 4);
      list += <usize>((some & 1) << 3);
      corner += imageStride;
      store<i32>(list, <i32>corner);
      v128.store_lane<f32>(list, g, 1, 4);
      list += <usize>((some & 2) << 2);
      corner += imageStride;
      store<i32>(list, <i32>corner);
      v128.store_lane<f32>(list, g, 2, 4);
      list += <usize>((some & 4) << 1);
      corner += imageStride;
      store<i32>(list, <i32>corner);
      v128.store_lane<f32>(list, g, 3, 4);
      list += <usize>(some & 8);
    }
    image += imageStride << 2;
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/**
 * As listGradients, behind relu and max-pooling: dy and y are the pooled layer's gradient and output, and `corners` holds
 * for each of its elements the winners' corners (maxPool2dRelu). Where y is 0, relu lets no gradient through.
 */
export function listPooledGradients(
  dy: usize, y: usize, corners: usize, quads: i32, outputs: i32, pixel: usize,
  imageStride: usize, list: usize, biasGradient: usize,
): usize {
  const zero = f32x4.splat(0);
  let sum = zero;
  const lanes = i32x4(0, <i32>imageStride, <i32>(2 * imageStride), <i32>(3 * imageStride));
  for (let q = 0; q < quads; q++) {
    const image = i32x4.add(i32x4.splat(<i32>(<usize>(q << 2) * imageStride)), lanes);
    for (let o = 0; o < outputs; o++) {
      const g = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero));
      const some = i32x4.bitmask(f32x4.ne(g, zero));
      const corner = i32x4.add(v128.load(corners), image);
      dy += pixel;
      y += pixel;
      corners += pixel;
      sum = f32x4.add(sum, g);
      v128.store_lane<i32>(list, corner, 0);
      v128.store_lane<f32>(list, g, 0, 4);
      list += <usize>((some & 1) << 3);
      v128.store_lane<i32>(list, corner, 1);
      v128.store_lane<f32>(list, g, 1, 4);
      list += <usize>((some & 2) << 2);
      v128.store_lane<i32>(list, corner, 2);
      v128.store_lane<f32>(list, g, 2, 4);
      list += <usize>((some & 4) << 1);
      v128.store_lane<i32>(list, corner, 3);
      v128.store_lane<f32>(list, g, 3, 4);
      list += <usize>(some & 8);
    }
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/** out[v] = sum over the list of gradient · x[corner + offsets[v]], `vectors` vectors of four. */
export function sumWindows(list: usize, end: usize, x: usize, offsets: usize, vectors: i32, out: usize): void {
  for (; vectors >= 8; vectors -= 8) {
    sumWindows8(list, end, x, offsets, out);
    offsets += 32;
    out += 128;
  }
  for (; vectors >= 2; vectors -= 2) {
    sumWindows2(list, end, x, offsets, out);
    offsets += 8;
    out += 32;
  }
  if (vectors) sumWindows1(list, end, x, offsets, out);
}

// One loop a function, for the reason given in matmul.ts.

export function sumWindows8(list: usize, end: usize, x: usize, offsets: usize, out: usize): void {
  const x0 = x + <usize>load<i32>(offsets), x1 = x + <usize>load<i32>(offsets, 4);
  const x2 = x + <usize>load<i32>(offsets, 8), x3 = x + <usize>load<i32>(offsets, 12);
  const x4 = x + <usize>load<i32>(offsets, 16), x5 = x + <usize>load<i32>(offsets, 20);
  const x6 = x + <usize>load<i32>(offsets, 24), x7 = x + <usize>load<i32>(offsets, 28);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; list < end; list += 8) {
    const p = <usize>load<i32>(list);
    const g = v128.load_splat<f32>(list, 4);
    s0 = multiplyAdd(g, v128.load(x0 + p), s0);
    s1 = multiplyAdd(g, v128.load(x1 + p), s1);
    s2 = multiplyAdd(g, v128.load(x2 + p), s2);
    s3 = multiplyAdd(g, v128.load(x3 + p), s3);
    s4 = multiplyAdd(g, v128.load(x4 + p), s4);
    s5 = multiplyAdd(g, v128.load(x5 + p), s5);
    s6 = multiplyAdd(g, v128.load(x6 + p), s6);
    s7 = multiplyAdd(g, v128.load(x7 + p), s7);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
  v128.store(out, s7, 112);
}

export function sumWindows2(list: usize, end: usize, x: usize, offsets: usize, out: usize): void {
  const x0 = x + <usize>load<i32>(offsets), x1 = x + <usize>load<i32>(offsets, 4);
  let s0 = f32x4.splat(0), s1 = s0;
  for (; list < end; list += 8) {
    const p = <usize>load<i32>(list);
    const g = v128.load_splat<f32>(list, 4);
    s0 = multiplyAdd(g, v128.load(x0 + p), s0);
    s1 = multiplyAdd(g, v128.load(x1 + p), s1);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
}

export function sumWindows1(list: usize, end: usize, x: usize, offsets: usize, out: usize): void {
  const x0 = x + <usize>load<i32>(offsets);
  let sum = f32x4.splat(0);
  for (; list < end; list += 8) {
    sum = multiplyAdd(v128.load_splat<f32>(list, 4), v128.load(x0 + <usize>load<i32>(list)), sum);
  }
  v128.store(out, sum);
}

/** dx[corner + offsets[v]] += gradient · weights[v] over the list; weights: `vectors` vectors of four. */
export function spreadWindows(list: usize, end: usize, dx: usize, offsets: usize, vectors: i32, weights: usize): void {
  for (; vectors >= 8; vectors -= 8) {
    spreadWindows8(list, end, dx, offsets, weights);
    offsets += 32;
    weights += 128;
  }
  for (; vectors > 0; vectors--) {
    spreadWindows1(list, end, dx, offsets, weights);
    offsets += 4;
    weights += 16;
  }
}

// @ts-ignore: decorator
@inline
function addInto(at: usize, g: v128, w: v128): void {
  v128.store(at, multiplyAdd(g, w, v128.load(at)));
}

/** One vector after the other, since in a narrow image the vectors of two runs may overlap. */
export function spreadWindows8(list: usize, end: usize, dx: usize, offsets: usize, weights: usize): void {
  const x0 = dx + <usize>load<i32>(offsets), x1 = dx + <usize>load<i32>(offsets, 4);
  const x2 = dx + <usize>load<i32>(offsets, 8), x3 = dx + <usize>load<i32>(offsets, 12);
  const x4 = dx + <usize>load<i32>(offsets, 16), x5 = dx + <usize>load<i32>(offsets, 20);
  const x6 = dx + <usize>load<i32>(offsets, 24), x7 = dx + <usize>load<i32>(offsets, 28);
  const w0 = v128.load(weights), w1 = v128.load(weights, 16), w2 = v128.load(weights, 32), w3 = v128.load(weights, 48);
  const w4 = v128.load(weights, 64), w5 = v128.load(weights, 80), w6 = v128.load(weights, 96), w7 = v128.load(weights, 112);
  for (; list < end; list += 8) {
    const p = <usize>load<i32>(list);
    const g = v128.load_splat<f32>(list, 4);
    addInto(x0 + p, g, w0);
    addInto(x1 + p, g, w1);
    addInto(x2 + p, g, w2);
    addInto(x3 + p, g, w3);
    addInto(x4 + p, g, w4);
    addInto(x5 + p, g, w5);
    addInto(x6 + p, g, w6);
    addInto(x7 + p, g, w7);
  }
}

export function spreadWindows1(list: usize, end: usize, dx: usize, offsets: usize, weights: usize): void {
  const x0 = dx + <usize>load<i32>(offsets);
  const w0 = v128.load(weights);
  for (; list < end; list += 8) {
    addInto(x0 + <usize>load<i32>(list), v128.load_splat<f32>(list, 4), w0);
  }
}

/**
 * Weights [out][in][kernelHeight][kernelWidth] -> runs [out][kernelHeight][vectors·4] in the order (kx, in),
 * zeros behind each run's end: what spreadWindows reads.
 */
export function packWeights(
  weights: usize, runs: usize, out: i32, channels: i32, kernelHeight: i32, kernelWidth: i32, vectors: i32,
): void {
  const area = <usize>(kernelHeight * kernelWidth) << 2;
  const padding = <usize>(vectors * 4 - kernelWidth * channels) << 2;
  for (let o = 0; o < out; o++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      for (let kx = 0; kx < kernelWidth; kx++) {
        let from = weights + (<usize>(ky * kernelWidth + kx) << 2);
        for (let c = 0; c < channels; c++) {
          store<f32>(runs, load<f32>(from));
          from += area;
          runs += 4;
        }
      }
      memory.fill(runs, 0, padding);
      runs += padding;
    }
    weights += area * <usize>channels;
  }
}

/** The inverse for one output channel: runs [kernelHeight][vectors·4] -> weights [in][kernelHeight][kernelWidth]. */
export function unpackRuns(
  runs: usize, weights: usize, channels: i32, kernelHeight: i32, kernelWidth: i32, vectors: i32,
): void {
  const area = <usize>(kernelHeight * kernelWidth) << 2;
  for (let ky = 0; ky < kernelHeight; ky++) {
    let from = runs + (<usize>(ky * vectors) << 4);
    for (let kx = 0; kx < kernelWidth; kx++) {
      let to = weights + (<usize>(ky * kernelWidth + kx) << 2);
      for (let c = 0; c < channels; c++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += area;
      }
    }
  }
}
