import crc32c from 'crc-32/crc32c.js';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { fileVersion, firstRecords, scalarEvent } from './tensorboard.ts';

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
      ...{ wall_time: 1_795_494_133.25, step: 0 },
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

test('the first records of a file, also of one that is cut off', () => {
  expect(readEvents(firstRecords(file, 2))).toHaveLength(2);
  expect(firstRecords(file, 9)).toEqual(file);
  expect(readEvents(firstRecords(file.subarray(0, file.length - 3), 9))).toHaveLength(2);
  expect(firstRecords(new Uint8Array(5), 1)).toHaveLength(0);
});
