/** Windows that slide over an image: sizes given as one number or as [vertical, horizontal]. */
import { UsageError } from '../base/errors.ts';
import type { Shape } from './layer.ts';

/** One number for both directions, or [vertical, horizontal]. */
export type Size = number | readonly [number, number];

/** @throws UsageError unless both are integers of at least `least`. */
export function pair(size: Size, what: string, least: number): readonly [number, number] {
  const both = typeof size === 'number' ? ([size, size] as const) : ([size[0], size[1]] as const);
  for (const value of both) {
    if (!Number.isInteger(value) || value < least) {
      throw new UsageError(`${what}: expected integers of at least ${least}, got ${both.join('x')}`);
    }
  }
  return both;
}

/**
 * Height and width after sliding `kernel` by `stride` over `input` [channels, height, width] padded by `padding`
 * on every side: floor((size + 2·padding - kernel) / stride) + 1, as in PyTorch.
 * @throws UsageError if the window does not fit.
 */
export function slide(
  input: Shape,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
  what: string,
): readonly [number, number] {
  const [channels, height, width] = input;
  if (input.length !== 3 || channels === undefined || height === undefined || width === undefined) {
    throw new UsageError(`${what} expects images [channels, height, width], got [${input.join(', ')}]`);
  }
  const out = [height, width].map((size, i) => Math.floor((size + 2 * padding[i]! - kernel[i]!) / stride[i]!) + 1);
  if (out[0]! < 1 || out[1]! < 1) {
    throw new UsageError(`${what}: a ${kernel.join('x')} window does not fit into ${height}x${width}`);
  }
  return [out[0]!, out[1]!];
}

/** The window of a pooling layer and its stride, each [vertical, horizontal] in pixels. */
export interface Pooling {
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
}

/** @param options.stride defaults to the kernel size, as in PyTorch. @throws UsageError. */
export function pooling(kernelSize: Size, options: { readonly stride?: Size }, what: string): Pooling {
  return {
    kernelSize: pair(kernelSize, `${what} kernel size`, 1),
    stride: pair(options.stride ?? kernelSize, `${what} stride`, 1),
  };
}

/** A window and its stride as named arguments of the kernels. */
export function windowOf(kernelSize: readonly [number, number], stride: readonly [number, number]) {
  const [kernelHeight, kernelWidth] = kernelSize;
  const [strideY, strideX] = stride;
  return { kernelHeight, kernelWidth, strideY, strideX };
}

/** `2` for [2, 2], `(2, 3)` for [2, 3]. */
export function printSize([vertical, horizontal]: readonly [number, number]): string {
  return vertical === horizontal ? `${vertical}` : `(${vertical}, ${horizontal})`;
}
