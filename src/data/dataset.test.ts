import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { checkDataset, type Dataset, takeFirst } from './dataset.ts';

const good: Dataset = {
  name: 'mine',
  images: new Uint8Array(12),
  labels: Uint8Array.of(0, 1, 2),
  shape: [1, 2, 2],
  classes: 3,
};

test('a valid data set is accepted, and its first images are views of its memory', () => {
  checkDataset(good);
  const first = takeFirst(good, 2);
  expect([first.images.length, first.labels.length, first.images.buffer === good.images.buffer]).toEqual([8, 2, true]);
});

test('the first images keep their files', () => {
  expect(takeFirst({ ...good, files: ['a', 'b', 'c'] }, 2).files).toEqual(['a', 'b']);
});

test.each([
  ['mine: the data set is empty', { ...good, labels: new Uint8Array(0) }],
  ['3 labels of images [1, 2, 2] need 12 pixels, got 11', { ...good, images: new Uint8Array(11) }],
  ['mine: shape is [1, 0, 2], expected', { ...good, images: new Uint8Array(0), shape: [1, 0, 2] }],
  ['mine: shape is [0.5, 4, 2], expected', { ...good, shape: [0.5, 4, 2] }],
  ['mine: classes is NaN, expected an integer from 1 to 256', { ...good, classes: NaN }],
  ['mine: label 2 is 3, expected 0 to 2', { ...good, labels: Uint8Array.of(0, 1, 3) }],
  ['mine: image 1 holds NaN', { ...good, images: new Float32Array(12).fill(NaN, 5, 6) }],
  ['mine: 3 classes need 3 names, got 2', { ...good, classNames: ['a', 'b'] }],
  ['mine: 3 images need 3 files, got 1', { ...good, files: ['a.png'] }],
] satisfies [string, Dataset][])('%s', (message, dataset) => {
  expect(() => checkDataset(dataset)).toThrow(UsageError);
  expect(() => checkDataset(dataset)).toThrow(message);
});

test.each([0, 4, 1.5, NaN])('taking the first %s of 3 is refused', (n) => {
  expect(() => takeFirst(good, n)).toThrow('mine has 3 images');
});
