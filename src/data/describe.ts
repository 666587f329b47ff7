/** What is in a data set, before anything is trained on it: counts, values, repeated and empty images. */
import { type ChannelStatistics, channelStatistics } from './channel-statistics.ts';
import { areBytes, classCountsOf, classNamesOf, type Dataset } from './dataset.ts';
import { type EqualImages, equalImages } from './repeated-images.ts';
import type { FoundPictures, LoadedData } from './source.ts';

/** Numbers of images of one class. */
export interface ClassCount {
  readonly name: string;
  readonly train: number;
  readonly test: number;
}

/** Images that occur more than once. An image is a repetition of the first one with the same pixels. */
export interface Repetitions {
  /** Images of the training set that repeat an earlier one of it. */
  readonly train: number;
  /** Images of the test set that repeat an earlier one of it. */
  readonly test: number;
  /** Images of the test set that are in the training set too. */
  readonly across: number;
  /** Groups of equal images that do not all have the same label. */
  readonly contradictions: number;
  readonly groups: readonly EqualImages[];
}

export interface DataDescription {
  readonly name: string;
  readonly format: string;
  readonly hash: string;
  readonly shape: Dataset['shape'];
  readonly images: { readonly train: number; readonly test: number };
  /** `bytes`: 0 to 255, which a network reads as 0 to 1. `floats`: read as they are. */
  readonly pixels: 'bytes' | 'floats';
  readonly classes: readonly ClassCount[];
  /** By channel, of the training set. */
  readonly channels: readonly ChannelStatistics[];
  readonly repetitions: Repetitions;
  /** The places of images without a picture, from 0: all pixels of a channel are nearly the same. */
  readonly nearlyConstant: { readonly train: readonly number[]; readonly test: readonly number[] };
  /** The files of the images that are repeated or nearly constant, by their places, where each image has its file. */
  readonly files?: NamedFiles | undefined;
  /** What the files had, where the source reads pictures from files. */
  readonly found?: FoundPictures | undefined;
}

/** Files by the places of their images. */
export interface NamedFiles {
  readonly train: Readonly<Record<number, string>>;
  readonly test: Readonly<Record<number, string>>;
}

/** Describes a loaded set. A pure function, whose time grows with the number of pixels. */
export function describeData(data: Omit<LoadedData, 'pictures' | 'source' | 'folder'>): DataDescription {
  const { name, format, hash, train, test, found } = data;
  const channels = channelStatistics(train);
  const counts = [train, test].map(classCountsOf);
  const range = areBytes(train.images) ? 255 : rangeOf(channels);
  const repetitions = repetitionsIn(train, test);
  const constant = { train: nearlyConstant(train, range), test: nearlyConstant(test, range) };
  const noted = (set: 'train' | 'test') => [...repetitions.groups.flatMap((group) => group[set]), ...constant[set]];
  return {
    name,
    format,
    hash,
    shape: train.shape,
    images: { train: train.labels.length, test: test.labels.length },
    pixels: areBytes(train.images) ? 'bytes' : 'floats',
    classes: classNamesOf(train).map((each, label) => ({
      name: each,
      train: counts[0]![label]!,
      test: counts[1]![label]!,
    })),
    channels,
    repetitions,
    nearlyConstant: constant,
    ...(train.files || test.files
      ? { files: { train: filesAt(train, noted('train')), test: filesAt(test, noted('test')) } }
      : {}),
    found,
  };
}

function filesAt({ files = [] }: Dataset, images: readonly number[]): NamedFiles['train'] {
  return Object.fromEntries(images.map((image) => [image, files[image]!]));
}

function rangeOf(channels: readonly ChannelStatistics[]): number {
  return Math.max(...channels.map(({ most }) => most)) - Math.min(...channels.map(({ least }) => least));
}

function repetitionsIn(train: Dataset, test: Dataset): Repetitions {
  const groups = equalImages(train, test);
  const sum = (of: (group: EqualImages) => number) => groups.reduce((total, group) => total + of(group), 0);
  return {
    train: sum((group) => Math.max(0, group.train.length - 1)),
    test: sum((group) => Math.max(0, group.test.length - 1)),
    across: sum((group) => (group.train.length > 0 ? group.test.length : 0)),
    contradictions: sum((group) => (group.labelsDiffer ? 1 : 0)),
    groups,
  };
}

/** An image whose pixels differ by less than this share of the set's whole range is nearly constant. */
export const constantShare = 0.04;

/** @param range of pixels in the set, in the units of its array. */
function nearlyConstant({ images, labels, shape }: Dataset, range: number): number[] {
  const [channels, height, width] = shape;
  const area = height * width;
  const found: number[] = [];
  for (let image = 0; image < labels.length; image++) {
    const start = image * channels * area;
    let widest = 0;
    for (let channel = 0; channel < channels; channel++) {
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const end = start + (channel + 1) * area;
      for (let at = end - area; at < end; at++) {
        const value = images[at]!;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      widest = Math.max(widest, most - least);
    }
    if (widest <= constantShare * range) found.push(image);
  }
  return found;
}
