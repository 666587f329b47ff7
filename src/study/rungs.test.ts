/** Rungs of early stopping. */
import { expect, test } from 'vitest';
import { rungsOf } from './rungs.ts';

test('trainings wait once, after about a ninth of their epochs', () => {
  expect(rungsOf(27)).toEqual([3, 27]);
  expect(rungsOf(14)).toEqual([2, 14]);
  expect(rungsOf(13)).toEqual([1, 13]);
  expect(rungsOf(9)).toEqual([1, 9]);
  expect(rungsOf(3)).toEqual([1, 3]);
});

test('trainings of two epochs do not wait', () => {
  expect(rungsOf(2)).toEqual([2]);
});
