import fc from 'fast-check';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import {
  bytesField,
  doubleField,
  floatField,
  integerField,
  joined,
  Message,
  messageField,
  textField,
} from './protobuf.ts';

// The independent reader and writer.
const { root } = protobuf.parse(
  `syntax = "proto3";
message Inner { string name = 1; int64 size = 2; }
message Outer {
  int64 whole = 1; float single = 2; double twice = 3; bytes raw = 4; string text = 5; Inner inner = 6;
  repeated int64 packed = 7; repeated int64 loose = 8 [packed = false]; repeated float floats = 9; repeated string texts = 2000;
}`,
  { keepCase: true },
);
const Outer = root.lookupType('Outer');

const wholes = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, -1, -128, -(2 ** 52)];

test('an independent reader finds what the writer wrote', () => {
  for (const whole of wholes) {
    const bytes = joined([
      integerField(1, whole),
      floatField(2, -0.75),
      doubleField(3, 1e300),
      bytesField(4, Uint8Array.of(0, 255)),
      textField(5, 'é'.repeat(100)),
      messageField(6, [textField(1, 'in'), integerField(2, whole)]),
      ...wholes.map((each) => integerField(8, each)),
      ...['a', ''].map((text) => textField(2000, text)),
    ]);
    expect(Outer.toObject(Outer.decode(bytes), { longs: Number, bytes: Array, defaults: true })).toEqual({
      whole,
      single: -0.75,
      twice: 1e300,
      raw: [0, 255],
      text: 'é'.repeat(100),
      inner: { name: 'in', size: whole },
      packed: [],
      loose: wholes,
      floats: [],
      texts: ['a', ''],
    });
  }
});

test('the reader finds what an independent writer wrote, packed or not', () => {
  const bytes = Outer.encode(
    Outer.fromObject({
      whole: -3,
      single: 0.5,
      twice: -2.25,
      raw: Uint8Array.of(1, 2, 3),
      text: 'Größe',
      inner: { name: 'x', size: 128 },
      packed: wholes,
      loose: wholes,
      floats: [1.5, -2.5],
      texts: ['one', 'two'],
    }),
  ).finish();
  const message = new Message(bytes, 'a.onnx');
  expect(message.integer(1)).toBe(-3);
  expect(message.float(2)).toBe(0.5);
  expect(message.double(3)).toBe(-2.25);
  expect([...message.bytes(4)!]).toEqual([1, 2, 3]);
  expect(message.text(5)).toBe('Größe');
  expect(message.message(6)?.text(1)).toBe('x');
  expect(message.message(6)?.integer(2)).toBe(128);
  expect(message.integers(7)).toEqual(wholes);
  expect(message.integers(8)).toEqual(wholes);
  expect(message.floats(9)).toEqual(Float32Array.of(1.5, -2.5));
  expect(message.texts(2000)).toEqual(['one', 'two']);
  expect([message.has(2000), message.has(10), message.count(8)]).toEqual([true, false, wholes.length]);
  expect([message.integer(10), message.float(10), message.double(10), message.bytes(10)]).toEqual(
    Array(4).fill(undefined),
  );
  expect(message.text(10)).toBe('');
});

test.each([
  ['a number without an end', [0x08, 0x80], 'a number is cut off or too long'],
  ['a number of eleven bytes', [0x08, ...Array(10).fill(0x80), 1], 'a number is cut off or too long'],
  ['a float that is cut off', [0x15, 0, 0], 'a number is cut off'],
  ['a text that is cut off', [0x2a, 5, 65], 'a field of 5 bytes is cut off'],
  ['a text of 2^63 bytes', [0x2a, ...Array(9).fill(0xff), 1, 65], 'a field of 18446744073709551615 bytes is cut off'],
  ['a group', [0x0b, 0x0c], 'a field has the wire type 3'],
  ['field 0', [0x00, 1], 'a field has the number 0'],
])('%s is damage, said with the name of the file', (_, bytes, why) => {
  expect(() => new Message(Uint8Array.from(bytes), 'x.onnx')).toThrow(new WorldError(`x.onnx is damaged: ${why}`));
});

test('a field of another type is damage', () => {
  const message = new Message(
    joined([integerField(1, 5), bytesField(2, Uint8Array.of(1, 2, 3)), bytesField(3, Uint8Array.of(0xff))]),
    'x.onnx',
  );
  for (const read of [
    () => message.text(1),
    () => message.messages(1),
    () => message.bytes(1),
    () => message.double(1),
  ]) {
    expect(read).toThrow(WorldError);
  }
  expect(() => message.floats(2)).toThrow('x.onnx is damaged: field 2 does not hold floats');
  expect(() => message.integers(3)).toThrow('x.onnx is damaged: a number is cut off or too long');
  expect(() => message.text(3)).toThrow('x.onnx is damaged: field 3 is no text in UTF-8');
  const large = new Message(Uint8Array.of(8, ...Array(7).fill(0xff), 0x7f), 'x.onnx');
  expect(() => large.integer(1)).toThrow('x.onnx is damaged: the number 72057594037927940 is too large');
});

test('a message of too many fields is refused before they take memory', () => {
  const many = new Uint8Array(2 * (2 ** 20 + 1)).fill(8);
  expect(() => new Message(many, 'x.onnx')).toThrow('x.onnx is damaged: a part of it has more than 1048576 fields');
});

test('any bytes are a message or damage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        const message = new Message(bytes, 'x.onnx');
        for (let field = 1; field < 16; field++) {
          for (const read of ['integers', 'floats', 'texts', 'messages'] as const) {
            try {
              message[read](field);
            } catch (error) {
              if (!(error instanceof WorldError)) throw error;
            }
          }
        }
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
