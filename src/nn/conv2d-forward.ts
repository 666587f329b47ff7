/** The forward half of a convolution without padding, in one of two ways: window by window, or by Winograd's filtering. */
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Conv2d } from './conv2d.ts';
import { range, type Shape } from './layer.ts';
import { slide } from './window.ts';

/** How a convolution finds its sums. `winograd` is F(2, 5) along x: six products where `direct` has ten. */
export type ConvolutionMethod = 'direct' | 'winograd';

/**
 * Winograd's transforms cost the same for one output channel or input channel as for many, so they pay where there are some of
 * both (docs/engine.md); its tiles are two outputs wide.
 */
export function convolutionMethod({ kernelSize, stride, inChannels, outChannels }: Conv2d, outWidth: number): ConvolutionMethod {
  const fits = kernelSize[1] === 5 && stride[1] === 1 && outWidth % 2 === 0;
  return fits && inChannels * kernelSize[0] >= 15 && outChannels >= 4 ? 'winograd' : 'direct';
}

/** A convolution's forward half in place; each call does one quad, addresses are those of the quad. */
export interface ConvolutionForward {
  readonly method: ConvolutionMethod;
  /** After every change of the weights. */
  prepare(): void;
  /** From x to the sums y [outHeight][outWidth][out][4], bias included. */
  sums(x: number, y: number): void;
  /** From x through relu and a 2 x 2 max-pool to y and the winners' corners, if there is a kernel for all that. */
  readonly pooled?: (x: number, y: number, corners: number) => void;
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
  return convolutionMethod(layer, outWidth) === 'winograd' ? placeWinograd(layer, site) : placeDirect(layer, site);
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
    sums: (x, y) =>
      kernels.matmulSpread(outChannels, outputs, taps, spread, row, x, steps, places, y, 16, row, bias),
  };
}

function placeWinograd(layer: Conv2d, { kernels, arena, shape, weight, bias }: ConvolutionSite): ConvolutionForward {
  const { outChannels, kernelSize, stride } = layer;
  const [channels, height, width] = shape as [number, number, number];
  const [outHeight, outWidth] = slide(shape, kernelSize, stride, [0, 0], 'conv2d');
  const tiles = outWidth / 2;
  const depth = kernelSize[0] * channels;
  const points = 6;
  /** Bytes from one point to the next, of the transformed inputs, weights and of the products. */
  const inPoint = tiles * height * channels * 16;
  const weightPoint = depth * outChannels * 16;
  const productPoint = outHeight * tiles * outChannels * 16;
  const inputs = arena.allocate(points * inPoint);
  const weights = arena.allocate(points * weightPoint);
  const products = arena.allocate(points * productPoint);
  const steps = arena.table(range(depth).map((k) => k * 16));
  const places = arena.table(
    range(outHeight * tiles).map((j) => ((j % tiles) * height + Math.floor(j / tiles) * stride[0]) * channels * 16),
  );
  const row = outChannels * 16;
  const multiply = (x: number) => {
    kernels.winogradInputs(x, height, width, channels, tiles, inputs, inPoint);
    for (let p = 0; p < points; p++) {
      const [a, b, c] = [weights + p * weightPoint, inputs + p * inPoint, products + p * productPoint];
      kernels.matmulSpread(outChannels, outHeight * tiles, depth, a, row, b, steps, places, c, 16, row, 0);
    }
  };
  /** Bytes in rows layout from one output's window to that of the one below and to its right. */
  const cornerY = stride[0] * width * channels * 4;
  const cornerX = channels * 4;
  return {
    method: 'winograd',
    prepare: () => kernels.winogradWeights(weight, outChannels, channels, kernelSize[0], weights, weightPoint),
    sums(x, y) {
      multiply(x);
      kernels.winogradOutputs(products, productPoint, outHeight * tiles, outChannels, bias, y);
    },
    pooled(x, y, corners) {
      multiply(x);
      const size = [outHeight >> 1, tiles] as const;
      kernels.winogradPooled(products, productPoint, ...size, outChannels, bias, y, corners, cornerY, cornerX);
    },
  };
}
