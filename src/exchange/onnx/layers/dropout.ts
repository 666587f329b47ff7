/** Dropout: no node, since it does nothing once a network is trained. An import leaves Dropout out. */
import type { Dropout } from '../../../nn/dropout.ts';
import type { Translation } from '../translation.ts';

export const dropoutTranslation: Translation<Dropout> = {
  write: (_, x) => x,
  read: () => undefined,
};
