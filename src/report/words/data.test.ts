/** Sentences on data sets. */
import { describe, expect, test } from 'vitest';
import type { DataDescription } from '../../data/describe.ts';
import { dataText } from '../data-text.ts';
import { dataFindings, dataTitle, pixelSentences } from './data.ts';

const clean: DataDescription = {
  name: 'screws',
  format: 'folders',
  hash: '0123456789abcdef',
  shape: [3, 32, 24],
  images: { train: 1200, test: 30 },
  pixels: 'bytes',
  classes: [
    { name: 'M3', train: 700, test: 20 },
    { name: 'M4', train: 500, test: 10 },
  ],
  channels: [0.25, 0.5, 0.75].map((mean) => ({ mean, deviation: 0.1, least: 0, most: 1 })),
  repetitions: { train: 0, test: 0, across: 0, contradictions: 0, groups: [] },
  nearlyConstant: { train: [], test: [] },
};

test('images that have files are named by them', () => {
  const found = dataFindings({
    ...clean,
    repetitions: {
      train: 1,
      test: 0,
      across: 1,
      contradictions: 0,
      groups: [{ train: [2, 9], test: [5], labelsDiffer: false }],
    },
    nearlyConstant: { train: [], test: [7] },
    files: { train: { 2: 'train/a/2.png', 9: 'train/a/9.png' }, test: { 5: 'test/a/5.png', 7: 'test/b/7.png' } },
  });
  expect(found).toEqual([
    'One training image repeats an earlier one: "train/a/2.png" = "train/a/9.png".',
    'One test image is in the training set too: train "train/a/2.png" = "train/a/9.png" = test "test/a/5.png". They measure memory, not what was learned.',
    'One test image is nearly constant (pixels differ by at most 4 % of the range): "test/b/7.png".',
  ]);
});

test('the title has sizes, colour, classes and hash', () => {
  expect(dataTitle(clean)).toBe(
    'screws: 1,200 training and 30 test images of 32 x 24, in colour, 2 classes, hash 0123456789ab',
  );
});

test('each colour has its own numbers', () => {
  expect(pixelSentences(clean)).toEqual([
    'Training pixels (bytes, divided by 255): red: 0 to 1, mean 0.2500, deviation 0.1000; green: 0 to 1, mean 0.5000, deviation 0.1000; blue: 0 to 1, mean 0.7500, deviation 0.1000.',
  ]);
});

test('pixels on a small scale are said', () => {
  const channel = { mean: 0.001, deviation: 0.001, least: 0, most: 1 / 255 };
  expect(pixelSentences({ ...clean, pixels: 'bytes', channels: [channel] }).slice(1)).toEqual([
    'The largest pixel is 1 of 255. If it means white, multiply the pixels first, or train with --normalization standard.',
  ]);
  expect(pixelSentences({ ...clean, pixels: 'bytes', channels: [{ ...channel, most: 17 / 255 }] })).toHaveLength(1);
  expect(pixelSentences({ ...clean, pixels: 'floats', channels: [channel] })).toHaveLength(1);
});

describe('findings', () => {
  test('of a clean set say that it is clean', () => {
    expect(dataFindings(clean)).toEqual(['Every image occurs once.', 'No image is nearly constant.']);
  });

  test('name files, empty classes, repetitions, contradictions and constant images', () => {
    const groups = [
      { train: [2, 9, 20], test: [5], labelsDiffer: true },
      { train: [4], test: [1], labelsDiffer: false },
      { train: [], test: [3, 6], labelsDiffer: false },
    ];
    const found = dataFindings({
      ...clean,
      classes: [...clean.classes, { name: 'M5', train: 100, test: 0 }, { name: 'M6', train: 0, test: 2 }],
      repetitions: { train: 2, test: 1, across: 2, contradictions: 1, groups },
      nearlyConstant: { train: [11], test: [] },
      found: {
        sizes: [
          { width: 640, height: 480, pictures: 30 },
          { width: 1024, height: 768, pictures: 1200 },
        ],
        unreadable: [{ file: 'train/M3/broken.png', why: 'is a damaged PNG image' }],
      },
    });
    expect(found).toEqual([
      'Sizes of the pictures, width x height: 1024 x 768 (1,200) and 640 x 480 (30). Images have 24 x 32.',
      'One picture cannot be read:',
      '  train/M3/broken.png: is a damaged PNG image',
      'Without training images: M6.',
      'Without test images: M5.',
      'The largest class has 7.0 times the images of the smallest.',
      '2 training images repeat an earlier one: 2 = 9 = 20.',
      'One test image repeats an earlier one: 3 = 6.',
      '2 test images are in the training set too: train 2 = 9 = 20 = test 5 and train 4 = test 1. They measure memory, not what was learned.',
      'Equal images have different labels in one case: train 2 = 9 = 20 = test 5.',
      'One training image is nearly constant (pixels differ by at most 4 % of the range): 11.',
    ]);
  });
});

test.each([40, 60, 100])('the text fits into %i columns', (width) => {
  const names = ['a class with a name that is rather long', 'another'];
  const classes = clean.classes.map((each, i) => ({ ...each, name: names[i]! }));
  const text = dataText({ ...clean, classes }, width);
  expect(text).not.toContain('width: .');
  for (const line of text.split('\n')) {
    expect([...line].length).toBeLessThanOrEqual(width);
  }
});
