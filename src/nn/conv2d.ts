/** Cross-correlation of images with trained windows, weight [out, in, ky, kx] and bias [out] as in PyTorch. */

import { checkOptions, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { placeBorder, type Sides } from './border.ts';
import { type ConvolutionForward, type ConvolutionSite, placeForward } from './conv2d-forward.ts';
import { flatten, flattenKind } from './flatten.ts';
import { placeGrouped } from './grouped-conv2d.ts';
import {
  type Activation,
  allocateOutput,
  checkPositive,
  type LayerKind,
  largestSize,
  type PlacedLayer,
  range,
  rowBytes,
  type Shape,
  type Site,
} from './layer.ts';
import { linear, linearKind } from './linear.ts';
import type { MaxPool2d } from './max-pool2d.ts';
import type { Pass } from './pass.ts';
import { pair, printSize, type Size, slide } from './window.ts';

/** The plain data of a convolution. */
export interface Conv2d {
  readonly type: 'conv2d';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number] | 'same';
  /** The input channels that each output channel reads; without it, all. */
  readonly connections?: readonly (readonly number[])[];
  /** Groups of channels, at least 2; without it, every output channel reads all input channels. */
  readonly groups?: number;
}

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  /** How far the window moves, in pixels: an integer of at least 1, or [vertical, horizontal]. Default 1. */
  readonly stride?: Size | undefined;
  /**
   * Zeros on every side, in pixels: an integer of at least 0, or [vertical, horizontal]. `same`: as many as keep the image's size, for stride 1; of an
   * odd number one more below and to the right, as in PyTorch. Default 0.
   */
  readonly padding?: Size | 'same' | undefined;
  /**
   * Divides input and output channels into so many groups in their order; each output channel reads the input channels of its group. It must divide both
   * numbers. As many as input channels: a depthwise convolution. Default 1.
   */
  readonly groups?: number | undefined;
  /**
   * A row for each output channel: the input channels that it reads, each once, at least one. Weights between others stand in the tensor as
   * zeros, are not trained and do not count as parameters. Default: every output channel reads all.
   */
  readonly connections?: readonly (readonly number[])[] | undefined;
}

/**
 * Cross-correlation of images with trained windows: [inChannels, height, width] becomes [outChannels, height', width'], with
 * height' = floor((height + 2 · padding - kernel) / stride) + 1 and the same for the width. Parameters as in torch.nn.Conv2d:
 * weight [outChannels, inChannels / groups, kernel height, kernel width] and bias [outChannels].
 * @param inChannels channels of the input, at least 1.
 * @param outChannels channels of the output, at least 1.
 * @param kernelSize the window in pixels: an integer of at least 1, or [vertical, horizontal].
 * @throws UsageError for a size that is no such integer, for connections and groups that do not fit, and for unknown options.
 */
export function conv2d(inChannels: number, outChannels: number, kernelSize: Size, options: Conv2dOptions = {}): Conv2d {
  checkOptions('conv2d()', options, { stride: true, padding: true, connections: true, groups: true });
  checkPositive('conv2d: in channels', inChannels);
  checkPositive('conv2d: out channels', outChannels);
  if (options.connections !== undefined) checkConnections(options.connections, inChannels, outChannels);
  const { groups = 1 } = options;
  checkGroups(groups, inChannels, outChannels);
  if (groups > 1 && options.connections !== undefined)
    throw new UsageError('conv2d: groups and connections cannot be used together');
  const stride = pair(options.stride ?? 1, 'conv2d stride', 1);
  if (options.padding === 'same' && stride.some((step) => step !== 1))
    throw new UsageError(`conv2d: padding 'same' needs stride 1, got ${printSize(stride)}`);
  return {
    type: 'conv2d',
    inChannels,
    outChannels,
    kernelSize: pair(kernelSize, 'conv2d kernel size', 1),
    stride,
    padding: options.padding === 'same' ? 'same' : pair(options.padding ?? 0, 'conv2d padding', 0),
    ...(options.connections ? { connections: options.connections } : {}),
    ...(groups > 1 ? { groups } : {}),
  };
}

function checkGroups(groups: number, inChannels: number, outChannels: number): void {
  checkPositive('conv2d: groups', groups);
  for (const [what, channels] of Object.entries({ in: inChannels, out: outChannels })) {
    if (channels % groups !== 0)
      throw new UsageError(`conv2d: ${groups} groups cannot divide ${channels} ${what} channels evenly`);
  }
}

