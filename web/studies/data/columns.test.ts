/** The table of trials: its columns and its order. */
import { expect, test } from 'vitest';
import { trialRow } from '../rows.testing.ts';
import { sorted } from './columns.ts';

const trials = [
  trialRow({ number: 0, score: 90 }),
  trialRow({ number: 1, score: null }),
  trialRow({ number: 2, score: 95 }),
  trialRow({ number: 3, score: 90 }),
];
const by = (value: Parameters<typeof sorted>[1]['value'], descending = false, pinned: number[] = []) =>
  sorted(trials, { value }, { descending, pinned: new Set(pinned) }).map(({ number }) => number);

test('trials without a value stand last in both directions, and equal ones keep their order', () => {
  expect(by(({ score }) => score)).toEqual([0, 3, 2, 1]);
  expect(by(({ score }) => score, true)).toEqual([2, 0, 3, 1]);
});

test('pinned trials stand first', () => expect(by(({ score }) => score, true, [1, 3])).toEqual([3, 1, 2, 0]));

test('names with numbers are sorted by their numbers', () => {
  const names = ['C10', 'C9', 'C1', 'adam'];
  expect(by(({ number }) => names[number])).toEqual([3, 2, 1, 0]);
});
