/** Counts of ones, compared with the binary digits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onesIn, onesInBytes } from './bits.ts';

const digits = (bits: number) => [...(bits >>> 0).toString(2)].filter((digit) => digit === '1').length;

test('the count of ones of any 32 bits equals the number of ones among its binary digits', () => {
  fc.assert(
    fc.property(fc.integer(), (bits) => {
      expect(onesIn(bits)).toBe(digits(bits));
    }),
  );
  expect([onesIn(0), onesIn(-1), onesIn(255)]).toEqual([0, 32, 8]);
});

test('the count of ones of an array is the sum over its bytes', () => {
  expect(onesInBytes(Uint8Array.of(15, 0, 255, 1))).toBe(13);
  expect(onesInBytes(new Uint8Array(0))).toBe(0);
});
