/**
 * What a model knows of its input: its data set, the names of its classes, and how a picture becomes an image that it
 * reads. A model's file holds it as JSON, so that the right network is made again and nothing about pictures is guessed.
 */
import { z } from 'zod';
import { WorldError } from '../../base/errors.ts';
import { classNamesOf, type Dataset, mostImagePixels } from '../../data/dataset.ts';
import type { Normalization } from '../../data/normalization.ts';
import { framings, grounds, type PictureRules } from '../../data/source.ts';

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

/** The names of the digits, as MNIST's classes have them. */
export const digitNames: readonly string[] = Array.from({ length: 10 }, (_, digit) => `${digit}`);

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

const size = z.int().min(1).max(mostImagePixels);
const schema = z
  .strictObject({
    data: z.string(),
    shape: z.tuple([size, size, size]),
    classNames: z.array(z.string()).min(1).max(256),
    ground: z.enum(grounds),
    framing: z.enum(framings),
    orientation: z.literal('upright'),
    normalization: z.strictObject({ mean: z.array(z.number()), deviation: z.array(z.number().min(1e-30)) }).nullable(),
  })
  .refine(({ shape: [channels, height, width] }) => channels * height * width <= mostImagePixels, {
    path: ['shape'],
    error: 'the images are too large',
  })
  .refine(
    ({ shape: [channels], normalization }) =>
      normalization === null ||
      [normalization.mean, normalization.deviation].every(({ length }) => length === channels),
    { path: ['normalization'], error: 'expected a number for each channel' },
  );

/** Checks an input that was read from a file. @param what names the file in errors. @throws WorldError in one line. */
export function checkModelInput(value: unknown, what: string): ModelInput {
  const { data, error } = schema.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  const place = issue?.path.join('.');
  throw new WorldError(`${what}: its input${place ? `, ${place},` : ''} cannot be read: ${issue?.message}`);
}

/** Reads an input from the metadata of a model's file. @param what names the file in errors. @throws WorldError in one line. */
export function parseModelInput(text: string, what: string): ModelInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WorldError(`${what}: its input cannot be read: it is not valid JSON`, { cause: error });
  }
  return checkModelInput(value, what);
}
