/** Scale: images are made larger or smaller, by the same factor along both axes. */
import { fraction, type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import { type AugmentationKind, symmetric } from './augmentation.ts';
import { transformed } from './view.ts';

const hyperparameters = {
  scale: number(0, fraction, 'Augmentation: enlarges each image by a factor within 1 ± this'),
} as const satisfies HyperparameterTable;

export const scaleKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ scale }) => scale > 0,
  change(view, { scale }, { random }) {
    const shrink = 1 / (1 + symmetric(random) * scale);
    return transformed(view, [shrink, 0, 0, shrink]);
  },
  describe: ({ scale }) => `scale 1 ± ${scale}`,
};
