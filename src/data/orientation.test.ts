import { expect, test } from 'vitest';
import { exifOrientation, upright } from './orientation.ts';

// What Pillow 9.4 (ImageOps.exif_transpose) makes of a picture of 3 x 2 pixels, by orientation.
const expected: readonly (readonly [number, number, number, readonly number[]])[] = [
  [1, 3, 2, [40, 80, 120, 160, 200, 240]],
  [2, 3, 2, [120, 80, 40, 240, 200, 160]],
  [3, 3, 2, [240, 200, 160, 120, 80, 40]],
  [4, 3, 2, [160, 200, 240, 40, 80, 120]],
  [5, 2, 3, [40, 160, 80, 200, 120, 240]],
  [6, 2, 3, [160, 40, 200, 80, 240, 120]],
  [7, 2, 3, [240, 120, 200, 80, 160, 40]],
  [8, 2, 3, [120, 240, 80, 200, 40, 160]],
];

test.each(expected)('orientation %i is turned upright', (orientation, width, height, pixels) => {
  const raster = { width: 3, height: 2, channels: 1, white: 255, data: [40, 80, 120, 160, 200, 240] } as const;
  const { data, ...rest } = upright(raster, orientation);
  expect({ ...rest, data: [...Array.from(data)] }).toEqual({ width, height, channels: 1, white: 255, data: pixels });
});

test('pixels of several channels stay together', () => {
  const raster = { width: 2, height: 1, channels: 3, white: 65_535, data: [1, 2, 300, 4, 5, 600] } as const;
  expect(Array.from(upright(raster, 3).data)).toEqual([4, 5, 600, 1, 2, 300]);
});

/** A TIFF header and a directory of one entry: tag, type SHORT, count 1, value. */
const little = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
const big = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0];

test('both byte orders are read, with and without the prefix of a JPEG', () => {
  expect(exifOrientation(Uint8Array.from(little))).toBe(6);
  expect(exifOrientation(Uint8Array.from(big))).toBe(8);
  expect(exifOrientation(Uint8Array.from([0x45, 0x78, 0x69, 0x66, 0, 0, ...little]))).toBe(6);
});

test('damaged data count as upright', () => {
  for (let length = 0; length < little.length - 2; length++) {
    expect(exifOrientation(Uint8Array.from(little.slice(0, length)))).toBe(1);
  }
  expect(exifOrientation(Uint8Array.from(little).with(18, 9))).toBe(1);
  expect(exifOrientation(Uint8Array.from(little).fill(255, 4, 8))).toBe(1);
});
