/**
 * What a model knows of its input: its data set, the names of its classes, and how a picture becomes an image that it
 * reads. A model's file holds it as JSON, so that the right network is made again and nothing about pictures is guessed.
 */
import { classNamesOf, type Dataset } from '../../data/dataset.ts';
import { digitNames } from '../../data/mnist.ts';
import type { Normalization } from '../../data/normalization.ts';
import type { PictureRules } from '../../data/source.ts';

/** The input of a network, and the names of its classes. */
export interface ModelInput extends PictureRules {
  /** The name of the data set that the model was trained on. */
  readonly data: string;
  /** One image's shape. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The name of each class, 1 to 256. */
  readonly classNames: readonly string[];
  /** How an image's rows and columns lie: as people see the picture. */
  readonly orientation: 'upright';
  /** With which mean and deviation the network standardizes each channel; null: pixels are used as they are. */
  readonly normalization: Normalization | null;
}

/** The input of models whose files do not tell it: those of older versions and of other software. */
export const mnistInput: ModelInput = {
  data: 'mnist',
  shape: [1, 28, 28],
  classNames: digitNames,
  ground: 'dark',
  framing: 'mnist',
  orientation: 'upright',
  normalization: null,
};

/** The data of a run, as far as its model knows them. */
export interface KnownData {
  readonly name: string;
  readonly train: Dataset;
  readonly pictures: PictureRules;
}

/** The input of a model that is trained on these data. */
export function modelInputOf(
  { name, train, pictures }: KnownData,
  normalization: ModelInput['normalization'],
): ModelInput {
  const { ground, framing } = pictures;
  const { shape } = train;
  return {
    data: name,
    shape,
    classNames: classNamesOf(train),
    ground,
    framing,
    orientation: 'upright',
    normalization,
  };
}
