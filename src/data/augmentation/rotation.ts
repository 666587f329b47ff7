/** Rotation about the centre of the image. */
import { cosine, sine } from '../../base/elementary.ts';
import { type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import { type AugmentationKind, symmetric } from './augmentation.ts';
import { transformed } from './view.ts';

const hyperparameters = {
  rotation: number(0, { least: 0, most: 180 }, 'Augmentation: turns each image by up to so many degrees'),
} as const satisfies HyperparameterTable;

export const rotationKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ rotation }) => rotation > 0,
  change(view, { rotation }, { random }) {
    const angle = (symmetric(random) * rotation * Math.PI) / 180;
    const [cos, sin] = [cosine(angle), sine(angle)];
    return transformed(view, [cos, -sin, sin, cos]);
  },
  describe: ({ rotation }) => `rotation ±${rotation}°`,
};
