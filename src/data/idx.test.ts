import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { gunzip, idxLabels, parseIdx, readIdx } from './idx.ts';

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
    itemBytes: 1,
    data: Uint8Array.from({ length: 12 }, (_, i) => i),
  });
  expect(parseIdx(labels(7, 0, 9), 'f', 'labels')).toEqual({ shape: [3], itemBytes: 1, data: Uint8Array.of(7, 0, 9) });
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
  [
    'sizes beyond any file',
    idx(0x803, [0xffffffff, 0xffffffff, 0xffffffff], [1]),
    'f: its header says 4294967295 x 4294967295 x 4294967295, which needs',
  ],
])('images are refused: %s', (_, bytes, message) => {
  expect(() => parseIdx(bytes, 'f', 'images')).toThrow(WorldError);
  expect(() => parseIdx(bytes, 'f', 'images')).toThrow(message);
});

test('colour images and integer labels in columns are read', () => {
  const colour = parseIdx(idx(0x804, [1, 2, 1, 3], [1, 2, 3, 4, 5, 6]), 'f', 'images');
  expect([colour.shape, [...colour.data]]).toEqual([
    [1, 2, 1, 3],
    [1, 2, 3, 4, 5, 6],
  ]);
  // Two labels of QMNIST's eight columns, here two: the class, and the number of the writer.
  const columns = parseIdx(
    idx(0xc02, [2, 2], [0, 0, 0, 7, 0, 0, 14, 15, 0, 0, 1, 0, 255, 255, 255, 255]),
    'f',
    'labels',
  );
  expect([...idxLabels(columns)]).toEqual([7, 256]);
  const negative = parseIdx(idx(0xc01, [1], [255, 255, 255, 254]), 'f', 'labels');
  expect([...idxLabels(negative)]).toEqual([-2]);
  expect([...idxLabels(parseIdx(labels(7, 0), 'f', 'labels'))]).toEqual([7, 0]);
});

async function* inPieces(bytes: Uint8Array<ArrayBuffer>, size = bytes.length): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
const gathered = async (pieces: AsyncIterable<Uint8Array>) => {
  const all: number[] = [];
  for await (const piece of pieces) all.push(...piece);
  return Uint8Array.from(all);
};

describe('a file in pieces', () => {
  test.each([1, 3, 15, 16, 17, 100])('of %d bytes gives the same data', async (size) => {
    expect(await readIdx(inPieces(images(3), size), 'f', 'images')).toEqual(images(3));
    expect(await readIdx(inPieces(labels(7, 0, 9), size), 'f', 'labels')).toEqual(labels(7, 0, 9));
  });

  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['cut off', images(3).slice(0, 20), 'f is cut off: 3 x 2 x 2 needs 28 bytes, it has 20'],
    ['cut off in its header', images(3).slice(0, 9), 'f is cut off: it has 9 bytes, its header alone needs 16'],
    ['nothing at all', new Uint8Array(0), 'f is cut off: it has 0 bytes'],
    ['longer by one byte', Uint8Array.of(...images(3), 1), 'f is too long: 3 x 2 x 2 needs 28 bytes, it has more'],
    ['another file', labels(...new Array<number>(20).fill(1)), 'this one holds labels'],
    [
      'four billion images',
      idx(0x803, [2 ** 32 - 1, 28, 28], [1]),
      'f: its header says 4294967295 x 28 x 28, which needs 3,367,254,359,296 bytes; at most 2,000,000,000 are read here',
    ],
  ])('is refused: %s', async (_, bytes, message) => {
    for (const size of [1, 5, 64]) {
      await expect(readIdx(inPieces(bytes, size), 'f', 'images')).rejects.toThrow(WorldError);
      await expect(readIdx(inPieces(bytes, size), 'f', 'images')).rejects.toThrow(message);
    }
  });

  test('is no longer read once it is too long', async () => {
    let asked = 0;
    const endless = async function* () {
      yield images(3);
      for (;;) {
        asked++;
        yield new Uint8Array(1000);
      }
    };
    await expect(readIdx(endless(), 'f', 'images')).rejects.toThrow('f is too long');
    expect(asked).toBe(1);
  });
});

describe('gzip', () => {
  test('is unpacked; a damaged file is refused with a WorldError', async () => {
    const packed = new Uint8Array(gzipSync(images(2)));
    expect(await gathered(gunzip(inPieces(packed), 'f.gz'))).toEqual(images(2));
    expect(await gathered(gunzip(inPieces(packed, 5), 'f.gz'))).toEqual(images(2));
    for (const wrong of [packed.slice(0, -9), Uint8Array.of(1, 2, 3)]) {
      await expect(gathered(gunzip(inPieces(wrong), 'f.gz'))).rejects.toThrow(WorldError);
      await expect(gathered(gunzip(inPieces(wrong), 'f.gz'))).rejects.toThrow('f.gz is no sound gzip file');
    }
  });

  test('an error of the disk is not reported as a damaged file', async () => {
    const failing = async function* () {
      yield new Uint8Array(gzipSync(images(2))).slice(0, 10);
      throw new WorldError('cannot read f.gz: the disk reports an error');
    };
    await expect(gathered(gunzip(failing(), 'f.gz'))).rejects.toThrow('cannot read f.gz: the disk reports an error');
  });

  test('with more data than the IDX file needs is not unpacked to its end', async () => {
    // Three images and 64 MB of zeros after them, compressed to 64 kB.
    const packed = new Uint8Array(gzipSync(Buffer.concat([images(3), Buffer.alloc(2 ** 26)])));
    let unpacked = 0;
    const counted = async function* () {
      for await (const piece of gunzip(inPieces(packed), 'f.gz')) {
        unpacked += piece.length;
        yield piece;
      }
    };
    await expect(readIdx(counted(), 'f.gz', 'images')).rejects.toThrow('f.gz is too long');
    expect(unpacked).toBeLessThan(2 ** 20);
  });
});

test('random bytes and damaged files are read or refused with a WorldError', () => {
  const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(255)), { maxLength: 3 });
  const lengths = fc.oneof(fc.constant(images(3).length), fc.nat(40));
  const mutated = fc.tuple(edits, lengths).map(([changes, length]) => {
    const bytes = new Uint8Array(length);
    bytes.set(images(3).subarray(0, length));
    for (const [at, value] of changes) if (at < length) bytes[at] = value;
    return bytes;
  });
  let [read, refused] = [0, 0];
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated, mutated),
      fc.constantFrom('images', 'labels'),
      (bytes, content) => {
        try {
          const { shape, itemBytes, data } = parseIdx(bytes, 'f', content);
          expect(shape.reduce((a, b) => a * b, itemBytes)).toBe(data.length);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(WorldError);
          refused++;
        }
      },
    ),
    { numRuns: 3000 },
  );
  // Both outcomes must occur.
  expect(read).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(300);
});
