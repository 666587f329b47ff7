/**
 * The backward half of a convolution in groups of channels. Other than conv2d.ts it visits every gradient, with an image in each lane: a group
 * has few channels, so that its lines in rows layout would be short. `taps`: byte offset of every weight of an output channel from the
 * corner of its window in packs; `corners`: of every output's window. Both are tables of i32.
 */
import { multiplyAdd, sumLanes } from './arithmetic';
import { loadVector, quadAt, quadsOfVector, storeVector, vectorBytes, vectorShift } from './vector';

/**
 * weightGradient[o][tap] = the sum of dy[o] · x[tap] over images and outputs: quad by quad, then output by output, then over the four
 * lanes. groupChannels: input channels of a group; groupOutputs: its output channels. packBytes: of the input.
 */
export function groupedWeightGradient(
  x: usize, packBytes: usize, dy: usize, packs: i32, outputs: i32, outChannels: i32, groupChannels: i32, groupOutputs: i32,
  taps: usize, tapCount: i32, corners: usize, weightGradient: usize,
): void {
  const pixel = <usize>outChannels << vectorShift;
  const dyPack = <usize>outputs * pixel;
  for (let o = 0; o < outChannels; o++) {
    const first = <usize>(o / groupOutputs * groupChannels) << vectorShift;
    let k = 0;
    for (; k + 4 <= tapCount; k += 4) {
      fourTaps(
        x + first, packBytes, dy, dyPack, pixel, packs, corners, outputs, taps + (<usize>k << 2), weightGradient,
      );
      weightGradient += 16;
    }
    for (; k < tapCount; k++) {
      oneTap(x + first, packBytes, dy, dyPack, pixel, packs, corners, outputs, taps + (<usize>k << 2), weightGradient);
      weightGradient += 4;
    }
    dy += vectorBytes;
  }
}

/** Four sums at once, which hide the latency of an addition. Exported, so that V8 compiles it on its own. */
export function fourTaps(
  x: usize, packBytes: usize, dy: usize, dyPack: usize, pixel: usize, packs: i32, corners: usize, outputs: i32,
  taps: usize, to: usize,
): void {
  const t0 = <usize>load<i32>(taps), t1 = <usize>load<i32>(taps, 4);
  const t2 = <usize>load<i32>(taps, 8), t3 = <usize>load<i32>(taps, 12);
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  const end = corners + (<usize>outputs << 2);
  for (let q = 0; q < packs * quadsOfVector; q++) {
    const image = quadAt(x, packBytes, q);
    let from = quadAt(dy, dyPack, q);
    for (let corner = corners; corner < end; corner += 4) {
      const g = v128.load(from);
      const at = image + <usize>load<i32>(corner);
      a = multiplyAdd(g, v128.load(at + t0), a);
      b = multiplyAdd(g, v128.load(at + t1), b);
      c = multiplyAdd(g, v128.load(at + t2), c);
      d = multiplyAdd(g, v128.load(at + t3), d);
      from += pixel;
    }
  }
  store<f32>(to, sumLanes(a));
  store<f32>(to, sumLanes(b), 4);
  store<f32>(to, sumLanes(c), 8);
  store<f32>(to, sumLanes(d), 12);
}

/** The sum for one tap, in the same order. */
export function oneTap(
  x: usize, packBytes: usize, dy: usize, dyPack: usize, pixel: usize, packs: i32, corners: usize, outputs: i32,
  taps: usize, to: usize,
): void {
  const tap = <usize>load<i32>(taps);
  let sum = f32x4.splat(0);
  const end = corners + (<usize>outputs << 2);
  for (let q = 0; q < packs * quadsOfVector; q++) {
    const image = quadAt(x, packBytes, q) + tap;
    let from = quadAt(dy, dyPack, q);
    for (let corner = corners; corner < end; corner += 4) {
      sum = multiplyAdd(v128.load(from), v128.load(image + <usize>load<i32>(corner)), sum);
      from += pixel;
    }
  }
  store<f32>(to, sumLanes(sum));
}

/** dx = the sum of weight[o][tap] · dy[o] over all outputs whose windows contain the element. */
export function groupedInputGradient(
  dx: usize, packBytes: usize, dy: usize, packs: i32, outputs: i32, outChannels: i32, groupChannels: i32, groupOutputs: i32,
  taps: usize, tapCount: i32, corners: usize, weights: usize,
): void {
  memory.fill(dx, 0, <usize>packs * packBytes);
  const pixel = <usize>outChannels << vectorShift;
  for (let q = 0; q < packs; q++) {
    for (let o = 0; o < outChannels; o++) {
      const first = dx + (<usize>(o / groupOutputs * groupChannels) << vectorShift);
      const weight = weights + (<usize>(o * tapCount) << 2);
      spreadChannel(first, dy + (<usize>o << vectorShift), pixel, outputs, corners, taps, tapCount, weight);
    }
    dx += packBytes;
    dy += <usize>outputs * pixel;
  }
}

/** The part of one output channel. Exported, so that V8 compiles it on its own. */
export function spreadChannel(
  dx: usize, dy: usize, pixel: usize, outputs: i32, corners: usize, taps: usize, tapCount: i32, weights: usize,
): void {
  const end = taps + (<usize>tapCount << 2);
  for (const last = corners + (<usize>outputs << 2); corners < last; corners += 4) {
    const g = loadVector(dy);
    const window = dx + <usize>load<i32>(corners);
    let weight = weights;
    for (let tap = taps; tap < end; tap += 4) {
      const at = window + <usize>load<i32>(tap);
      storeVector(at, multiplyAdd(v128.load32_splat(weight), g, loadVector(at)));
      weight += 4;
    }
    dy += pixel;
  }
}
