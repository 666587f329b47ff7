/** Silu: Sigmoid, and a Mul of its value with what it read; since opset 24 also Swish. */
import { type Silu, silu } from '../../../nn/silu.ts';
import type { Translation } from '../translation.ts';

export const siluTranslation: Translation<Silu> = {
  write: (_, x, { node }) => node('Mul', [x, node('Sigmoid', [x])]),
  read(chain) {
    const swish = chain.take('Swish');
    if (swish) {
      swish.require('alpha', swish.float('alpha', 1), 1);
      return { layer: silu(), parameters: [] };
    }
    const start = chain.taken;
    if (chain.take('Sigmoid') && chain.takeJoin('Mul', chain.value)) return { layer: silu(), parameters: [] };
    chain.back(start);
    return undefined;
  },
};
