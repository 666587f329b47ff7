/**
 * The forward half of a convolution without padding, in one of two ways: window by window, or by Winograd's filtering.
 */
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import { range, type Shape } from './layer.ts';
import type { MaxPool2d } from './max-pool2d.ts';
import { slide } from './window.ts';

/** How a convolution computes its sums. `winograd` is F(4, 5) along x: eight products for twenty of `direct`. */
export type ConvolutionMethod = 'direct' | 'winograd';

/** The numbers of a convolution that the forward half needs. */
export interface ConvolutionWindows {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
}

/**
 * Winograd's filtering needs rows of at least four outputs, the length of a tile. The transforms are worth their time
 * if each product is a sum over at least five lines and channels of the window (docs/engine.md).
 */
export function convolutionMethod(layer: ConvolutionWindows, outWidth: number): ConvolutionMethod {
  const { kernelSize, stride, inChannels } = layer;
  const fits = kernelSize[1] === 5 && stride[1] === 1 && outWidth >= 4;
  return fits && inChannels * kernelSize[0] >= 5 ? 'winograd' : 'direct';
}

/** The surroundings in which a convolution's forward half runs. */
export interface ConvolutionSite {
  readonly kernels: Kernels;
  /** Working memory. */
  readonly arena: Arena;
  /** Bytes of a vector, which has a float for each image of a pack. */
  readonly vectorBytes: number;
  /** Shape of the (padded) input of one image: [channels, height, width]. */
  readonly shape: Shape;
  /** Addresses of the input's packs, the two parameters, and the output's packs. */
  readonly x: number;
  readonly weight: number;
  readonly bias: number;
  readonly y: number;
  /**
   * The pooling, if relu and max-pooling are fused with the convolution. `corners`: where maxPool2dRelu writes the
   * corners.
   */
  readonly pool: { readonly layer: MaxPool2d; readonly corners: number } | undefined;
}

/** A convolution's forward half at its site. */
export interface ConvolutionForward {
  /** The kernels that are used, in words. */
  readonly work: string;
  /** Must be called after every change of the weights. `learning`: whether gradients will be computed. */
  prepare(learning: boolean): void;
  forward(packs: number): void;
}

export function placeForward(layer: ConvolutionWindows, site: ConvolutionSite): ConvolutionForward {
  const [, outWidth] = slide(site.shape, layer.kernelSize, layer.stride, [0, 0], 'conv2d');
  const direct = placeDirect(layer, site);
  if (convolutionMethod(layer, outWidth) === 'direct') return direct;
  return unlessZeroBias(placeWinograd(layer, site), direct, layer.outChannels, site);
}

/**
 * Chooses `exact` (window by window) while gradients are wanted and a bias is zero, else `fast` (Winograd).
 * For a window of zeros the direct sum is exactly zero, but Winograd's sum may be a rounding error above zero. With a
 * bias of zero, relu would then pass a gradient that PyTorch does not pass. All biases are zero in the first step of
 * training.
 */
function unlessZeroBias(
  fast: ConvolutionForward,
  exact: ConvolutionForward,
  outChannels: number,
  { arena, bias }: ConvolutionSite,
): ConvolutionForward {
  // In memory, since other networks may be prepared with this one.
  const isExact = arena.allocate(1);
  return {
    work: fast.work,
    prepare(learning) {
      const needsExact = learning && arena.f32(bias, outChannels).includes(0);
      arena.u8(isExact, 1)[0] = Number(needsExact);
      (needsExact ? exact : fast).prepare(learning);
    },
    forward: (packs) => (arena.u8(isExact, 1)[0] ? exact : fast).forward(packs),
  };
}

/** The layer's outputs [out, height, width] before any pooling. */
function outputsOf({ outChannels, kernelSize, stride }: ConvolutionWindows, shape: Shape) {
  return [outChannels, ...slide(shape, kernelSize, stride, [0, 0], 'conv2d')] as const;
}

/** Bytes in rows layout from the window of one output to the windows of the outputs below (Y) and to the right (X). */
function cornersApart({ stride }: ConvolutionWindows, shape: Shape) {
  const [channels, , width] = shape as [number, number, number];
  return { cornerY: stride[0] * width * channels * 4, cornerX: stride[1] * channels * 4 };
}

function placeDirect(layer: ConvolutionWindows, site: ConvolutionSite): ConvolutionForward {
  const { kernels, arena, vectorBytes, shape, x, y, pool } = site;
  const { outChannels, kernelSize, stride } = layer;
  const [channels, , width] = shape as [number, number, number];
  const [, outHeight, outWidth] = outputsOf(layer, shape);
  const outputs = outHeight * outWidth;
  const area = kernelSize[0] * kernelSize[1];
  const taps = channels * area;
  /** Elements from a window's corner to each tap, in the order of the weights. */
  const tapElements = range(taps).map((k) => {
    const [c, ky, kx] = [Math.floor(k / area), Math.floor((k % area) / kernelSize[1]), k % kernelSize[1]];
    return (ky * width + kx) * channels + c;
  });
  const tapOffsets = arena.table(tapElements.map((element) => element * vectorBytes));
  const outputOffsets = arena.table(
    range(outputs).map((o) => {
      const [oy, ox] = [Math.floor(o / outWidth), o % outWidth];
      return (oy * stride[0] * width + ox * stride[1]) * channels * vectorBytes;
    }),
  );
  /** The weights as factors [tap][out]: at most a vector each. */
  const factors = arena.allocate(taps * outChannels * vectorBytes);
  const row = outChannels * vectorBytes;
  const sums = (from: number, to: number) =>
    kernels.matmulTaps({
      rows: outChannels,
      columns: outputs,
      depth: taps,
      a: factors,
      b: from,
      taps: tapOffsets,
      bOffsets: outputOffsets,
      c: to,
      cRow: vectorBytes,
      cColumn: row,
      bias: site.bias,
    });
  const packBytes = elementsOf(shape) * vectorBytes;
  const prepare = () => kernels.factorMatrix({ src: site.weight, rows: outChannels, columns: taps, dst: factors });
  if (!pool) {
    return {
      work: 'window by window',
      prepare,
      forward(packs) {
        for (let q = 0; q < packs; q++) sums(x + q * packBytes, y + q * outputs * row);
      },
    };
  }
  return { work: 'window by window, then relu and pooling', prepare, forward: pooledForward(layer, site, pool, sums) };
}

