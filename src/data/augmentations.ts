/**
 * All augmentations, in the order in which they change an image. To add one, write its file and add it to the list. An
 * image is resampled once, whatever the number of augmentations.
 */
import { checkOptions, isEqualData, type OptionNames, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { completeValues, type ValuesOf } from '../base/hyperparameter.ts';
import { type RowsOf, rowsOf } from '../base/kinds.ts';
import type { AugmentationKind, Draw } from './augmentation/augmentation.ts';
import { elasticKind } from './augmentation/elastic.ts';
import { eraseKind } from './augmentation/erase.ts';
import { flipKind } from './augmentation/flip.ts';
import { rotationKind } from './augmentation/rotation.ts';
import { scaleKind } from './augmentation/scale.ts';
import { shearKind } from './augmentation/shear.ts';
import { shiftKind } from './augmentation/shift.ts';
import { unchanged, type View } from './augmentation/view.ts';

/** The kinds by name. */
export const augmentationKinds = {
  flip: flipKind,
  scale: scaleKind,
  shear: shearKind,
  rotation: rotationKind,
  shift: shiftKind,
  elastic: elasticKind,
  erase: eraseKind,
} as const;

/** The hyperparameters of all augmentations. */
export const augmentationHyperparameters: RowsOf<typeof augmentationKinds> = rowsOf(augmentationKinds);

/** What happens to the images that a network trains on: plain data, as {@link augmentation} makes it. */
export type Augmentation = ValuesOf<typeof augmentationHyperparameters>;

/** Options of {@link augmentation}. What is left out does not happen. */
export type AugmentationOptions = { readonly [Name in keyof Augmentation]?: Augmentation[Name] | undefined };

/** A kind of which nothing but the interface is known. */
type AnyKind = Omit<AugmentationKind, 'isOn' | 'change' | 'problem' | 'describe'> & {
  isOn(values: Augmentation): boolean;
  change(view: View, values: Augmentation, draw: Draw): View;
  problem?(values: Augmentation): string | undefined;
  describe(values: Augmentation): string;
};
const kinds: readonly AnyKind[] = Object.values(augmentationKinds);

/**
 * New versions of the training images in every epoch. All numbers are drawn for each image and epoch, uniformly and
 * independently: `rotation` up to so many degrees either way, `shift` in pixels along x and y, `scale` by 1 ± this,
 * `shear` in columns a row, `elastic` fields of this deviation in pixels (smooth over `elasticSigma` pixels, default 4),
 * `flip` ('horizontal', 'vertical' or 'both'), and `erase`, the share of images with a black box of `eraseLeast` (4) to
 * `eraseMost` (10) pixels a side. Pixels are interpolated linearly, and are 0 outside the image.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function augmentation(options: AugmentationOptions = {}): Augmentation {
  checkOptions('augmentation()', options, optionNames);
  const values = completeValues(augmentationHyperparameters, options);
  for (const kind of kinds) {
    const problem = kind.problem?.(values);
    if (problem !== undefined) throw new UsageError(problem);
  }
  return values;
}

const optionNames = Object.fromEntries(
  Object.keys(augmentationHyperparameters).map((name) => [name, true]),
) as OptionNames<Augmentation>;

/** The augmentations that change images, in order. */
function active(values: Augmentation): readonly AnyKind[] {
  return kinds.filter((kind) => kind.isOn(values));
}

/** Whether images are changed at all. */
export function isAugmented(values: Augmentation): boolean {
  return active(values).length > 0;
}

/** The augmentations for people, a few words each. */
export function describeAugmentation(values: Augmentation): readonly string[] {
  return active(values).map((kind) => kind.describe(values));
}

/** The hyperparameters of augmentations that do not happen: they have no effect. */
export function uncountedAugmentations(values: Augmentation): readonly (keyof Augmentation)[] {
  const off = kinds.filter((kind) => !kind.isOn(values));
  return off.flatMap((kind) => Object.keys(kind.hyperparameters) as (keyof Augmentation)[]);
}

/** @throws UsageError unless {@link augmentation} made the values. */
export function checkAugmentation(values: Augmentation): void {
  if (!isEqualData(augmentation(values), values)) throw wrong('augmentation', 'what augmentation() makes', values);
}

/** @param shape of the images. @throws UsageError for lengths in pixels that exceed the images. */
export function checkReach(values: Augmentation, [, height, width]: readonly [number, number, number]): void {
  for (const { pixels = [] } of active(values)) {
    for (const name of pixels as (keyof Augmentation)[]) {
      if (Number(values[name]) <= Math.min(height, width)) continue;
      throw new UsageError(`${name} ${values[name]}: more pixels than the images have (${height}x${width})`);
    }
  }
}

/** A function that draws views by the given values. */
export function viewsOf(values: Augmentation): (draw: Draw) => View {
  const chosen = active(values);
  return (draw) => chosen.reduce((view, kind) => kind.change(view, values, draw), unchanged);
}