/** Zeros on each side of the image. */
export function sidesOf({ kernelSize, padding }: Conv2d): Sides {
  if (padding !== 'same') return [padding[0], padding[0], padding[1], padding[1]];
  const [vertical, horizontal] = [kernelSize[0] - 1, kernelSize[1] - 1];
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return [top, vertical - top, left, horizontal - left];
}
/** The most pairs of an input and an output channel where some are not connected: each pair is listed in memory. */
export const mostPairs = 2 ** 20;

function checkConnections(table: readonly (readonly number[])[], inChannels: number, outChannels: number): void {
  if (!Array.isArray(table))
    throw wrong('conv2d connections', 'a row of input channels for each output channel', table);
  if (table.length !== outChannels) {
    throw new UsageError(
      `conv2d connections: expected a row for each of ${outChannels} out channels, got ${table.length}`,
    );
  }
  if (inChannels * outChannels > mostPairs) {
    throw new UsageError(
      `conv2d connections: a table of ${inChannels} x ${outChannels} channels is too large: at most ${mostPairs} pairs fit`,
    );
  }
  for (const [out, row] of table.entries()) {
    const isFine =
      Array.isArray(row) && row.every((channel) => Number.isInteger(channel) && channel >= 0 && channel < inChannels);
    if (!isFine || row.length === 0 || new Set(row).size !== row.length) {
      const range = `different numbers from 0 to ${inChannels - 1}, at least one`;
      throw new UsageError(
        `conv2d connections of out channel ${out}: expected ${range}, got ${Array.isArray(row) ? `[${row.map(shown).join(', ')}]` : shown(row)}`,
      );
    }
  }
}

/** How many pairs of an input and an output channel are connected. */
function pairsOf({ inChannels, outChannels, connections, groups = 1 }: Conv2d): number {
  return connections ? connections.reduce((sum, row) => sum + row.length, 0) : (inChannels * outChannels) / groups;
}

/** First element of each plane of weights between channels that are not connected. */
function absentPlanes({ inChannels, kernelSize, connections = [] }: Conv2d): number[] {
  const area = kernelSize[0] * kernelSize[1];
  return connections.flatMap((row, out) =>
    range(inChannels)
      .filter((channel) => !row.includes(channel))
      .map((channel) => (out * inChannels + channel) * area),
  );
}

export const conv2dKind: LayerKind<Conv2d> = {
  remake: ({ inChannels, outChannels, kernelSize, stride, padding, connections, groups }) =>
    conv2d(inChannels, outChannels, kernelSize, { stride, padding, connections, groups }),
  print({ inChannels, outChannels, kernelSize, stride, padding, connections, groups }) {
    const more = stride.some((s) => s !== 1) ? `, stride=${printSize(stride)}` : '';
    const padded =
      padding === 'same' ? ', padding=same' : padding.some((p) => p !== 0) ? `, padding=${printSize(padding)}` : '';
    const partly = connections ? ', partly connected' : groups ? `, groups=${groups}` : '';
    return `Conv2d(${inChannels}, ${outChannels}, kernel_size=${printSize(kernelSize)}${more}${padded}${partly})`;
  },
  outputShape(layer, input) {
    const { inChannels, outChannels, kernelSize, stride } = layer;
    const [top, bottom, left, right] = sidesOf(layer);
    const size = slide(input, kernelSize, stride, [(top + bottom) / 2, (left + right) / 2], 'conv2d');
    if (input[0] !== inChannels) throw new UsageError(`conv2d expects ${inChannels} channels, got ${input[0]}`);
    // Large strides make small outputs of it, so the check of the output's size would not see this.
    const padded = [inChannels, top + input[1]! + bottom, left + input[2]! + right];
    if (elementsOf(padded) > largestSize)
      throw new UsageError(
        `conv2d: its padded input ${padded.join('x')} is too large: at most ${largestSize} numbers fit`,
      );
    return [outChannels, ...size];
  },
  parameters(layer) {
    const { outChannels, kernelSize, connections, groups = 1 } = layer;
    const inChannels = layer.inChannels / groups;
    const area = kernelSize[0] * kernelSize[1];
    const fanIn = connections ? connections.map((row) => row.length * area) : inChannels * area;
    return [
      {
        name: 'weight',
        shape: [outChannels, inChannels, ...kernelSize],
        fans: [area * inChannels, area * outChannels],
        fanIn,
        ...(connections ? { absent: { size: area, runs: absentPlanes(layer) } } : {}),
      },
      { name: 'bias', shape: [outChannels], fanIn },
    ];
  },
  multiplyAdds(layer, output) {
    const { kernelSize } = layer;
    return output[1]! * output[2]! * pairsOf(layer) * kernelSize[0] * kernelSize[1];
  },
  connections: (layer, output, input) => conv2dKind.multiplyAdds(layer, output, input) + elementsOf(output),
  place: (layer, site) => placeConv2d(layer, site),
};

