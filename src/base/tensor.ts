/** Tensors outside the engine: in files and in arguments and results of public functions. */

/** A dense row-major float32 tensor; `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, in order: a PyTorch state dict. */
export type StateDict = ReadonlyMap<string, Tensor>;

/** The number of elements of a tensor of this shape; 1 for a scalar (shape []). */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
