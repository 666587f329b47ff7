/** Rungs of early stopping. */
import { expect, test } from 'vitest';
import { rungsOf } from './rungs.ts';

test('trainings wait once, after a ninth of their epochs, rounded up', () => {
  expect(rungsOf(27)).toEqual([3, 27]);
  expect(rungsOf(10)).toEqual([2, 10]);
  expect(rungsOf(9)).toEqual([1, 9]);
  expect(rungsOf(3)).toEqual([1, 3]);
});

test('trainings of two epochs do not wait', () => {
  expect(rungsOf(2)).toEqual([2]);
});
