/** The output of an earlier layer once more: no node, the next node reads that layer's value. Where an import goes back to an earlier value, it makes the layer. */
import type { OutputOf } from '../../../nn/output-of.ts';
import type { Translation } from '../translation.ts';

export const outputOfTranslation: Translation<OutputOf> = {
  write: ({ layer }, _, { valueAfter }) => valueAfter(layer),
  read: () => undefined,
};
