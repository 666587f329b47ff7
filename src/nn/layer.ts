/** What a layer is: plain data, with one kind beside it that knows its shapes, parameters and kernels. */
import { checkInteger } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Pass } from './pass.ts';

/** One image's shape: [channels, height, width], or [features] once flat. */
export type Shape = readonly number[];

/** A trainable tensor of a layer. */
export interface LayerParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** For Glorot's initialization. A parameter without fans starts at `constant` (default 0). */
  readonly fans?: readonly [fanIn: number, fanOut: number];
  readonly constant?: number;
  /** Whether it starts at `constant` by every rule. Default false. */
  readonly isConstant?: boolean;
  /** For LeCun's initialization: the number of inputs of every unit, or of each unit along the first axis. */
  readonly fanIn: number | readonly number[];
  /**
   * Elements that stay zero and are not trained: runs of `size` elements. `runs`: the index of each run's first
   * element.
   */
  readonly absent?: { readonly size: number; readonly runs: readonly number[] };
}

/**
 * A tensor of a layer that is not trained: batch normalization's running statistics. It is saved with the parameters,
 * and no optimizer sees it. PyTorch calls it a buffer.
 */
export interface LayerBuffer {
  readonly name: string;
  readonly shape: readonly number[];
  /** The initial value of every element. */
  readonly constant: number;
}

/**
 * The activations of up to `packs` packs of images (four or eight side by side, one in each lane), [pack][y][x][channel][lanes]. `value` and `gradient` are addresses;
 * `gradient` is 0 if the gradient is not wanted.
 */
export interface Activation {
  readonly shape: Shape;
  readonly value: number;
  readonly gradient: number;
  /** Whether others read it, too (several layers, or teachers the images): none of them may overwrite it. */
  readonly isShared: boolean;
}

/** The output of an earlier layer that a layer reads besides the layer before it, or instead. */
export interface Reference {
  readonly activation: Activation;
  /**
   * Where the layer's backward half puts the gradient of that output: 0 if it is not wanted. Several layers may read the same output: only the first
   * that runs backward writes, the others add.
   */
  readonly gradient: number;
  readonly adds: boolean;
}

/** The surroundings in which one layer runs: kernels, memory, number of packs, input and parameters. */
export interface Site {
  /** The layer's name in its model. */
  readonly name: string;
  readonly kernels: Kernels;
  /** For what `forward` leaves for `backward`: outputs, gradients, winners of a pooling. */
  readonly arena: Arena;
  /**
   * For what `prepare` makes, tables, and working space that is free again when a call returns. Networks that go through
   * their chunks in turn may share it; then only one of them is prepared.
   */
  readonly working: Arena;
  /** Images side by side in a pack: 4 or 8. */
  readonly lanes: number;
  /** Bytes of a vector, which has a float for each lane: 16 or 32. */
  readonly vectorBytes: number;
  /** The most packs in one call. */
  readonly packs: number;
  readonly training: boolean;
  /** Whether the layer is not trained: then it works as in use, and the gradients of its parameters are not read. */
  readonly isFrozen: boolean;
  /** Whether there is always only one image, in lane 0. Layers may then divide the image among the lanes. */
  readonly single: boolean;
  /** Whether `curvature` will be called. */
  readonly curvature: boolean;
  readonly input: Activation;
  /** What the layer reads by name; only for layers that do. */
  readonly reference?: Reference | undefined;
  readonly outputShape: Shape;
  /** Address of each parameter of the layer, in the order of `parameters`. */
  readonly parameters: readonly number[];
  /** Byte offset of each parameter's gradient in a block of gradients. */
  readonly gradientOffsets: readonly number[];
  /** Address of each buffer of the layer, in the order of `buffers`. */
  readonly buffers: readonly number[];
  /** Addresses of the numbers combined from a whole batch, if the layer is {@link WholeBatch}; 0 if nothing is trained. */
  readonly statistics: { readonly forward: number; readonly backward: number };
}

/**
 * The half of a layer that needs the whole batch, not only a chunk of it. In each direction every chunk contributes
 * numbers; when all have, they are combined in the order of the chunks. So the result depends on the batch only. The
 * layer's `forward` and `backward` come after that, and read the combined numbers at site.statistics.
 */
