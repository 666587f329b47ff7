/**
 * Elastic deformation: each pixel is moved by a smooth random field. Source: Simard, Steinkraus, Platt, "Best practices
 * for convolutional neural networks applied to visual document analysis", ICDAR 2003, section 2.
 */
import { type HyperparameterTable, notNegative, number } from '../../base/hyperparameter.ts';
import type { AugmentationKind, RandomNumbers } from './augmentation.ts';
import type { NoiseWindow } from './view.ts';

const hyperparameters = {
  elastic: number(
    0,
    notNegative,
    'Augmentation: moves pixels along a smooth random field of this deviation, in pixels',
  ),
  elasticSigma: number(
    4,
    { least: 0.5, most: 32 },
    'Smoothness of the field of elastic: the deviation of the Gaussian that filters it, in pixels',
  ),
} as const satisfies HyperparameterTable;

export const elasticKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ elastic }) => elastic > 0,
  change(view, { elastic }, { random, height, noiseRows }) {
    const draw = () => drawWindow(random, noiseRows - height + 1, elastic);
    return { ...view, field: { x: draw(), y: draw() } };
  },
  pixels: ['elastic'],
  describe: ({ elastic, elasticSigma }) => `elastic ${elastic} px (sigma ${elasticSigma})`,
};

/** A window of the noise with one of two signs. The noise is as likely as its negative, so this doubles it. */
function drawWindow(random: RandomNumbers, starts: number, deviation: number): NoiseWindow {
  return { row: random.below(starts), factor: random.below(2) === 1 ? deviation : -deviation };
}
