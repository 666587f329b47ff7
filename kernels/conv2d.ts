/**
 * The backward half of conv2d, over the non-zero output gradients only. The forward half is matmulTaps or winograd.ts.
 *
 * Behind relu and a 2x2 max-pool at most one output gradient in four is not zero, so for one output channel at a time
 * these are listed as (corner, gradient), corner being the byte offset of the gradient's window in rows layout
 * [image][y][x][channel]. In that layout a window is kernelHeight lines of kernelWidth·channels floats, each cut into
 * vectors of four. The last vector of a line reads up to three floats too many; their sums are never used, their
 * weights are zero.
 */
import { sumLanes } from './arithmetic';
import { spreadSome, sumSome } from './generated/windows';

/**
 * Appends the lanes set in `some` to a list and returns its end. Every lane is written and the end moves on only past
 * those that count: no branch to mispredict.
 */
// @ts-ignore: decorator
@inline
function append(list: usize, corner: v128, g: v128, some: i32): usize {
  const low = v128.shuffle<i32>(corner, g, 0, 4, 1, 5), high = v128.shuffle<i32>(corner, g, 2, 6, 3, 7);
  v128.store_lane<i64>(list, low, 0);
  list += <usize>((some & 1) << 3);
  v128.store_lane<i64>(list, low, 1);
  list += <usize>((some & 2) << 2);
  v128.store_lane<i64>(list, high, 0);
  list += <usize>((some & 4) << 1);
  v128.store_lane<i64>(list, high, 1);
  return list + <usize>(some & 8);
}

/**
 * Lists the non-zero gradients of one output channel, 8 bytes each (i32 corner, f32 gradient), in the order quad,
 * output, lane. Returns the end of the list, which needs room for all gradients and one more.
 * dy: the channel in quads [quad][outputs][channels][4], `pixel` bytes from one output to the next.
 * corners: for each output the i32 byte offset of its window in an image; image n starts at n·imageStride in rows.
 * biasGradient: gets the sum of the gradients.
 */
export function listGradients(
  dy: usize, quads: i32, outputs: i32, pixel: usize,
  corners: usize, imageStride: usize, list: usize, biasGradient: usize,
): usize {
  const zero = f32x4.splat(0);
  const lanes = i32x4(0, <i32>imageStride, <i32>(2 * imageStride), <i32>(3 * imageStride));
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
      list = append(list, i32x4.add(i32x4.splat(<i32>(image + <usize>load<i32>(at))), lanes), g, some);
    }
    image += imageStride << 2;
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/**
 * As listGradients, behind relu and max-pooling: dy and y are the pooled layer's gradient and output, and `corners`
 * holds for each of its elements the winners' corners (maxPool2dRelu). Where y is 0, relu lets no gradient through.
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
      list = append(list, corner, g, some);
    }
  }
  store<f32>(biasGradient, sumLanes(sum));
  return list;
}

/** Vectors of a line that are done at once. */
const widest: i32 = 8;

/**
 * out[l][v] = sum over the list of gradient · x[corner + l·line + 16·v]: `lines` lines of `vectors` vectors of four.
 */
export function sumWindows(list: usize, end: usize, x: usize, line: usize, lines: i32, vectors: i32, out: usize): void {
  const outLine = <usize>vectors << 4;
  for (let rest = vectors; rest > 0; rest -= widest) {
    const width = min(rest, widest);
    for (let l = 0; l < lines; ) {
      l += sumSome(list, end, x + <usize>l * line, line, lines - l, width, out + <usize>l * outLine, outLine);
    }
    x += <usize>width << 4;
    out += <usize>width << 4;
  }
}

/** dx[corner + l·line + 16·v] += gradient · weights[l][v] over the list. */
export function spreadWindows(
  list: usize, end: usize, dx: usize, line: usize, lines: i32, vectors: i32, weights: usize,
): void {
  const weightLine = <usize>vectors << 4;
  for (let rest = vectors; rest > 0; rest -= widest) {
    const width = min(rest, widest);
    for (let l = 0; l < lines; ) {
      l += spreadSome(list, end, dx + <usize>l * line, line, lines - l, width, weights + <usize>l * weightLine, weightLine);
    }
    dx += <usize>width << 4;
    weights += <usize>width << 4;
  }
}

/**
 * The gradients of a convolution. For one output channel after the other, the non-zero output gradients are listed,
 * summed into the gradients of the channel's weights, and spread over dx, which is cleared first.
 * y: 0, or the output of the relu and max-pooling that follow in the same step (listPooledGradients).
 * dy, y, corners: as listGradients or listPooledGradients reads them, at the first channel.
 * x, dx (0: not wanted): rows, `imageStride` bytes from image to image and `line` bytes from line to line.
 * list: room for the list. runs: room for the sums of one channel. packed: the weights as packWeights writes them.
 * weightGradient, biasGradient: laid out as weight and bias.
 */
export function conv2dBackward(
  outChannels: i32, quads: i32, outputs: i32, imageStride: usize, line: usize,
  dy: usize, y: usize, corners: usize, list: usize,
  x: usize, dx: usize, runs: usize, packed: usize,
  channels: i32, kernelHeight: i32, kernelWidth: i32, vectors: i32,
  weightGradient: usize, biasGradient: usize,
): void {
  const pixel = <usize>outChannels << 4;
  const taps = <usize>(channels * kernelHeight * kernelWidth) << 2;
  const packedBytes = <usize>(kernelHeight * vectors) << 4;
  if (dx) memory.fill(dx, 0, <usize>(quads << 2) * imageStride);
  for (let o = 0; o < outChannels; o++) {
    const end = y
      ? listPooledGradients(dy, y, corners, quads, outputs, pixel, imageStride, list, biasGradient)
      : listGradients(dy, quads, outputs, pixel, corners, imageStride, list, biasGradient);
    sumWindows(list, end, x, line, kernelHeight, vectors, runs);
    unpackRuns(runs, weightGradient, channels, kernelHeight, kernelWidth, vectors);
    if (dx) spreadWindows(list, end, dx, line, kernelHeight, vectors, packed);
    dy += 16;
    if (y) {
      y += 16;
      corners += 16;
    }
    biasGradient += 4;
    weightGradient += taps;
    packed += packedBytes;
  }
}

/**
 * Weights [out][in][kernelHeight][kernelWidth] -> runs [out][kernelHeight][vectors·4] in the order (kx, in),
 * zeros behind each run's end: what spreadWindows reads.
 */
export function packWeights(
  weights: usize, runs: usize, outChannels: i32, channels: i32, kernelHeight: i32, kernelWidth: i32, vectors: i32,
): void {
  const area = <usize>(kernelHeight * kernelWidth) << 2;
  const padding = <usize>(vectors * 4 - kernelWidth * channels) << 2;
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

/** Sets to zero `count` blocks of `bytes` bytes, at the byte offsets of a table (i32) from `base`. */
export function clearBlocks(base: usize, table: usize, count: i32, bytes: usize): void {
  for (const end = table + (<usize>count << 2); table < end; table += 4) {
    memory.fill(base + <usize>load<i32>(table), 0, bytes);
  }
}
