/** Flips: each image is mirrored with probability 1/2. */
import { choice, type HyperparameterTable } from '../../base/hyperparameter.ts';
import type { AugmentationKind } from './augmentation.ts';
import { transformed } from './view.ts';

const hyperparameters = {
  flip: choice<'none' | 'horizontal' | 'vertical' | 'both'>(
    'none',
    ['none', 'horizontal', 'vertical', 'both'],
    'Augmentation: mirrors every second image; horizontal: left and right, vertical: top and bottom, both: each by itself',
  ),
} as const satisfies HyperparameterTable;

export const flipKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ flip }) => flip !== 'none',
  change(view, { flip }, { random }) {
    const isMirrored = (direction: typeof flip) => (flip === direction || flip === 'both') && random.below(2) === 1;
    const x = isMirrored('horizontal') ? -1 : 1;
    const y = isMirrored('vertical') ? -1 : 1;
    return transformed(view, [x, 0, 0, y]);
  },
  describe: ({ flip }) => `flips ${flip}`,
};
