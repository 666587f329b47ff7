/** What a named network is made for: the shape of its images, its classes, and how it standardizes them. */
import { checkInteger, checkOptions, shown } from '../../base/argument.ts';
import { UsageError } from '../../base/errors.ts';
import { mostClasses } from '../../data/dataset.ts';
import type { Normalization } from '../../data/normalization.ts';
import type { Layer } from '../../nn/layers.ts';
import { normalize } from '../../nn/normalize.ts';

/** The images and classes that a network is made for. The defaults are MNIST's. */
export interface NetworkInput {
  /** One image's shape: integers of at least 1. Default: [1, 28, 28]. */
  readonly shape?: readonly [channels: number, height: number, width: number] | undefined;
  /** How many classes there are, 1 to 256. Default: 10. */
  readonly classes?: number | undefined;
  /** With which mean and deviation the network standardizes each channel. Default: null, pixels are used as they are. */
  readonly normalization?: Normalization | null | undefined;
}

/** A network's input with nothing left out. */
export type CompleteInput = { readonly [Name in keyof NetworkInput]-?: Exclude<NetworkInput[Name], undefined> };

/** Fills in the defaults. @param what names the caller. @throws UsageError for an impossible shape or number of classes. */
export function completeInput(what: string, input: NetworkInput): CompleteInput {
  checkOptions(what, input, { shape: true, classes: true, normalization: true });
  const { shape = [1, 28, 28], classes = 10, normalization = null } = input;
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    const got = Array.isArray(shape) ? `[${shape.map(shown).join(', ')}]` : shown(shape);
    throw new UsageError(`${what}: shape: expected [channels, height, width], integers from 1, got ${got}`);
  }
  checkInteger(`${what}: classes`, classes, 1, mostClasses);
  return { shape, classes, normalization };
}

/** The layer that standardizes the input, if there is one, under its name. */
export function normalizing({ normalization }: CompleteInput): Readonly<Record<string, Layer>> {
  return normalization === null ? {} : { normalize: normalize(normalization.mean, normalization.deviation) };
}
