import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from './errors.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { Tensor } from './tensor.ts';

/** A file written by hand from the format's description. */
function file(header: unknown, data: readonly number[] = [], announce?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, announce ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const one = [0, 0, 128, 63]; // 1 as little-endian float32
const two = [0, 0, 0, 64];
const entry = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

test('reads a file written by hand, tensors in the order of their data', () => {
  const bytes = file({ b: entry([1], 4, 8), __metadata__: { model: 'x' }, a: entry([], 0, 4) }, [...one, ...two]);
  const { tensors, metadata } = readSafetensors(bytes, 'f');
  expect([...tensors]).toEqual([
    ['a', { shape: [], data: Float32Array.of(1) }],
    ['b', { shape: [1], data: Float32Array.of(2) }],
  ]);
  expect([...metadata]).toEqual([['model', 'x']]);
});

test('writes the bytes of the format: header padded to 8, metadata sorted', () => {
  const bytes = writeSafetensors(new Map([['w', { shape: [1, 2], data: Float32Array.of(1, 2) }]]), { z: '1', a: 'ä' });
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerBytes % 8).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)).trimEnd()).toBe(
    '{"__metadata__":{"a":"ä","z":"1"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}',
  );
  expect([...bytes.subarray(8 + headerBytes)]).toEqual([...one, ...two]);
});

const damages: [string, Uint8Array, string][] = [
  ['too short', Uint8Array.of(1, 2, 3), '3 bytes are too few'],
  ['header longer than the file', file({}, [], 1000n), 'claims 1000 bytes'],
  ['header of 2^60 bytes', file({}, [], 2n ** 60n), 'claims'],
  ['header without {', file('[1]'), 'does not start with {'],
  ['header cut off', file('{"a":'), 'not valid JSON'],
  ['overlap', file({ a: entry([1], 0, 4), b: entry([2], 0, 8) }, [...one, ...two]), 'overlap'],
  ['hole', file({ a: entry([1], 4, 8) }, [...one, ...two]), 'expected 0'],
  ['bytes left over', file({ a: entry([1], 0, 4) }, [...one, ...two]), 'the file has'],
  ['data cut off', file({ a: entry([2], 0, 8) }, one), 'the file has'],
  ['shape and size differ', file({ a: entry([3], 0, 8) }, [...one, ...two]), 'needs 12 bytes'],
  ['negative size', file({ a: entry([-1], 0, 4) }, one), 'no valid shape'],
  ['end before begin', file({ a: entry([0], 4, 0) }, one), 'no valid data_offsets'],
  ['another type', file({ a: { ...entry([2], 0, 4), dtype: 'F16' } }, one), 'has type F16'],
  [
    'a type that is no string',
    file({ a: { ...entry([1], 0, 4), dtype: { toString: 1, valueOf: 1 } } }, one),
    'no valid dtype',
  ],
  ['a type nested deeply', file(`{"a":{"dtype":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`), 'no valid dtype'],
  [
    'sizes whose product is no number',
    file({ a: entry([...Array(40).fill(Number.MAX_SAFE_INTEGER), 0], 0, 0) }),
    'needs NaN bytes',
  ],
  ['header beyond the format’s limit', file({}, new Array(64).fill(0), 100_000_001n), 'claims 100000001 bytes'],
  ['NaN', file({ a: entry([2], 0, 8) }, [...one, 0, 0, 192, 127]), 'tensor a holds NaN at position 1'],
  ['infinity', file({ a: entry([1], 0, 4) }, [0, 0, 128, 255]), 'holds -Infinity'],
  ['metadata that is no string', file({ __metadata__: { a: 1 } }), 'metadata "a" is no string'],
];

test.each(damages)('refuses: %s', (_, bytes, message) => {
  expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(WorldError);
  expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(message);
  expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(/^model\.safetensors is not a sound/);
});

test('tensors may be named __proto__ or constructor', () => {
  const tensors = new Map(
    ['__proto__', 'constructor', '\ud800'].map((name) => [name, { shape: [1], data: Float32Array.of(1) }]),
  );
  const found = readSafetensors(writeSafetensors(tensors, JSON.parse('{"__proto__":"x"}')), 'f');
  expect([...found.tensors]).toEqual([...tensors]);
  expect([...found.metadata]).toEqual([['__proto__', 'x']]);
});

test('a tensor or name that could not be read back is not written', () => {
  const write = (name: string, shape: number[]) => () =>
    writeSafetensors(new Map([[name, { shape, data: Float32Array.of(1) }]]));
  expect(write('w', [3])).toThrow(UsageError);
  expect(write('w', [3])).toThrow('tensor w [3] needs 3 numbers, got 1');
  expect(write('__metadata__', [1])).toThrow(UsageError);
});

test('a file that starts at any byte offset of its buffer is read', () => {
  const bytes = writeSafetensors(new Map([['w', { shape: [2], data: Float32Array.of(1.5, -2) }]]));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(readSafetensors(shifted.subarray(3), 'f').tensors.get('w')?.data).toEqual(Float32Array.of(1.5, -2));
});

describe('properties', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const tensor = fc
    .array(float, { maxLength: 6 })
    .map((values): Tensor => ({ shape: [values.length], data: Float32Array.from(values) }));
  const tensors = fc
    .array(
      fc.tuple(
        fc.string({ maxLength: 8 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
        tensor,
      ),
      { maxLength: 5 },
    )
    .map((entries) => new Map(entries));

  const read = (bytes: Uint8Array) => {
    try {
      return readSafetensors(bytes, 'f');
    } catch (error) {
      expect(error).toBeInstanceOf(WorldError);
      return undefined;
    }
  };

  test('any written tensors and metadata are read back', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (given, metadata) => {
        const found = readSafetensors(writeSafetensors(given, metadata), 'f');
        // A JSON object moves integer-like names to the front, so both sides are sorted by name.
        expect(new Map([...found.tensors].sort())).toEqual(new Map([...given].sort()));
        expect(Object.fromEntries(found.metadata)).toEqual({ ...metadata });
      }),
    );
  });

  test('random bytes are read or refused with a WorldError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(bytes)),
      { numRuns: 2000 },
    );
  });

  test('a valid file with bytes changed, removed or added is read or refused with a WorldError', () => {
    const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(tensors, edits, fc.integer({ min: -20, max: 20 }), (given, changes, longer) => {
        const good = writeSafetensors(given, { a: 'b' });
        const bytes = new Uint8Array(Math.max(0, good.length + longer));
        bytes.set(good.subarray(0, bytes.length));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        read(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
