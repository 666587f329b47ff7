/** A relu that lets a part of negative numbers through. */
import { wrong } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a leaky relu. */
export interface LeakyRelu {
  readonly type: 'leakyRelu';
  readonly negativeSlope: number;
}

/**
 * x where x > 0, else negativeSlope · x, as torch.nn.LeakyReLU.
 * @param negativeSlope a finite number of at least 0. Default 0.01. @throws UsageError for any other.
 */
export function leakyRelu(negativeSlope = 0.01): LeakyRelu {
  if (!(typeof negativeSlope === 'number' && negativeSlope >= 0 && negativeSlope < Infinity))
    throw wrong('leakyRelu: negative slope', 'a number of at least 0', negativeSlope);
  return { type: 'leakyRelu', negativeSlope };
}

export const leakyReluKind: LayerKind<LeakyRelu> = {
  remake: ({ negativeSlope }) => leakyRelu(negativeSlope),
  print: ({ negativeSlope }) => `LeakyReLU(negative_slope=${negativeSlope})`,
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place({ negativeSlope: slope }, site) {
    const { kernels, input } = site;
    const output = allocateOutput(site);
    const vectors = elementsOf(input.shape);
    const back = (power: number) => (pass: Pass) => {
      const [dy, dx] = [output.gradient, input.gradient];
      if (dx) kernels.leakyReluBackward({ x: input.value, dy, dx, vectors: pass.packs * vectors, slope, power });
    };
    return {
      work: ['leaky relu', 'slope from the input'],
      output,
      forward: ({ packs }) =>
        kernels.leakyReluForward({ x: input.value, y: output.value, vectors: packs * vectors, slope }),
      backward: back(1),
      curvature: back(2),
    };
  },
};
