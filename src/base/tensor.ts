/** A named block of numbers outside the engine: what files hold and what a program passes in and out. */

/** A dense row-major float32 tensor; `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, in order: a PyTorch state dict. */
export type StateDict = ReadonlyMap<string, Tensor>;

/** How many numbers a tensor of this shape holds; 1 for a scalar (shape []). */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
