/** The description of a data set: a small colour set against NumPy (test/golden/make_data_description.py), and MNIST. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadMnist } from '../runner/mnist-files.ts';
import { type ChannelStatistics, channelStatistics } from './channel-statistics.ts';
import type { Dataset } from './dataset.ts';
import { describeData } from './describe.ts';

const golden: {
  readonly shape: [number, number, number];
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly labels: readonly number[];
  readonly counts: { readonly train: readonly number[]; readonly test: readonly number[] };
  readonly bytes: readonly ChannelStatistics[];
  readonly floats: readonly ChannelStatistics[];
  readonly groups: readonly (readonly number[])[];
  readonly contradictions: number;
  readonly nearlyConstant: readonly number[];
} = JSON.parse(readFileSync(new URL('../../test/golden/data-description.json', import.meta.url), 'utf8'));

const trained = 23;
/** Class `none` has no image. */
const classNames = ['ant', 'bee', 'cow', 'none'];
const common = { shape: golden.shape, classes: 4, classNames } as const;

function setsOf(convert: (bytes: readonly number[]) => Uint8Array | Float32Array) {
  const train: Dataset = {
    ...common,
    name: 'train',
    images: convert(golden.train),
    labels: Uint8Array.from(golden.labels.slice(0, trained)),
  };
  const test: Dataset = {
    ...common,
    name: 'test',
    images: convert(golden.test),
    labels: Uint8Array.from(golden.labels.slice(trained)),
  };
  return { name: 'small', format: 'folders', hash: '12ab', train, test };
}

const bytes = setsOf((pixels) => Uint8Array.from(pixels));
const floats = setsOf((pixels) => Float32Array.from(pixels, (pixel) => (pixel / 255) * 4 - 1));

function expectStatistics(found: readonly ChannelStatistics[], wanted: readonly ChannelStatistics[], digits: number) {
  expect(found).toHaveLength(wanted.length);
  for (const [channel, numbers] of wanted.entries()) {
    for (const name of ['mean', 'deviation', 'least', 'most'] as const) {
      expect(found[channel]![name], `${name} of channel ${channel}`).toBeCloseTo(numbers[name], digits);
    }
  }
}

describe.each([
  ['bytes', bytes],
  ['floats', floats],
] as const)('a set of %s', (kind, data) => {
  const found = describeData(data);

  test('has the mean, deviation and range that NumPy finds in each channel', () => {
    expect(found.pixels).toBe(kind);
    expectStatistics(found.channels, golden[kind], kind === 'bytes' ? 15 : 6);
  });

  test('has the counts of each class, those of an empty class too', () => {
    expect(found.classes).toEqual(
      classNames.map((name, label) => ({
        name,
        train: golden.counts.train[label],
        test: golden.counts.test[label],
      })),
    );
    expect(found.images).toEqual({ train: 23, test: 7 });
  });

  test('has the groups of equal images that NumPy finds, and says where labels contradict each other', () => {
    const { groups, ...counts } = found.repetitions;
    expect(groups.map((group) => [...group.train, ...group.test.map((image) => trained + image)]).sort()).toEqual(
      [...golden.groups].sort(),
    );
    expect(groups.filter(({ labelsDiffer }) => labelsDiffer)).toHaveLength(golden.contradictions);
    // Training images 9 and 20 repeat 2, test image 6 repeats 3; test images 1 and 5 are training images 4 and 2.
    expect(counts).toEqual({ train: 2, test: 1, across: 2, contradictions: golden.contradictions });
  });

  test('names the images that are nearly constant in every channel', () => {
    expect(found.nearlyConstant).toEqual({ train: golden.nearlyConstant, test: [] });
  });
});

test('the files of repeated and nearly constant images are named by their places, where images have files', () => {
  const files = (set: Dataset) => Array.from(set.labels, (_, image) => `${set.name}/${image}.png`);
  const [train, test] = [bytes.train, bytes.test].map((set) => ({ ...set, files: files(set) }));
  const found = describeData({ ...bytes, train: train!, test: test! });
  const { groups } = found.repetitions;
  for (const set of ['train', 'test'] as const) {
    const places = [...groups.flatMap((group) => group[set]), ...found.nearlyConstant[set]];
    expect(found.files![set]).toEqual(Object.fromEntries(places.map((place) => [place, `${set}/${place}.png`])));
  }
  expect(found.files!.train[9]).toBe('train/9.png');
  expect(describeData(bytes).files).toBeUndefined();
});

test('an image is compared by its pixels, not by a hash alone', () => {
  // These two words have equal FNV-1a hashes of 32 bits.
  const pixels = (word: string): Dataset => ({
    name: word,
    images: new TextEncoder().encode(word),
    labels: Uint8Array.of(0),
    shape: [1, 3, 3],
    classes: 1,
  });
  const { across } = describeData({ ...bytes, train: pixels('declinate'), test: pixels('macallums') }).repetitions;
  expect(across).toBe(0);
});

test('MNIST: the counts, mean and deviation of NumPy, no image twice, none without a digit', async () => {
  const mnist = await loadMnist();
  const found = describeData({ ...mnist, name: 'mnist', format: 'mnist' });
  expect(found.classes.map(({ train }) => train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(found.classes.map(({ test }) => test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  expect(found.channels[0]!.mean).toBeCloseTo(0.1306604762738429, 14);
  expect(found.channels[0]!.deviation).toBeCloseTo(0.3081078038564622, 13);
  expect(found.channels[0]).toMatchObject({ least: 0, most: 1 });
  expect(found.repetitions).toEqual({ train: 0, test: 0, across: 0, contradictions: 0, groups: [] });
  expect(found.nearlyConstant).toEqual({ train: [], test: [] });
  // NumPy: (t10k images / 255).mean() and .std().
  const [test] = channelStatistics(mnist.test);
  expect([test!.mean, test!.deviation]).toEqual([
    expect.closeTo(0.13251460584233699, 14),
    expect.closeTo(0.3104802479305348, 13),
  ]);
});
