/** Shear: rows are moved along x in proportion to their height, as in slanted writing. */
import { type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import { type AugmentationKind, symmetric } from './augmentation.ts';
import { transformed } from './view.ts';

const hyperparameters = {
  shear: number(0, { least: 0, most: 10 }, 'Augmentation: slants each image by up to so many columns a row'),
} as const satisfies HyperparameterTable;

export const shearKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ shear }) => shear > 0,
  change: (view, { shear }, { random }) => transformed(view, [1, symmetric(random) * shear, 0, 1]),
  describe: ({ shear }) => `shear ±${shear}`,
};
