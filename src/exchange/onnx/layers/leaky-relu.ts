/** Leaky relu: LeakyRelu. */
import { type LeakyRelu, leakyRelu } from '../../../nn/leaky-relu.ts';
import { shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const leakyReluTranslation: Translation<LeakyRelu> = {
  write: ({ negativeSlope }, x, { node }) => node('LeakyRelu', [x], { alpha: { float: negativeSlope } }),
  read(chain) {
    const node = chain.take('LeakyRelu');
    return node && { layer: leakyRelu(shortest(node.float('alpha', 0.01))), parameters: [] };
  },
};
