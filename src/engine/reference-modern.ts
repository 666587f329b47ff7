/** The specification of the kernels that LeNet-5 does not need: activations, dropout, batch normalization; as reference.ts. */
import { imageStream, type StreamKey } from '../base/random.ts';

type Numbers = readonly number[];

/** y = x where x > 0, else slope·x. */
export function leakyReluForward(x: Numbers, slope: number): number[] {
  return x.map((value) => (value > 0 ? value : slope * value));
}

export function leakyReluSlope(x: Numbers, slope: number): number[] {
  return x.map((value) => (value > 0 ? 1 : slope));
}

/** The density of the normal distribution. */
function density(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

/** The share of the normal distribution below x, by the series of Marsaglia, Journal of Statistical Software 11(4), 2004. */
function normalShare(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [sum, term] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-18 * Math.abs(sum); i += 2) {
    term *= x ** 2 / i;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

/** y = x·(the share of the normal distribution below x). */
export function geluForward(x: Numbers): number[] {
  return x.map((value) => value * normalShare(value));
}

export function geluSlope(x: Numbers): number[] {
  return x.map((value) => normalShare(value) + value * density(value));
}

/** y = x / (1 + e^-x). */
export function siluForward(x: Numbers): number[] {
  return x.map((value) => value / (1 + Math.exp(-value)));
}

export function siluSlope(x: Numbers): number[] {
  return x.map((value) => {
    const s = 1 / (1 + Math.exp(-value));
    return s * (1 + value * (1 - s));
  });
}

/**
 * The factor of every element of images [images][channels][area]: 0, or 1 / (1 - p) where the next number of the image's stream, a multiple of 2^-24, is
 * below 1 - p. The numbers are drawn in the order [area][channels].
 */
export function dropoutFactors(
  key: StreamKey,
  indices: Numbers,
  { channels, area, p }: { readonly channels: number; readonly area: number; readonly p: number },
): number[] {
  const kept = Math.round((1 - p) * 2 ** 24) / 2 ** 24;
  return indices.flatMap((image) => {
    const stream = imageStream(key, image);
    const factors = new Array<number>(channels * area);
    for (let at = 0; at < area; at++)
      for (let c = 0; c < channels; c++) factors[c * area + at] = stream.uniform() < kept ? 1 / (1 - p) : 0;
    return factors;
  });
}

interface NormShape {
  readonly channels: number;
  /** Pixels of an image. */
  readonly area: number;
  readonly eps: number;
  readonly momentum: number;
}

/** Calls `visit` for every element, with its channel. */
function eachOfChannel(x: Numbers, { channels, area }: NormShape, visit: (i: number, channel: number) => void): void {
  for (const i of x.keys()) visit(i, Math.floor(i / area) % channels);
}

/** The mean of each channel, and the sum of squares of the distances from it. */
export function channelMoments(x: Numbers, shape: NormShape): { means: number[]; squares: number[]; count: number } {
  const means = new Array<number>(shape.channels).fill(0);
  const squares = new Array<number>(shape.channels).fill(0);
  const count = x.length / shape.channels;
  eachOfChannel(x, shape, (i, c) => {
    means[c]! += x[i]! / count;
  });
  eachOfChannel(x, shape, (i, c) => {
    squares[c]! += (x[i]! - means[c]!) ** 2;
  });
  return { means, squares, count };
}

/** y = (x - mean) / sqrt(variance + eps)·weight + bias, with the batch's own statistics; and the running ones after it. */
export function batchNormForward(x: Numbers, weight: Numbers, bias: Numbers, shape: NormShape) {
  const { means, squares, count } = channelMoments(x, shape);
  const { eps, momentum } = shape;
  const y = [...x];
  eachOfChannel(x, shape, (i, c) => {
    y[i] = ((x[i]! - means[c]!) / Math.sqrt(squares[c]! / count + eps)) * weight[c]! + bias[c]!;
  });
  const runningMean = means.map((mean) => momentum * mean);
  const runningVar = squares.map((square) => 1 - momentum + (momentum * square) / (count - 1));
  return { y, runningMean, runningVar };
}

/** Gradients by x, weight and bias: Ioffe and Szegedy, ICML 2015, section 3, brought into one formula for each. */
export function batchNormBackward(x: Numbers, weight: Numbers, dy: Numbers, shape: NormShape) {
  const { means, squares, count } = channelMoments(x, shape);
  const deviations = squares.map((square) => Math.sqrt(square / count + shape.eps));
  const dWeight = new Array<number>(shape.channels).fill(0);
  const dBias = new Array<number>(shape.channels).fill(0);
  const normal = [...x];
  eachOfChannel(x, shape, (i, c) => {
    normal[i] = (x[i]! - means[c]!) / deviations[c]!;
    dWeight[c]! += dy[i]! * normal[i]!;
    dBias[c]! += dy[i]!;
  });
  const dx = [...x];
  eachOfChannel(x, shape, (i, c) => {
    dx[i] = (weight[c]! / deviations[c]!) * (dy[i]! - dBias[c]! / count - (normal[i]! * dWeight[c]!) / count);
  });
  return { dx, dWeight, dBias };
}
