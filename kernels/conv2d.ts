/**
 * The backward half of conv2d, which visits only non-zero output gradients. The forward half is matmulTaps or
 * winograd.ts.
 *
 * When relu and a 2x2 max-pool follow the convolution, at most one output gradient in four is not zero. The kernels
 * list the non-zero gradients of one output channel at a time, as pairs (corner, gradient). The corner is the byte
 * offset of the gradient's window in rows layout [image][y][x][channel]. In this layout a window has kernelHeight lines
 * of kernelWidth·channels floats, and each line is read as vectors. The last vector of a line reads floats beyond the
 * window: their sums are never used, and their weights are zero.
 */
import { sumLanes } from './arithmetic';
import { spreadSome, sumSome } from './windows';
import { lanes, quadAt, quadsOfVector, vectorBytes, vectorShift } from './vector';

/**
 * Appends the lanes whose bit is set in `mask` to a list and returns the list's new end. All four lanes are written,
 * but the end advances only for lanes in the mask: a branch would often be mispredicted.
 */
// @ts-ignore: decorator
@inline
function appendLanes(list: usize, corner: v128, g: v128, mask: i32): usize {
  const low = v128.shuffle<i32>(corner, g, 0, 4, 1, 5), high = v128.shuffle<i32>(corner, g, 2, 6, 3, 7);
  v128.store_lane<i64>(list, low, 0);
  list += <usize>((mask & 1) << 3);
  v128.store_lane<i64>(list, low, 1);
  list += <usize>((mask & 2) << 2);
  v128.store_lane<i64>(list, high, 0);
  list += <usize>((mask & 4) << 1);
  v128.store_lane<i64>(list, high, 1);
  return list + <usize>(mask & 8);
}

/**
 * Lists the non-zero gradients of one output channel, 8 bytes each (i32 corner, f32 gradient), in the order quad,
 * output, lane. Returns the end of the list. The list needs space for all gradients of the channel and one more.
 * dy: the channel in packs [pack][outputs][channels][lanes]. `pixel`: bytes from one output to the next.
 * corners: i32 byte offset in the image of each output's window. Image n starts at n·imageStride bytes in rows.
 * biasGradient: receives the sum of the gradients.
 */
