/** relu(x) = max(x, 0), with derivative 0 at 0. */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

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
  place(_, site) {
    const { kernels, input } = site;
    // The output overwrites the input where no other layer reads that: the gradient of relu needs only the sign of its
    // output, and layers before relu need their output at most where it is positive.
    const output = input.isShared ? allocateOutput(site) : input;
    const vectors = elementsOf(input.shape);
    const backward = ({ packs }: Pass) => {
      const [dy, dx] = [output.gradient, input.gradient];
      if (dx) kernels.reluBackward({ y: output.value, dy, dx, vectors: packs * vectors });
    };
    return {
      work: [input.isShared ? 'relu' : 'relu in place', 'mask by the sign'],
      output,
      forward: ({ packs }) => kernels.reluForward({ x: input.value, y: output.value, vectors: packs * vectors }),
      backward,
      curvature: backward,
    };
  },
};
