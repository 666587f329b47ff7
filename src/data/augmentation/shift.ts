/** Shift along x and along y. */
import { type HyperparameterTable, notNegative, number } from '../../base/hyperparameter.ts';
import { type AugmentationKind, symmetric } from './augmentation.ts';

const hyperparameters = {
  shift: number(0, notNegative, 'Augmentation: moves each image by up to so many pixels, along x and along y'),
} as const satisfies HyperparameterTable;

export const shiftKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ shift }) => shift > 0,
  change(view, { shift }, { random }) {
    const [x, y] = view.offset;
    return { ...view, offset: [x - symmetric(random) * shift, y - symmetric(random) * shift] };
  },
  pixels: ['shift'],
  describe: ({ shift }) => `shift ±${shift} px`,
};
