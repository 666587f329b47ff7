/** The output of an earlier layer once more, from which another branch of the network goes on. */
import { checkText } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import type { LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of an outputOf layer. */
export interface OutputOf {
  readonly type: 'outputOf';
  readonly layer: string;
}

/**
 * The output of an earlier layer instead of that of the layer before: the next layer goes on from there.
 * @param layer name of the earlier layer. @throws UsageError unless it is a name.
 */
export function outputOf(layer: string): OutputOf {
  checkText('outputOf: name of a layer', layer);
  return { type: 'outputOf', layer };
}

export const outputOfKind: LayerKind<OutputOf> = {
  remake: ({ layer }) => outputOf(layer),
  print: ({ layer }) => `OutputOf(${layer})`,
  reads: ({ layer }) => ({ name: layer, alone: true }),
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place(_, site) {
    const { kernels, arena, reference } = site;
    const { activation, gradient, adds } = reference!;
    const elements = elementsOf(activation.shape);
    // The first that writes the gradient needs no block of its own.
    const own = gradient && adds ? arena.allocate(site.packs * elements * site.vectorBytes) : gradient;
    const backward = ({ packs }: Pass) => {
      if (own !== gradient) kernels.addVectors({ dst: gradient, src: own, vectors: packs * elements });
    };
    return {
      work: ['none', adds ? 'sum' : 'none'],
      output: { ...activation, gradient: own },
      forward() {},
      backward,
      curvature: backward,
    };
  },
};
