/** The forward half of a convolution without padding, in one of two ways: window by window, or by Winograd's filtering. */
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Conv2d } from './conv2d.ts';
import { range, type Shape } from './layer.ts';
import { slide } from './window.ts';

/** How a convolution finds its sums. `winograd` is F(4, 5) along x: eight products where `direct` has twenty. */
export type ConvolutionMethod = 'direct' | 'winograd';

/** Winograd's tiles are four outputs long; its transforms pay where their products are sums of at least five (docs/engine.md). */
export function convolutionMethod(layer: Conv2d, outWidth: number): ConvolutionMethod {
  const { kernelSize, stride, inChannels } = layer;
  const fits = kernelSize[1] === 5 && stride[1] === 1 && outWidth >= 4;
  return fits && inChannels * kernelSize[0] >= 5 ? 'winograd' : 'direct';
}

/** A convolution's forward half in place; each call does one quad, addresses are those of the quad. */
export interface ConvolutionForward {
  readonly method: ConvolutionMethod;
  /** After every change of the weights. */
  prepare(): void;
  /** From x to the sums y [outHeight][outWidth][out][4], bias included. */
  sums(x: number, y: number): void;
}

export interface ConvolutionSite {
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** Of the (padded) input. */
  readonly shape: Shape;
  /** Addresses. */
  readonly weight: number;
  readonly bias: number;
}

export function placeForward(layer: Conv2d, site: ConvolutionSite): ConvolutionForward {
  const [, outWidth] = slide(site.shape, layer.kernelSize, layer.stride, [0, 0], 'conv2d');
  const direct = placeDirect(layer, site);
  if (convolutionMethod(layer, outWidth) === 'direct') return direct;
  return unlessZeroBias(placeWinograd(layer, site), direct, layer.outChannels, site);
}

/**
 * Winograd's sums over a window of zeros are zero but for rounding; window by window they are zero exactly. A relu
 * behind them tells the two apart only where nothing is added, so while a bias is zero, as all are at the start of
 * training, the windows are taken one by one: a blank corner then passes no gradient, as in PyTorch.
 */
function unlessZeroBias(
  fast: ConvolutionForward,
  exact: ConvolutionForward,
  outChannels: number,
  { arena, bias }: ConvolutionSite,
): ConvolutionForward {
  let chosen = exact;
  return {
    method: fast.method,
    prepare() {
      chosen = arena.f32(bias, outChannels).includes(0) ? exact : fast;
      chosen.prepare();
    },
    sums: (x, y) => chosen.sums(x, y),
  };
}

function placeDirect(layer: Conv2d, { kernels, arena, shape, weight, bias }: ConvolutionSite): ConvolutionForward {
  const { outChannels, kernelSize, stride } = layer;
  const [channels, , width] = shape as [number, number, number];
  const [outHeight, outWidth] = slide(shape, kernelSize, stride, [0, 0], 'conv2d');
  const outputs = outHeight * outWidth;
  const area = kernelSize[0] * kernelSize[1];
  const taps = channels * area;
  /** Elements from a window's corner to each tap, in the order of the weights. */
  const tapElements = range(taps).map((k) => {
    const [c, ky, kx] = [Math.floor(k / area), Math.floor((k % area) / kernelSize[1]), k % kernelSize[1]];
    return (ky * width + kx) * channels + c;
  });
  const steps = arena.table(tapElements.map((element) => element * 16));
  const places = arena.table(
    range(outputs).map((o) => {
      const [oy, ox] = [Math.floor(o / outWidth), o % outWidth];
      return (oy * stride[0] * width + ox * stride[1]) * channels * 16;
    }),
  );
  /** The weights as [tap][out][4], each number four times: they are few and used often. */
  const spread = arena.allocate(taps * outChannels * 16);
  const row = outChannels * 16;
  return {
    method: 'direct',
    prepare: () => kernels.spreadMatrix(weight, outChannels, taps, spread),
    sums: (x, y) => kernels.matmulTaps(outChannels, outputs, taps, spread, row, x, steps, places, y, 16, row, bias),
  };
}

/** Bytes of products at a time: half of a usual first-level cache. */
const stripBytes = 16384;

function placeWinograd(layer: Conv2d, { kernels, arena, shape, weight, bias }: ConvolutionSite): ConvolutionForward {
  const { outChannels, kernelSize, stride } = layer;
  const [channels, height, width] = shape as [number, number, number];
  const [outHeight, outWidth] = slide(shape, kernelSize, stride, [0, 0], 'conv2d');
  const points = 8;
  const tiles = Math.ceil(outWidth / 4);
  const depth = kernelSize[0] * channels;
  const inPoint = tiles * height * channels * 16;
  const lineBytes = points * tiles * outChannels * 16;
  const strip = Math.min(outHeight, Math.max(1, Math.floor(stripBytes / lineBytes)));
  const inputs = arena.allocate(points * inPoint);
  const weights = arena.allocate(points * depth * outChannels * 16);
  const products = arena.allocate(strip * lineBytes);
  const down = stride[0] * channels * 16;
  const places = arena.table(
    range(strip * tiles).map((j) => (j % tiles) * height * channels * 16 + Math.floor(j / tiles) * down),
  );
  return {
    method: 'winograd',
    prepare: () => kernels.winogradWeights(weight, outChannels, channels, kernelSize[0], weights),
    sums(x, y) {
      kernels.winogradInputs(x, height, width, channels, outWidth, inputs, inPoint);
      const from = [inputs, inPoint, weights, depth, places, down] as const;
      kernels.winogradProducts(...from, outHeight, outWidth, outChannels, strip, products, bias, y);
    },
  };
}
