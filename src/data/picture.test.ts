/** Images of data sets as pictures, and contact sheets of them. */
import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { contactSheet } from './contact-sheet.ts';
import type { Dataset } from './dataset.ts';
import { pictureOf, shrunk } from './picture.ts';

/** Two images of three channels, 1 x 2 pixels. */
const colour: Dataset = {
  name: 'colour',
  shape: [3, 1, 2],
  classes: 3,
  images: Uint8Array.of(1, 2, 11, 12, 21, 22, 101, 102, 111, 112, 121, 122),
  labels: Uint8Array.of(2, 0),
};

test('colours lie side by side in a picture, plane after plane in a data set', () => {
  expect(pictureOf(colour, 1)).toEqual({
    width: 2,
    height: 1,
    channels: 3,
    data: Uint8Array.of(101, 111, 121, 102, 112, 122),
  });
});

test('floats are shown from 0 to 1, and clamped beyond; of two channels the first is shown', () => {
  const set = { shape: [2, 1, 3], images: Float32Array.of(-1, 0.5, 7, 9, 9, 9) } as const;
  expect(pictureOf(set, 0)).toEqual({ width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 128, 255) });
});

test('a picture shrinks by the means of squares, also of those that the edge cuts', () => {
  const grey = { width: 3, height: 3, channels: 1, data: Uint8Array.of(10, 20, 5, 30, 40, 7, 100, 200, 9) } as const;
  expect(shrunk(grey, 2)).toEqual({ width: 2, height: 2, channels: 1, data: Uint8Array.of(25, 6, 150, 9) });
  expect(shrunk(grey, 3)).toBe(grey);
});

test('a sheet has a row for each class, and grey where there is no image', () => {
  const { width, height, channels, data } = contactSheet(colour, 2);
  // Two images of 2 x 1 in a row and three rows, with 2 pixels around each.
  expect([width, height, channels]).toEqual([10, 11, 3]);
  const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  expect([pixel(2, 2), pixel(3, 2)]).toEqual([
    [101, 111, 121],
    [102, 112, 122],
  ]);
  expect([pixel(2, 8), pixel(3, 8)]).toEqual([
    [1, 11, 21],
    [2, 12, 22],
  ]);
  for (const [x, y] of [
    [6, 2],
    [2, 5],
    [0, 0],
    [4, 2],
  ] as const) {
    expect(pixel(x, y)).toEqual([128, 128, 128]);
  }
});

test('the images of a class are spread over the set', () => {
  const many: Dataset = {
    name: 'many',
    shape: [1, 1, 1],
    classes: 1,
    images: Uint8Array.from({ length: 90 }, (_, i) => i),
    labels: new Uint8Array(90),
  };
  const { data, width } = contactSheet(many, 3);
  expect([2, 5, 8].map((x) => data[2 * width + x])).toEqual([0, 30, 60]);
});

test('a sheet without columns is refused', () => {
  expect(() => contactSheet(colour, 0)).toThrow(UsageError);
});
