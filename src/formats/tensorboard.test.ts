import crc32c from 'crc-32/crc32c.js';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { fileVersion, scalarEvent, wallTimes } from './tensorboard.ts';

// An independent reader: protobufjs with the public field numbers, and the CRC-32C of another package.
const { root } = protobuf.parse(
  `syntax = "proto3";
message Value { string tag = 1; float simple_value = 2; }
message Summary { repeated Value value = 1; }
message Event { double wall_time = 1; optional int64 step = 2; string file_version = 3; Summary summary = 5; }`,
  { keepCase: true },
);
const Event = root.lookupType('Event');

function readEvents(bytes: Uint8Array): Record<string, unknown>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const masked = (data: Uint8Array) => {
    const crc = crc32c.buf(data) >>> 0;
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  const events = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data));
    events.push(Event.toObject(Event.decode(data), { longs: Number }));
    at += 16 + length;
  }
  return events;
}

const file = new Uint8Array([
  ...fileVersion(1_795_494_132.5),
  ...scalarEvent(1_795_494_133.25, 0, { 'train/loss': 2.5, 'test/acc': 0.125 }),
  ...scalarEvent(1_795_494_134, 300, { 'train/loss': -0.75 }),
]);

test('an independent reader finds version, steps, times and scalars', () => {
  expect(readEvents(file)).toEqual([
    { wall_time: 1_795_494_132.5, file_version: 'brain.Event:2' },
    {
      wall_time: 1_795_494_133.25,
      step: 0,
      summary: {
        value: [
          { tag: 'train/loss', simple_value: 2.5 },
          { tag: 'test/acc', simple_value: 0.125 },
        ],
      },
    },
    { wall_time: 1_795_494_134, step: 300, summary: { value: [{ tag: 'train/loss', simple_value: -0.75 }] } },
  ]);
});

test('wallTimes reads the times of all records, also in a file that is cut off or damaged', () => {
  const times = [1_795_494_132.5, 1_795_494_133.25, 1_795_494_134];
  expect(wallTimes(file)).toEqual(times);
  expect(wallTimes(file.subarray(0, file.length - 3))).toEqual(times.slice(0, 2));
  expect(wallTimes(new Uint8Array(5))).toEqual([]);
  const first = fileVersion(0).length;
  for (let bit = first * 8; bit < (first + 20) * 8; bit++) {
    const damaged = file.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    // A damaged length ends the list; damaged content leaves the record without a time.
    expect(wallTimes(damaged)).toEqual(bit < (first + 12) * 8 ? times.slice(0, 1) : [times[0], undefined, times[2]]);
  }
});

test('an independent reader finds steps, tags and texts of every length', () => {
  const steps = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER];
  const tags = [1, 2, 115, 127, 128, 300, 20_000].map((length) => 'é'.repeat(length / 2) + 'x'.repeat(length % 2));
  const records = [
    ...steps.map((step) => scalarEvent(1, step, { a: 1 })),
    ...tags.map((tag) => scalarEvent(1, 0, { [tag]: 1 })),
    scalarEvent(2, 7, {}),
  ];
  const events = readEvents(new Uint8Array(records.flatMap((record) => [...record])));
  expect(events).toEqual([
    ...steps.map((step) => ({ wall_time: 1, step, summary: { value: [{ tag: 'a', simple_value: 1 }] } })),
    ...tags.map((tag) => ({ wall_time: 1, step: 0, summary: { value: [{ tag, simple_value: 1 }] } })),
    { wall_time: 2, step: 7, summary: {} },
  ]);
});

/** A whole record of this data, with checksums of the other package. */
function recordOf(data: readonly number[]): number[] {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  const masked = (part: Uint8Array) => {
    const crc = crc32c.buf(part) >>> 0;
    return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  };
  view.setUint32(0, data.length, true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(bytes.subarray(12, 12 + data.length)), true);
  return [...bytes];
}

test('records without our time give undefined: no data, too little, another first field', () => {
  const time = [...new Uint8Array(Float64Array.of(5.5).buffer)];
  const times = (...records: number[][]) => wallTimes(new Uint8Array(records.flatMap(recordOf)));
  expect(times([])).toEqual([undefined]);
  expect(times([9, ...time])).toEqual([5.5]);
  expect(times([9, ...time.slice(1)])).toEqual([undefined]);
  expect(times([17, ...time])).toEqual([undefined]);
  expect(times([], [9, ...time, 1], [9])).toEqual([undefined, 5.5, undefined]);
});

test('a file cut off at any byte gives the times of its whole records', () => {
  const ends = [fileVersion(1), scalarEvent(2, 0, { a: 1 }), scalarEvent(3, 1, { a: 2 })];
  const whole = new Uint8Array(ends.flatMap((record) => [...record]));
  const lengths = ends.map((_, i) => ends.slice(0, i + 1).reduce((sum, record) => sum + record.length, 0));
  for (let end = 0; end <= whole.length; end++)
    expect(wallTimes(whole.subarray(0, end))).toEqual([1, 2, 3].slice(0, lengths.filter((at) => at <= end).length));
  // A view into a larger buffer is read from its own start.
  expect(wallTimes(new Uint8Array([7, ...whole]).subarray(1))).toEqual([1, 2, 3]);
});