export interface WholeBatch {
  /** Before `forward`: writes what this chunk contributes to `to`. */
  contribute(pass: Pass, to: number): void;
  /** Combines the contributions of all chunks. One thread calls it. */
  combine(batch: Contributions): void;
  /** Before `backward`: writes what this chunk contributes to `to`. */
  contributeBack(pass: Pass, to: number): void;
  combineBack(batch: Contributions): void;
}

/** What the chunks of a batch have contributed. */
export interface Contributions {
  /** Images of each chunk, in order. */
  readonly images: readonly number[];
  /** Address of each chunk's contribution. */
  readonly addresses: readonly number[];
}

/** A layer at its site. All calls work on the packs of a pass. */
export interface PlacedLayer {
  /** Which kernels do the forward and the backward half, in words. */
  readonly work: readonly [forward: string, backward: string];
  readonly output: Activation;
  readonly wholeBatch?: WholeBatch;
  forward(pass: Pass): void;
  /**
   * Must be called after every change of the parameters, before `forward`. `learning`: whether `backward` will follow.
   * All that it makes is in site.working.
   */
  prepare?(learning: boolean): void;
  /**
   * Reads output.gradient; writes input.gradient (if wanted) and the parameters' gradients in the block at `gradients`.
   */
  backward(pass: Pass, gradients: number): void;
  /**
   * `backward` with second derivatives instead of gradients. Reads h = d²E/dx² of every output element from
   * output.gradient; writes the second derivatives by the inputs to input.gradient, and those by the parameters to the
   * block at `gradients`. The layer's own second derivative is neglected (Gauss-Newton), so that no h is negative. For
   * a shared weight the values of its connections are summed. Source: LeCun, "Efficient BackProp", 1998, section 7.
   */
  curvature(pass: Pass, gradients: number): void;
  /**
   * RBF output only: writes d²E/dx² of the loss -z[label] into input.gradient, from the loss's gradient in
   * output.gradient.
   */
  lossCurvature?(pass: Pass): void;
}

/** The knowledge about one type of layer. */
export interface LayerKind<L> {
  /** The same layer, made by its constructor, which checks its numbers. @throws UsageError for numbers that cannot be right. */
  remake(layer: L): { readonly type: string };
  /** As PyTorch prints it, for instance `Conv2d(1, 6, kernel_size=5)`. */
  print(layer: L): string;
  /**
   * @param input the output of the layer before; of the layer that is read by name, if only that is read.
   * @param other the output of the layer that is read by name, if both are read.
   * @throws UsageError saying what the layer expects and what it got.
   */
  outputShape(layer: L, input: Shape, other?: Shape): Shape;
  /** The earlier layer whose output is read by name. `alone`: the output of the layer before is not read. Default: none. */
  reads?(layer: L): { readonly name: string; readonly alone: boolean };
  parameters(layer: L): readonly LayerParameter[];
  /** Tensors that are saved and not trained. Default: none. */
  buffers?(layer: L): readonly LayerBuffer[];
  /** If the layer is {@link WholeBatch}: the most floats that a chunk contributes in one direction, or that are combined from all contributions. */
  statistics?(layer: L): number;
  /** Multiply-accumulates for one image, forward. */
  multiplyAdds(layer: L, output: Shape, input: Shape): number;
  /** Connections as LeCun counts them: for every unit its inputs and its bias. */
  connections(layer: L, output: Shape, input: Shape): number;
  place(layer: L, site: Site): PlacedLayer;
}

/** A fresh activation for a layer's output. */
export function allocateOutput(site: Site): Activation {
  const bytes = site.packs * elementsOf(site.outputShape) * site.vectorBytes;
  return {
    shape: site.outputShape,
    value: site.arena.allocate(bytes),
    gradient: site.training ? site.arena.allocate(bytes) : 0,
    isShared: false,
  };
}

/**
 * Bytes from one image to the next in rows layout: whole vectors, and one more, since kernels may write past an image's
 * end.
 */
export function rowBytes(elements: number, { lanes, vectorBytes }: Pick<Site, 'lanes' | 'vectorBytes'>): number {
  return (Math.ceil(elements / lanes) + 1) * vectorBytes;
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** The most channels, features, or pixels in one direction: beyond, a network does not fit in WebAssembly's memory of 4 GiB. */
export const largestSize = 2 ** 24;

/** @throws UsageError unless `size` is an integer from 1 to {@link largestSize}. */
export function checkPositive(what: string, size: number): void {
  checkInteger(what, size, 1, largestSize);
}
