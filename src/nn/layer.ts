/** What a layer is: plain data, with one kind beside it that knows its shapes, parameters and kernels. */
import { checkInteger } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';

/** One image's shape: [channels, height, width], or [features] once flat. */
export type Shape = readonly number[];

/** A trainable tensor of a layer. */
export interface LayerParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** For Glorot's initialization. A parameter without fans starts at `constant` (default 0). */
  readonly fans?: readonly [fanIn: number, fanOut: number];
  readonly constant?: number;
  /** For LeCun's initialization: the number of inputs of every unit, or of each unit along the first axis. */
  readonly fanIn: number | readonly number[];
  /**
   * Elements that stay zero and are not trained: runs of `size` elements. `runs`: the index of each run's first
   * element.
   */
  readonly absent?: { readonly size: number; readonly runs: readonly number[] };
}

/**
 * The activations of up to `packs` packs of images (four or eight side by side, one in each lane), [pack][y][x][channel][lanes]. `value` and `gradient` are addresses;
 * `gradient` is 0 if the gradient is not wanted.
 */
export interface Activation {
  readonly shape: Shape;
  readonly value: number;
  readonly gradient: number;
}

/** The surroundings in which one layer runs: kernels, memory, number of packs, input and parameters. */
export interface Site {
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** Images side by side in a pack: 4 or 8. */
  readonly lanes: number;
  /** Bytes of a vector, which has a float for each lane: 16 or 32. */
  readonly vectorBytes: number;
  /** The most packs in one call. */
  readonly packs: number;
  readonly training: boolean;
  /** Whether there is always only one image, in lane 0. Layers may then divide the image among the lanes. */
  readonly single: boolean;
  /** Whether `curvature` will be called. */
  readonly curvature: boolean;
  readonly input: Activation;
  readonly outputShape: Shape;
  /** Address of each parameter of the layer, in the order of `parameters`. */
  readonly parameters: readonly number[];
  /** Byte offset of each parameter's gradient in a block of gradients. */
  readonly gradientOffsets: readonly number[];
}

/** A layer at its site. All calls work on the first `packs` packs. */
export interface PlacedLayer {
  /** Which kernels do the forward and the backward half, in words. */
  readonly work: readonly [forward: string, backward: string];
  readonly output: Activation;
  forward(packs: number): void;
  /**
   * Must be called after every change of the parameters, before `forward`. `learning`: whether `backward` will follow.
   */
  prepare?(learning: boolean): void;
  /**
   * Reads output.gradient; writes input.gradient (if wanted) and the parameters' gradients in the block at `gradients`.
   */
  backward(packs: number, gradients: number): void;
  /**
   * `backward` with second derivatives instead of gradients. Reads h = d²E/dx² of every output element from
   * output.gradient; writes the second derivatives by the inputs to input.gradient, and those by the parameters to the
   * block at `gradients`. The layer's own second derivative is neglected (Gauss-Newton), so that no h is negative. For
   * a shared weight the values of its connections are summed. Source: LeCun, "Efficient BackProp", 1998, section 7.
   */
  curvature(packs: number, gradients: number): void;
  /**
   * RBF output only: writes d²E/dx² of the loss -z[label] into input.gradient, from the loss's gradient in
   * output.gradient.
   */
  lossCurvature?(packs: number): void;
}

/** The knowledge about one type of layer. */
export interface LayerKind<L> {
  /** The same layer, made by its constructor, which checks its numbers. @throws UsageError for numbers that cannot be right. */
  remake(layer: L): { readonly type: string };
  /** As PyTorch prints it, for instance `Conv2d(1, 6, kernel_size=5)`. */
  print(layer: L): string;
  /** @throws UsageError saying what the layer expects and what it got. */
  outputShape(layer: L, input: Shape): Shape;
  parameters(layer: L): readonly LayerParameter[];
  /** Multiply-accumulates for one image, forward. */
  multiplyAdds(layer: L, output: Shape): number;
  /** Connections as LeCun counts them: for every unit its inputs and its bias. */
  connections(layer: L, output: Shape): number;
  place(layer: L, site: Site): PlacedLayer;
}

/** A fresh activation for a layer's output. */
export function allocateOutput(site: Site): Activation {
  const bytes = site.packs * elementsOf(site.outputShape) * site.vectorBytes;
  return {
    shape: site.outputShape,
    value: site.arena.allocate(bytes),
    gradient: site.training ? site.arena.allocate(bytes) : 0,
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
