/** relu(x) = max(x, 0), with derivative 0 at 0. */
import { elementsOf } from '../base/tensor.ts';
import type { LayerKind } from './layer.ts';

/** The plain data of a relu layer. */
export interface Relu {
  readonly type: 'relu';
}

/** max(x, 0) of every number, with derivative 0 at 0. */
export function relu(): Relu {
  return { type: 'relu' };
}

export const reluKind: LayerKind<Relu> = {
  remake: relu,
  print: () => 'ReLU()',
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place(_, { kernels, input }) {
    // The output overwrites the input: the gradient of relu needs only the sign of its output, and no layer before relu
    // needs its output for its gradient.
    const vectors = elementsOf(input.shape);
    const backward = (packs: number) => {
      if (input.gradient)
        kernels.reluBackward({ y: input.value, dy: input.gradient, dx: input.gradient, vectors: packs * vectors });
    };
    return {
      work: ['relu in place', 'mask by the sign'],
      output: input,
      forward: (packs) => kernels.reluForward({ x: input.value, y: input.value, vectors: packs * vectors }),
      backward,
      curvature: backward,
    };
  },
};
