/**
 * Random erasing: a box of the image is set to zero. Source: Zhong, Zheng, Kang, Li, Yang, "Random erasing data
 * augmentation", AAAI 2020, with the box's sides drawn in pixels.
 */
import { type HyperparameterTable, integer, number } from '../../base/hyperparameter.ts';
import type { AugmentationKind, RandomNumbers } from './augmentation.ts';

const hyperparameters = {
  erase: number(0, { least: 0, most: 1 }, 'Augmentation: the share of images in which a box is blackened'),
  eraseLeast: integer(4, 1, 65_535, 'The shortest side of the box of erase, in pixels'),
  eraseMost: integer(10, 1, 65_535, 'The longest side of the box of erase, in pixels'),
} as const satisfies HyperparameterTable;

export const eraseKind: AugmentationKind<typeof hyperparameters> = {
  hyperparameters,
  isOn: ({ erase }) => erase > 0,
  change(view, { erase, eraseLeast, eraseMost }, { random, height, width }) {
    if (random.uniform() >= erase) return view;
    const [left, right] = drawSide(random, width, eraseLeast, eraseMost);
    const [top, bottom] = drawSide(random, height, eraseLeast, eraseMost);
    return { ...view, erased: { left, top, right, bottom } };
  },
  pixels: ['eraseMost'],
  problem: ({ eraseLeast, eraseMost }) =>
    eraseLeast > eraseMost ? `eraseLeast ${eraseLeast} is more than eraseMost ${eraseMost}` : undefined,
  describe: ({ erase, eraseLeast, eraseMost }) => `erasing ${erase} (${eraseLeast} to ${eraseMost} px)`,
};

/** Start and end of a stretch of `least` to `most` pixels that lies in `size` pixels. */
function drawSide(random: RandomNumbers, size: number, least: number, most: number): [start: number, end: number] {
  const length = least + random.below(most - least + 1);
  const start = random.below(size - length + 1);
  return [start, start + length];
}
