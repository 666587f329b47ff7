import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { gunzip, parseIdx } from './idx.ts';
import { mnistFromIdx } from './mnist.ts';

/** An IDX file: magic number, big-endian sizes, bytes. */
function idx(magic: number, sizes: readonly number[], data: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * sizes.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  for (const [i, size] of sizes.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(data, 4 + 4 * sizes.length);
  return bytes;
}

const images = (count: number, side = 2) =>
  idx(
    0x803,
    [count, side, side],
    Array.from({ length: count * side * side }, (_, i) => i % 256),
  );
const labels = (...values: number[]) => idx(0x801, [values.length], values);

test('images and labels are read with their sizes', () => {
  expect(parseIdx(images(3), 'f', 'images')).toEqual({
    shape: [3, 2, 2],
    data: Uint8Array.from({ length: 12 }, (_, i) => i),
  });
  expect(parseIdx(labels(7, 0, 9), 'f', 'labels')).toEqual({ shape: [3], data: Uint8Array.of(7, 0, 9) });
});

test.each([
  ['truncated data', images(3).subarray(0, 20), 'f is cut off: 3 x 2 x 2 needs 28 bytes, it has 20'],
  ['truncated header', images(3).subarray(0, 9), 'f is cut off: it has 9 bytes'],
  ['nothing at all', new Uint8Array(0), 'f is cut off: it has 0 bytes'],
  ['bytes left over', idx(0x803, [1, 1, 1], [1, 2]), 'f is too long'],
  ['labels instead', labels(1, 2), 'this one holds labels'],
  ['another format', idx(0x0d03, [1, 1, 1], [1]), 'got 0x00000d03'],
  ['compressed without saying so', new Uint8Array(gzipSync(images(1))), 'this one is compressed'],
  ['no images', idx(0x803, [0, 28, 28], []), 'f is empty'],
  ['sizes beyond any file', idx(0x803, [0xffffffff, 0xffffffff, 0xffffffff], [1]), 'f is cut off'],
])('images are refused: %s', (_, bytes, message) => {
  expect(() => parseIdx(bytes, 'f', 'images')).toThrow(WorldError);
  expect(() => parseIdx(bytes, 'f', 'images')).toThrow(message);
});

describe('MNIST', () => {
  const good = {
    trainImages: images(3),
    trainLabels: labels(1, 2, 3),
    testImages: images(2),
    testLabels: labels(4, 9),
  };
  const from = (files: typeof good) => {
    const named = (name: keyof typeof good) => ({ name, bytes: files[name] });
    return mnistFromIdx({
      ...{ trainImages: named('trainImages'), trainLabels: named('trainLabels') },
      ...{ testImages: named('testImages'), testLabels: named('testLabels') },
    });
  };

  test('four files make two sets', () => {
    const { train, test: tested } = from(good);
    expect([train.shape, train.labels.length, train.classes, tested.labels.length]).toEqual([[1, 2, 2], 3, 10, 2]);
    expect([...tested.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([
    [
      'a label over 9',
      { ...good, testLabels: labels(4, 10) },
      'testLabels: label 1 is 10, expected a digit from 0 to 9',
    ],
    [
      'counts that differ',
      { ...good, trainLabels: labels(1, 2) },
      'trainImages holds 3 images, but trainLabels holds 2 labels',
    ],
    ['sizes that differ', { ...good, testImages: images(2, 3) }, 'trainImages has images of 2x2, testImages of 3x3'],
  ])('refused: %s', (_, files, message) => {
    expect(() => from(files)).toThrow(WorldError);
    expect(() => from(files)).toThrow(message);
  });
});

test('gzip is unpacked; a damaged one is refused in words', async () => {
  const packed = new Uint8Array(gzipSync(images(2)));
  expect(await gunzip(packed, 'f.gz')).toEqual(images(2));
  await expect(gunzip(packed.slice(0, -9), 'f.gz')).rejects.toThrow(WorldError);
  await expect(gunzip(Uint8Array.of(1, 2, 3), 'f.gz')).rejects.toThrow('f.gz is no sound gzip file');
});

test('random bytes and damaged files are refused in words or read, never anything else', () => {
  const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(255)), { maxLength: 3 });
  const mutated = fc.tuple(edits, fc.nat(40)).map(([changes, length]) => {
    const bytes = new Uint8Array(length);
    bytes.set(images(3).subarray(0, length));
    for (const [at, value] of changes) if (at < length) bytes[at] = value;
    return bytes;
  });
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated),
      fc.constantFrom('images', 'labels'),
      (bytes, content) => {
        try {
          const { shape, data } = parseIdx(bytes, 'f', content);
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WorldError);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
