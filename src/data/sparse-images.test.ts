/** The sparse form of images gives every byte back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { packSparse, unpackSparse } from './sparse-images.ts';

const blank = (images: number, pixels: number) => ({
  images: new Uint8Array(images * pixels),
  labels: new Uint8Array(images),
  width: 1,
});

test('by hand: two images of 2 x 3 pixels', () => {
  const images = Uint8Array.of(0, 7, 5, 0, 6, 1, 0, 0, 0, 0, 0, 9);
  const packed = packSparse({ images, labels: Uint8Array.of(3, 8), width: 3 });
  // The number of images, the labels, the bits of pixels 1, 2, 4, 5 and 11. Then 9, which has no inked neighbour; 7, 5, 6 and 1 have three each.
  expect([...packed]).toEqual([2, 0, 0, 0, 3, 8, 0b00110110, 0b00001000, 9, 7, 5, 6, 1]);
});

test('any images come back', () => {
  const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(byte),
      (count, height, width, bytes) => {
        const images = Uint8Array.from(bytes.take(count * height * width));
        const labels = Uint8Array.from(bytes.take(count));
        const target = { ...blank(count, height * width), width };
        unpackSparse(packSparse({ images, labels, width }), target, 'part');
        expect(target).toEqual({ images, labels, width });
      },
    ),
  );
});

test('a part that is cut off, too long, or of another number of images is refused', () => {
  const packed = packSparse({ images: Uint8Array.of(1, 2, 0, 3), labels: Uint8Array.of(0, 1), width: 1 });
  const bad = [
    packed.subarray(0, 3),
    packed.subarray(0, -1),
    Uint8Array.of(...packed, 0),
    Uint8Array.of(3, ...packed.subarray(1)),
  ];
  for (const part of bad) expect(() => unpackSparse(part, blank(2, 2), 'train-0')).toThrow(WorldError);
  expect(() => unpackSparse(packed, blank(3, 2), 'train-0')).toThrow('train-0 is damaged: it does not hold 3 images');
});
