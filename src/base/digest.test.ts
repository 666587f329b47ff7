import { expect, test } from 'vitest';
import { digestOf } from './digest.ts';

test('gives the check values of both catalogued CRCs for "123456789"', () => {
  // reveng.sourceforge.io/crc-catalogue: CRC-32/ISO-HDLC cbf43926, CRC-32/ISCSI e3069283.
  expect(digestOf('123456789')).toBe('cbf43926e3069283');
});

test('the digest does not depend on how the bytes are cut into parts', () => {
  expect(digestOf('1234', new TextEncoder().encode('5678'), '', '9')).toBe('cbf43926e3069283');
  expect(digestOf()).toBe('0000000000000000');
});

test('every flipped bit changes the digest', () => {
  const bytes = new TextEncoder().encode('{"epoch":1,"train":{"loss":0.25}}');
  const seen = new Set([digestOf(bytes)]);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    seen.add(digestOf(damaged));
  }
  expect(seen.size).toBe(bytes.length * 8 + 1);
});
