/** The held-out part: a twelfth, by class, fixed by the data's hash. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import type { Dataset } from './dataset.ts';
import { holdOut } from './hold-out.ts';

/** Image i holds the pixel i; classes of 60, 40 and 20 images, mixed. */
const labels = Uint8Array.from({ length: 120 }, (_, i) => [0, 0, 0, 1, 1, 2][i % 6]!);
const set: Dataset = {
  name: 'd',
  labels,
  shape: [1, 1, 1],
  classes: 3,
  images: Uint8Array.from({ length: 120 }, (_, i) => i),
};

describe('holding out', () => {
  const { train, validation } = holdOut(set, 'abc');

  test('takes a twelfth of each class and loses no image', () => {
    const counts = (of: Dataset) => [0, 1, 2].map((label) => of.labels.filter((item) => item === label).length);
    expect(counts(validation)).toEqual([5, 3, 2]);
    expect(counts(train)).toEqual([55, 37, 18]);
    expect([...train.images, ...validation.images].sort((a, b) => a - b)).toEqual([...set.images]);
  });

  test('keeps every image with its label, and the order of the data', () => {
    for (const part of [train, validation]) {
      expect([...part.images]).toEqual([...part.images].sort((a, b) => a - b));
      for (const [i, pixel] of part.images.entries()) expect(part.labels[i]).toBe(labels[pixel]);
    }
  });

  test('keeps every image with its file', () => {
    const files = Array.from({ length: 120 }, (_, i) => `${i}.png`);
    for (const part of Object.values(holdOut({ ...set, files }, 'abc'))) {
      expect(part.files).toEqual(Array.from(part.images, (pixel) => `${pixel}.png`));
    }
  });

  test('depends on the data’s hash only', () => {
    expect(holdOut(set, 'abc').validation.images).toEqual(validation.images);
    expect(holdOut(set, 'abd').validation.images).not.toEqual(validation.images);
  });

  test('takes as many images as it is asked for, by class', () => {
    const split = holdOut(set, 'abc', { heldOut: 30 });
    const counts = [0, 1, 2].map((label) => split.validation.labels.filter((item) => item === label).length);
    expect(counts).toEqual([15, 10, 5]);
    expect([...split.train.images, ...split.validation.images].sort((a, b) => a - b)).toEqual([...set.images]);
    expect(holdOut(set, 'abc', { heldOut: 10 })).toEqual(holdOut(set, 'abc'));
  });

  test.each([0, 120, 1.5])('refuses to hold out %f of 120 images', (count) => {
    expect(() => holdOut(set, 'abc', { heldOut: count })).toThrow(
      'images to hold out of d: expected an integer from 1 to 119',
    );
  });

  test('has disjoint splits, each by class, that together hold out every image once', () => {
    const split = (heldOutSplit: number) => holdOut(set, 'abc', { heldOut: 12, heldOutSplit });
    const parts = Array.from({ length: 10 }, (_, i) => split(i + 1));
    for (const { train, validation } of parts) {
      expect([0, 1, 2].map((label) => validation.labels.filter((item) => item === label).length)).toEqual([6, 4, 2]);
      expect([...train.images, ...validation.images].sort((a, b) => a - b)).toEqual([...set.images]);
    }
    expect(parts.flatMap(({ validation }) => [...validation.images]).sort((a, b) => a - b)).toEqual([...set.images]);
    expect(parts[0]).toEqual(holdOut(set, 'abc', { heldOut: 12 }));
    expect(() => split(11)).toThrow('held-out split of d (12 images each): expected an integer from 1 to 10, got 11');
    expect(() => split(0)).toThrow('expected an integer from 1 to 10, got 0');
  });

  test('refuses data sets that are too small to split', () => {
    const tiny = { ...set, labels: labels.subarray(0, 5), images: set.images.subarray(0, 5) };
    expect(() => holdOut(tiny, 'abc')).toThrow(UsageError);
  });
});
