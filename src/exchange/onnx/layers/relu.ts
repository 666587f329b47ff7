/** relu: Relu. */
import { type Relu, relu } from '../../../nn/relu.ts';
import type { Translation } from '../translation.ts';

export const reluTranslation: Translation<Relu> = {
  write: (_, x, { node }) => node('Relu', [x]),
  read: (chain) => chain.take('Relu') && { layer: relu(), parameters: [] },
};