export function listGradients(
  dy: usize, packs: i32, outputs: i32, pixel: usize,
  corners: usize, imageStride: usize, list: usize, biasGradient: usize,
): usize {
  const zero = f32x4.splat(0);
  const images = i32x4(0, <i32>imageStride, <i32>(2 * imageStride), <i32>(3 * imageStride));
  const pack = <usize>outputs * pixel;
  let sum = zero;
  let image: usize = 0;
  const cornersEnd = corners + (<usize>outputs << 2);
  for (let q = 0; q < packs * quadsOfVector; q++) {
    let from = quadAt(dy, pack, q);
    for (let at = corners; at < cornersEnd; at += 4) {
      const g = v128.load(from);
      const mask = i32x4.bitmask(f32x4.ne(g, zero));
      from += pixel;
      if (mask == 0) continue;
      sum = f32x4.add(sum, g);
      list = appendLanes(list, i32x4.add(i32x4.splat(<i32>(image + <usize>load<i32>(at))), images), g, mask);
    }
    image += imageStride << 2;
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/**
 * listGradients for a convolution that relu and max-pooling follow. dy and y are the gradient and the output of the
 * pooling. `corners` holds the corner of the winning window for each element of y (see maxPool2dRelu). Gradients where
 * y is 0 are skipped, since the derivative of relu is 0 there.
 */
export function listPooledGradients(
  dy: usize, y: usize, corners: usize, packs: i32, outputs: i32, pixel: usize,
  imageStride: usize, list: usize, biasGradient: usize,
): usize {
  const zero = f32x4.splat(0);
  const images = i32x4(0, <i32>imageStride, <i32>(2 * imageStride), <i32>(3 * imageStride));
  const pack = <usize>outputs * pixel;
  let sum = zero;
  for (let q = 0; q < packs * quadsOfVector; q++) {
    const image = i32x4.add(i32x4.splat(<i32>(<usize>(q << 2) * imageStride)), images);
    let gAt = quadAt(dy, pack, q), yAt = quadAt(y, pack, q), cornerAt = quadAt(corners, pack, q);
    for (let o = 0; o < outputs; o++) {
      const g = v128.and(v128.load(gAt), f32x4.gt(v128.load(yAt), zero));
      const mask = i32x4.bitmask(f32x4.ne(g, zero));
      const corner = i32x4.add(v128.load(cornerAt), image);
      gAt += pixel;
      yAt += pixel;
      cornerAt += pixel;
      sum = f32x4.add(sum, g);
      list = appendLanes(list, corner, g, mask);
    }
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/** The most floats of a line that one generated function handles. */
const mostFloats: i32 = 32;

/**
 * out[l][v] = sum over the list of gradient · x[corner + l·line + v]: `lines` lines of `floats` floats, rounded up to
 * whole vectors.
 */
export function sumWindows(list: usize, end: usize, x: usize, line: usize, lines: i32, floats: i32, out: usize): void {
  const outLine = lineBytes(floats);
  for (let rest = floats; rest > 0; rest -= mostFloats) {
    const width = min(rest, mostFloats);
    for (let l = 0; l < lines; ) {
      l += sumSome(list, end, x + <usize>l * line, line, lines - l, width, out + <usize>l * outLine, outLine);
    }
    x += <usize>width << 2;
    out += <usize>width << 2;
  }
}

/** dx[corner + l·line + v] += gradient · weights[l][v], for each (corner, gradient) of the list. */
export function spreadWindows(
  list: usize, end: usize, dx: usize, line: usize, lines: i32, floats: i32, weights: usize,
): void {
  const weightLine = lineBytes(floats);
  for (let rest = floats; rest > 0; rest -= mostFloats) {
    const width = min(rest, mostFloats);
    for (let l = 0; l < lines; ) {
      l += spreadSome(list, end, dx + <usize>l * line, line, lines - l, width, weights + <usize>l * weightLine, weightLine);
    }
    dx += <usize>width << 2;
    weights += <usize>width << 2;
  }
}

/** Bytes of a line of `floats` floats in whole vectors. */
// @ts-ignore: decorator
@inline
function lineBytes(floats: i32): usize {
  return <usize>((floats + lanes - 1) / lanes) << vectorShift;
}

/**
 * The gradients of a convolution. dx is cleared first. Then, for each output channel, the non-zero output gradients are
 * listed, summed into the gradients of the channel's weights, and added to dx.
 * y: the output of relu and max-pooling when they are fused with the convolution (see listPooledGradients), else 0.
 * dy, y, corners: the addresses of the first channel, laid out for listGradients or listPooledGradients.
 * x, dx (0: not wanted): rows. `imageStride`: bytes from image to image. `line`: bytes from line to line.
 * list: space for the list. runs: space for the sums of one channel. packed: the output of packWeights.
 * weightGradient, biasGradient: laid out like weight and bias.
 */
export function conv2dBackward(
  outChannels: i32, packs: i32, outputs: i32, imageStride: usize, line: usize,
  dy: usize, y: usize, corners: usize, list: usize,
  x: usize, dx: usize, runs: usize, packed: usize,
  channels: i32, kernelHeight: i32, kernelWidth: i32,
  weightGradient: usize, biasGradient: usize,
): void {
  const pixel = <usize>outChannels << vectorShift;
  const floats = kernelWidth * channels;
  const taps = <usize>(channels * kernelHeight * kernelWidth) << 2;
  const packedBytes = <usize>kernelHeight * lineBytes(floats);
  if (dx) memory.fill(dx, 0, <usize>(packs * lanes) * imageStride);
  for (let o = 0; o < outChannels; o++) {
    const end = y
      ? listPooledGradients(dy, y, corners, packs, outputs, pixel, imageStride, list, biasGradient)
      : listGradients(dy, packs, outputs, pixel, corners, imageStride, list, biasGradient);
    sumWindows(list, end, x, line, kernelHeight, floats, runs);
    unpackRuns(runs, weightGradient, channels, kernelHeight, kernelWidth);
    if (dx) spreadWindows(list, end, dx, line, kernelHeight, floats, packed);
    dy += vectorBytes;
    if (y) {
      y += vectorBytes;
      corners += vectorBytes;
    }
    biasGradient += 4;
    weightGradient += taps;
    packed += packedBytes;
  }
}

/**
 * Weights [out][in][kernelHeight][kernelWidth] -> runs [out][kernelHeight] for spreadWindows: the floats of a
 * line in the order (kx, in), then zeros up to a whole vector.
 */
export function packWeights(
  weights: usize, runs: usize, outChannels: i32, channels: i32, kernelHeight: i32, kernelWidth: i32,
): void {
  const area = <usize>(kernelHeight * kernelWidth) << 2;
  const padding = lineBytes(kernelWidth * channels) - (<usize>(kernelWidth * channels) << 2);
  for (let o = 0; o < outChannels; o++) {
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

/** The inverse for one output channel: runs [kernelHeight] -> weights [in][kernelHeight][kernelWidth]. */
export function unpackRuns(
  runs: usize, weights: usize, channels: i32, kernelHeight: i32, kernelWidth: i32,
): void {
  const area = <usize>(kernelHeight * kernelWidth) << 2;
  for (let ky = 0; ky < kernelHeight; ky++) {
    let from = runs + <usize>ky * lineBytes(kernelWidth * channels);
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

/** Sets `count` blocks of `bytes` bytes to zero. `table` holds their byte offsets (i32) from `base`. */
export function clearBlocks(base: usize, table: usize, count: i32, bytes: usize): void {
  for (const end = table + (<usize>count << 2); table < end; table += 4) {
    memory.fill(base + <usize>load<i32>(table), 0, bytes);
  }
}