/**
 * Relu and pooling as a separate pass over the sums of one pack at a time. `sums` convolves the pack at `from` into a
 * block that stays in the cache; only the pooled values are kept.
 */
function pooledForward(
  layer: ConvolutionWindows,
  { kernels, arena, vectorBytes, shape, x, y }: ConvolutionSite,
  { layer: { kernelSize, stride }, corners }: NonNullable<ConvolutionSite['pool']>,
  sums: (from: number, to: number) => void,
): ConvolutionForward['forward'] {
  const outputs = outputsOf(layer, shape);
  const [channels, , outWidth] = outputs;
  const block = arena.allocate(elementsOf(outputs) * vectorBytes);
  const [height, width] = slide(outputs, kernelSize, stride, [0, 0], 'maxPool2d');
  const [kernelHeight, kernelWidth] = kernelSize;
  const [strideY, strideX] = stride;
  const { cornerY, cornerX } = cornersApart(layer, shape);
  const packBytes = elementsOf(shape) * vectorBytes;
  return (packs) => {
    for (let q = 0; q < packs; q++) {
      sums(x + q * packBytes, block);
      const to = q * height * width * channels * vectorBytes;
      kernels.maxPool2dRelu({
        x: block,
        y: y + to,
        corners: corners + to,
        width: outWidth,
        channels,
        outHeight: height,
        outWidth: width,
        kernelHeight,
        kernelWidth,
        strideY,
        strideX,
        cornerY,
        cornerX,
      });
    }
  };
}

/**
 * Bytes of products that are computed at a time: they fit in a usual second-level cache, and few calls are needed
 * (docs/engine.md).
 */
const stripBytes = 65536;

function placeWinograd(layer: ConvolutionWindows, site: ConvolutionSite): ConvolutionForward {
  const { kernels, arena, vectorBytes, shape, x, bias, y, pool } = site;
  const { outChannels, kernelSize, stride } = layer;
  const [channels, height, width] = shape as [number, number, number];
  const [, outHeight, outWidth] = outputsOf(layer, shape);
  const points = 8;
  const tiles = Math.ceil(outWidth / 4);
  const depth = kernelSize[0] * channels;
  const inPoint = tiles * height * channels * vectorBytes;
  const lineBytes = points * tiles * outChannels * vectorBytes;
  const lines = Math.min(outHeight, Math.max(1, Math.floor(stripBytes / lineBytes)));
  const inputs = arena.allocate(points * inPoint);
  const weights = arena.allocate(points * depth * outChannels * vectorBytes);
  // Pooling with adjacent 2x2 windows that fit into the tiles is done in registers. Other poolings read the sums of a
  // whole pack.
  const poolsInRegisters = pool !== undefined && isTwoByTwo(pool.layer) && outHeight % 2 === 0 && outWidth % 2 === 0;
  const strip = poolsInRegisters ? Math.max(2, lines - (lines % 2)) : lines;
  const products = arena.allocate(strip * lineBytes);
  const down = stride[0] * channels * vectorBytes;
  const tileOffsets = arena.table(
    range(strip * tiles).map((j) => (j % tiles) * height * channels * vectorBytes + Math.floor(j / tiles) * down),
  );
  const { cornerY, cornerX } = cornersApart(layer, shape);
  const prepare = () =>
    kernels.winogradWeights({ weights: site.weight, outChannels, channels, lines: kernelSize[0], to: weights });
  /**
   * Convolves the packs at `from` into those at `to`. `corners`: where the corners are written, 0 without pooling.
   */
  const convolve = (packs: number, from: number, to: number, corners: number) =>
    kernels.winogradForward({
      packs,
      x: from,
      height,
      width,
      channels,
      inputs,
      inPoint,
      weights,
      depth,
      tileOffsets,
      down,
      outHeight,
      outWidth,
      outChannels,
      strip,
      products,
      bias,
      y: to,
      corners,
      cornerY,
      cornerX,
    });
  if (!pool || poolsInRegisters) {
    const corners = pool?.corners ?? 0;
    const work = poolsInRegisters ? 'Winograd F(4, 5), relu and pooling in registers' : 'Winograd F(4, 5)';
    return { work, prepare, forward: (packs) => convolve(packs, x, y, corners) };
  }
  const sums = (from: number, to: number) => convolve(1, from, to, 0);
  return { work: 'Winograd F(4, 5), then relu and pooling', prepare, forward: pooledForward(layer, site, pool, sums) };
}

function isTwoByTwo({ kernelSize, stride }: MaxPool2d): boolean {
  return [...kernelSize, ...stride].every((size) => size === 2);
}
