/** Rungs of successive halving. */
import { expect, test } from 'vitest';
import { bracketSize, epochsOfBracket, promotions, rungsOf } from './rungs.ts';

test('rungs are the epochs divided by powers of three, rounded up', () => {
  expect(rungsOf(27)).toEqual([1, 3, 9, 27]);
  expect(rungsOf(10)).toEqual([2, 4, 10]);
  expect(rungsOf(9)).toEqual([1, 3, 9]);
  expect(rungsOf(2)).toEqual([2]);
});

test('one of a bracket reaches the last rung', () => {
  expect(bracketSize([1, 3, 9])).toBe(9);
  // Nine train one epoch, three of them two more, one of these six more.
  expect(epochsOfBracket([1, 3, 9])).toBe(9 + 3 * 2 + 6);
  expect([9, 3, 2, 1].map(promotions)).toEqual([3, 1, 1, 1]);
});