/**
 * Places a convolution at a site. With `pool`, relu and this max-pooling are fused with the convolution, and
 * site.outputShape is the shape after the pooling.
 */
export function placeConv2d(layer: Conv2d, site: Site, pool?: MaxPool2d): PlacedLayer {
  if (isDense(layer, site, pool)) return placeDense(layer, site);
  const sides = sidesOf(layer);
  const { groups } = layer;
  if (groups) return placeGrouped({ ...layer, groups }, sides, site);
  if (sides.every((pixels) => pixels === 0)) return placeUnpadded(layer, site, site.input, pool);
  // The gradient of the padded image is free again when `crop` has copied it.
  const border = placeBorder(sides, 0, site, site.working);
  const inner = placeUnpadded(layer, site, border.padded, pool);
  return {
    ...inner,
    forward(pass) {
      border.pad(pass.packs);
      inner.forward(pass);
    },
    backward(pass, gradients) {
      inner.backward(pass, gradients);
      border.crop(pass.packs);
    },
    curvature(pass, gradients) {
      inner.curvature(pass, gradients);
      border.crop(pass.packs);
    },
  };
}

/** Whether the image has the size of the window, so that every output reads every input. */
function isDense(layer: Conv2d, { input }: Site, pool: MaxPool2d | undefined): boolean {
  const isWhole = layer.kernelSize.every((size, axis) => size === input.shape[axis + 1]);
  return !pool && !layer.connections && !layer.groups && sidesOf(layer).every((pixels) => pixels === 0) && isWhole;
}

/**
 * A convolution over the whole image as flatten and a dense layer. The weights already have the order of a dense layer.
 */
function placeDense({ outChannels }: Conv2d, site: Site): PlacedLayer {
  const { input } = site;
  const features = elementsOf(input.shape);
  const flat = flattenKind.place(flatten(), { ...site, outputShape: [features] });
  const flatInput = { ...flat.output, gradient: input.gradient ? flat.output.gradient : 0 };
  const dense = linearKind.place(linear(features, outChannels), {
    ...site,
    input: flatInput,
    outputShape: [outChannels],
  });
  return {
    ...dense,
    work: [`as a dense layer, ${dense.work[0]}`, dense.work[1]],
    output: { ...dense.output, shape: site.outputShape },
    forward(pass) {
      flat.forward(pass);
      dense.forward(pass);
    },
    backward(pass, gradients) {
      dense.backward(pass, gradients);
      flat.backward(pass, gradients);
    },
    curvature(pass, gradients) {
      dense.curvature(pass, gradients);
      flat.curvature(pass, gradients);
    },
  };
}

