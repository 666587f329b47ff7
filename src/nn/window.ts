/** Windows that slide over an image: sizes given as one number or as [vertical, horizontal]. */
import { checkInteger, checkOptions, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { largestSize, type Shape } from './layer.ts';

/** One number for both directions, or [vertical, horizontal]. */
export type Size = number | readonly [number, number];

/** @throws UsageError unless both are integers from `least` to {@link largestSize}. */
export function pair(size: Size, what: string, least: number): readonly [number, number] {
  if (typeof size === 'number') {
    checkInteger(what, size, least, largestSize);
    return [size, size];
  }
  if (!Array.isArray(size) || size.length !== 2) throw wrong(what, 'an integer or [vertical, horizontal]', size);
  const [vertical, horizontal] = size;
  checkInteger(`${what}, vertical`, vertical, least, largestSize);
  checkInteger(`${what}, horizontal`, horizontal, least, largestSize);
  return [vertical, horizontal];
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

/** Options of {@link maxPool2d} and {@link avgPool2d}. */
export interface PoolingOptions {
  /** How far the window moves, in pixels: an integer of at least 1, or [vertical, horizontal]. Default: the kernel size, as in PyTorch. */
  readonly stride?: Size | undefined;
}

/** @throws UsageError for sizes that are no integers of at least 1, and for unknown options. */
export function pooling(kernelSize: Size, options: PoolingOptions, what: string): Pooling {
  checkOptions(`${what}()`, options, { stride: true });
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
