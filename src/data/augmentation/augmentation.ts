/** The interface of an augmentation: its hyperparameters, and how it changes the view of an image. */
import type { HyperparameterTable, ValuesOf } from '../../base/hyperparameter.ts';
import type { Random } from '../../base/random.ts';
import type { View } from './view.ts';

/** Random numbers as {@link Random} gives them. */
export type RandomNumbers = Pick<Random, 'uniform' | 'below'>;

/** What an augmentation draws from. */
export interface Draw {
  /** The image's own stream for this epoch. */
  readonly random: RandomNumbers;
  readonly height: number;
  readonly width: number;
  /** Rows of the smooth noise, see smooth-noise.ts. */
  readonly noiseRows: number;
}

/** The knowledge about one augmentation. */
export interface AugmentationKind<Table extends HyperparameterTable = HyperparameterTable> {
  /** Its hyperparameters. The defaults switch it off. */
  readonly hyperparameters: Table;
  /** Whether the values change images at all. */
  isOn(values: ValuesOf<Table>): boolean;
  /** Draws what happens to one image, and changes its view accordingly. */
  change(view: View, values: ValuesOf<Table>, draw: Draw): View;
  /** The hyperparameters that must not exceed the smaller side of the images [pixels]. Default: none. */
  readonly pixels?: readonly (keyof Table & string)[];
  /** What is wrong with the values together; undefined: nothing. */
  problem?(values: ValuesOf<Table>): string | undefined;
  /** For people, in a few words: `rotation ±10°`. */
  describe(values: ValuesOf<Table>): string;
}

/** Uniform in [-1, 1), a multiple of 2^-23. */
export function symmetric(random: RandomNumbers): number {
  return 2 * random.uniform() - 1;
}
