/** A named block of numbers outside the engine: what files hold and what a program passes in and out. */

/** A dense row-major float32 tensor; `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, in order: a PyTorch state dict. */
export type StateDict = ReadonlyMap<string, Tensor>;

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