function placeUnpadded(layer: Conv2d, site: Site, input: Activation, pool: MaxPool2d | undefined): PlacedLayer {
  const { kernels, arena, working, lanes, vectorBytes } = site;
  const [kernelHeight, kernelWidth] = layer.kernelSize;
  const { outChannels } = layer;
  const [channels, height, width] = input.shape as [number, number, number];
  const [weight, bias] = site.parameters as [number, number];
  const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
  const elements = channels * height * width;
  const imageBytes = rowBytes(elements, site);
  const output = allocateOutput(site);
  const outputs = elementsOf(output.shape) / outChannels;
  /** With pooling: address of the corners, the byte offset of the winning window for each output. */
  const winners = pool ? arena.allocate(site.packs * outputs * outChannels * vectorBytes) : 0;
  const parts = { kernels, arena: working, vectorBytes, weight, bias, pool: pool && { layer: pool, corners: winners } };
  const whole = { ...parts, shape: input.shape, x: input.value, y: output.value };
  const half =
    site.single && isDivisible(output) ? placeStrips(layer, whole, output, pool) : placeForward(layer, whole);
  const { prepare } = half;
  const forward = ({ packs }: Pass) => half.forward(packs);
  const runVectors = Math.ceil((kernelWidth * channels) / lanes);
  const work = [half.work, backwardWork(runVectors, input)] as const;
  if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

  const inRows = working.allocate(site.packs * lanes * imageBytes);
  const dxRows = input.gradient ? working.allocate(site.packs * lanes * imageBytes) : 0;
  const list = working.allocate((site.packs * lanes * outputs + 4) * 8);
  const vectors = kernelHeight * runVectors;
  const runs = working.allocate(vectors * vectorBytes);
  const packed = dxRows ? working.allocate(outChannels * vectors * vectorBytes) : 0;
  // Without pooling, a table holds the byte offset of each output's window.
  const corners = winners || working.table(cornersOf(layer, input.shape));
  const planes = absentPlanes(layer).map((element) => element * 4);
  const absent = planes.length > 0 ? working.table(planes) : 0;
  const squares = packed && site.curvature ? working.allocate(outChannels * vectors * vectorBytes) : 0;
  const inputToRows = (packs: number) =>
    kernels.packsToRows({ src: input.value, packs, elements, rows: inRows, rowStride: imageBytes });
  const transport = (packs: number, gradients: number, weights: number) => {
    const to = gradients + weightGradient;
    kernels.conv2dBackward({
      outChannels,
      packs,
      outputs,
      imageStride: imageBytes,
      line: width * channels * 4,
      dy: output.gradient,
      y: pool ? output.value : 0,
      corners,
      list,
      x: inRows,
      dx: dxRows,
      runs,
      packed: weights,
      channels,
      kernelHeight,
      kernelWidth,
      weightGradient: to,
      biasGradient: gradients + biasGradient,
    });
    if (absent) {
      kernels.clearBlocks({ base: to, table: absent, count: planes.length, bytes: kernelHeight * kernelWidth * 4 });
    }
    if (dxRows) {
      kernels.rowsToPacks({ rows: dxRows, rowStride: imageBytes, dst: input.gradient, packs, elements });
    }
  };
  return {
    work,
    output,
    forward,
    prepare(learning) {
      prepare(learning);
      if (!packed) return;
      kernels.packWeights({
        weights: weight,
        runs: packed,
        outChannels,
        channels,
        kernelHeight,
        kernelWidth,
      });
    },
    backward({ packs }: Pass, gradients: number) {
      inputToRows(packs);
      transport(packs, gradients, packed);
    },
    curvature({ packs }: Pass, gradients: number) {
      inputToRows(packs);
      kernels.squareVectors({ x: inRows, y: inRows, vectors: (packs * lanes * imageBytes) / vectorBytes });
      if (packed) kernels.squareVectors({ x: packed, y: squares, vectors: outChannels * vectors });
      transport(packs, gradients, squares);
    },
  };
}

function backwardWork(vectors: number, input: Activation): string {
  const lines = `lines of ${vectors} ${vectors === 1 ? 'vector' : 'vectors'}`;
  return `non-zero gradients only, ${lines}${input.gradient ? ', twice' : ''}`;
}

function isDivisible({ shape }: Activation): boolean {
  return shape[1]! % 4 === 0;
}

/**
 * The forward half for one image, which is cut into four strips of output lines, one for each lane. Every sum has the
 * same bits as in a whole pack.
 */
function placeStrips(layer: Conv2d, whole: ConvolutionSite, output: Activation, pool?: MaxPool2d): ConvolutionForward {
  const { kernels, arena } = whole;
  const [channels, , width] = whole.shape as [number, number, number];
  const lines = output.shape[1]! / 4;
  const sums = pool ? (lines - 1) * pool.stride[0] + pool.kernelSize[0] : lines;
  const shape = [channels, (sums - 1) * layer.stride[0] + layer.kernelSize[0], width];
  const apart = lines * (pool ? pool.stride[0] : 1) * layer.stride[0] * width * channels * 16;
  const elements = elementsOf(output.shape) / 4;
  const [x, y] = [arena.allocate(elementsOf(shape) * 16), arena.allocate(elements * 16)];
  const { work, prepare, forward } = placeForward(layer, { ...whole, shape, x, y });
  return {
    work: `four strips of the image, ${work}`,
    prepare,
    forward() {
      kernels.cutStrips({ src: whole.x, step: apart, dst: x, vectors: elementsOf(shape) });
      forward(1);
      kernels.joinStrips({ src: y, dst: output.value, vectors: elements });
    },
  };
}

/** Byte offset in rows layout of each output's window. */
function cornersOf(layer: Conv2d, shape: Shape): number[] {
  const [channels, , width] = shape as [number, number, number];
  const [outHeight, outWidth] = slide(shape, layer.kernelSize, layer.stride, [0, 0], 'conv2d');
  return range(outHeight * outWidth).map((o) => {
    const [oy, ox] = [Math.floor(o / outWidth), o % outWidth];
    return (oy * layer.stride[0] * width + ox * layer.stride[1]) * channels * 4;
  });
}
