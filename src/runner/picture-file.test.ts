import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { readPicture } from './picture-file.ts';

interface Made {
  readonly bytes: string;
  readonly width: number;
  readonly height: number;
  readonly mode: string;
  readonly pixels: readonly number[];
}

// Files and pixels of Pillow: test/golden/make_pictures.py.
const made: Readonly<Record<string, Made>> = JSON.parse(
  readFileSync(new URL('../../test/golden/pictures.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string) => Uint8Array.from(Buffer.from(made[name]!.bytes, 'base64'));

/**
 * The largest difference to Pillow's pixels that is allowed: decoders round differently, and enlarge the smaller planes
 * of colour (4:2:0) differently.
 */
const tolerances: Readonly<Record<string, number>> = {
  'grey.jpg': 2,
  'colour.jpg': 3,
  'progressive.jpg': 8,
  'turned.jpg': 8,
  'turned.png': 0,
  'lossy.webp': 4,
  'lossless.webp': 0,
  'turned.webp': 0,
};

test.each(Object.entries(tolerances))('%s has the pixels that Pillow reads', async (name, tolerance) => {
  const { width, height, mode, pixels } = made[name]!;
  const raster = await readPicture(bytesOf(name), name);
  expect([raster.width, raster.height, raster.white]).toEqual([width, height, 255]);
  const channels = mode.length;
  // A picture without transparency may come with an opaque fourth channel.
  const data = Array.from(raster.data).filter((_, at) => at % raster.channels < channels);
  expect(data.length).toBe(pixels.length);
  expect(Math.max(...data.map((value, at) => Math.abs(value - pixels[at]!)))).toBeLessThanOrEqual(tolerance);
});

describe('refused with a message that names the file', () => {
  const jpeg = bytesOf('colour.jpg');
  const webp = bytesOf('lossless.webp');
  const huge = jpeg.with(163, 0xff).with(164, 0xff).with(165, 0xff).with(166, 0xff);
  // 8,000 = 0x1f40. Sampling factors of 1 for all components (4:4:4).
  const fine = [0x1f, 0x40, 0x1f, 0x40].reduce((bytes, byte, at) => bytes.with(163 + at, byte), jpeg).with(169, 0x11);
  test.each([
    ['a CMYK picture', bytesOf('cmyk.jpg'), 'x.bin is a CMYK picture, made for printing; save it in RGB'],
    ['a moving picture', bytesOf('moving.webp'), 'x.bin is a moving picture'],
    ['text', new TextEncoder().encode('hello'), 'x.bin is no picture; PNG, JPEG and WebP are read here'],
    ['no bytes', new Uint8Array(0), 'x.bin is an empty file; PNG, JPEG and WebP are read here'],
    ['a GIF', new TextEncoder().encode('GIF89a'), 'x.bin is a GIF picture; PNG, JPEG and WebP are read here'],
    ['a JPEG that is cut off', jpeg.subarray(0, jpeg.length - 100), 'x.bin is a damaged JPEG image: it is cut off'],
    ['a WebP that is cut off', webp.subarray(0, webp.length - 20), 'x.bin is a damaged WebP image: it is cut off'],
    ['a large JPEG with whole colours', fine, 'x.bin has 8,000 x 8,000 pixels, at most 32,000,000 are read of a JPEG'],
    ['a JPEG without sampling factors', jpeg.with(169, 0), 'x.bin is a damaged JPEG image: its sampling factors'],
    ['a JPEG that claims 4 billion pixels', huge, 'x.bin has 65,535 x 65,535 pixels, at most 64,000,000 are read'],
  ])('%s', async (_, bytes, message) => {
    await expect(readPicture(bytes, 'x.bin')).rejects.toThrow(WorldError);
    await expect(readPicture(bytes, 'x.bin')).rejects.toThrow(message);
  });
});

const onlyExpected = async (bytes: Uint8Array) => {
  try {
    await readPicture(bytes, 'x.bin');
  } catch (error) {
    if (!(error instanceof WorldError || error instanceof UsageError)) throw error;
  }
};

test('changed bytes give a picture or a message', async () => {
  for (const name of Object.keys(tolerances)) {
    const sound = bytesOf(name);
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = Uint8Array.from(sound);
        for (const [at, value] of changes) bytes[at] = value;
        await onlyExpected(bytes);
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), (length) => onlyExpected(sound.subarray(0, length))),
      {
        numRuns: 30,
      },
    );
  }
});

test('random bytes after a signature give a message', async () => {
  const signatures = ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'RIFF\x20\0\0\0WEBPVP8 '];
  const bytes = fc.tuple(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 80 }));
  await fc.assert(
    fc.asyncProperty(bytes, ([signature, rest]) =>
      onlyExpected(Uint8Array.from([...Array.from(signature, (letter) => letter.charCodeAt(0)), ...rest])),
    ),
  );
});
