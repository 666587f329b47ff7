import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { framePicture, isGrey } from './frame.ts';
import type { Raster } from './raster.ts';

// Pixels of NumPy and Pillow: test/golden/make_frames.py.
const golden: Readonly<Record<string, readonly number[]>> = JSON.parse(
  readFileSync(new URL('../../test/golden/frames.json', import.meta.url), 'utf8'),
);
const grey: Raster = { width: 12, height: 8, channels: 1, white: 255, data: golden.grey! };
const colour: Raster = { width: 12, height: 8, channels: 3, white: 255, data: golden.colour! };

/** Pillow rounds in steps. */
const near = (pixels: Uint8Array, name: string) => {
  const wanted = golden[name]!;
  expect(pixels.length).toBe(wanted.length);
  expect(Math.max(...wanted.map((value, at) => Math.abs(value - pixels[at]!)))).toBeLessThanOrEqual(1);
};

test('a picture of the size of the frame keeps its bytes', () => {
  const frame = { channels: 1, height: 8, width: 12, resize: 'fit' } as const;
  expect(Array.from(framePicture(grey, frame))).toEqual(golden.grey);
  near(framePicture(colour, frame), 'luma');
});

test.each([
  ['stretch', { channels: 1, height: 4, width: 6, resize: 'stretch' }, grey],
  ['stretch-square', { channels: 1, height: 4, width: 4, resize: 'stretch' }, grey],
  ['fill', { channels: 1, height: 4, width: 4, resize: 'fill' }, grey],
  ['colour-planes', { channels: 3, height: 4, width: 6, resize: 'fit' }, colour],
  ['larger', { channels: 1, height: 16, width: 24, resize: 'fit' }, grey],
] as const)('%s gives the pixels of Pillow', (name, frame, raster) => near(framePicture(raster, frame), name));

test('fit fills the sides with the median of the border', () => {
  const pixels = framePicture(grey, { channels: 1, height: 6, width: 6, resize: 'fit' });
  near(pixels.subarray(6, 30), 'fit-middle');
  const border = golden['border-values']!;
  const median = border[Math.floor(border.length / 2)]!;
  expect([...pixels.subarray(0, 6), ...pixels.subarray(30)]).toEqual(new Array(12).fill(median));
});

test('sixteen bits are scaled, transparent ground contrasts with the ink', () => {
  const frame = { channels: 1, height: 1, width: 2, resize: 'fit' } as const;
  const deep: Raster = { width: 2, height: 1, channels: 1, white: 65_535, data: [65_535, 257 * 100] };
  expect([...framePicture(deep, frame)]).toEqual([255, 100]);
  const dark: Raster = { width: 2, height: 1, channels: 2, white: 255, data: [10, 255, 0, 0] };
  expect([...framePicture(dark, frame)]).toEqual([10, 255]);
  const light: Raster = { width: 2, height: 1, channels: 2, white: 255, data: [240, 255, 255, 0] };
  expect([...framePicture(light, frame)]).toEqual([240, 0]);
});

test('grey is told from colour; transparent pixels do not count', () => {
  expect([isGrey(grey), isGrey(colour)]).toEqual([true, false]);
  expect(isGrey({ width: 2, height: 1, channels: 4, white: 255, data: [7, 7, 7, 255, 9, 0, 0, 0] })).toBe(true);
});

test('data of another length are refused', () => {
  const frame = { channels: 1, height: 1, width: 1, resize: 'fit' } as const;
  expect(() => framePicture({ ...grey, width: 13 }, frame)).toThrow(UsageError);
});
