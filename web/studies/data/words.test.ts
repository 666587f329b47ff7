/** How the page writes numbers and times. */
import { expect, test } from 'vitest';
import { accuracy } from '../rows.testing.ts';
import {
  agoText,
  bytesText,
  differenceText,
  durationText,
  entryState,
  measureLabel,
  momentText,
  scoreText,
} from './words.ts';

test.each([
  [0.25, '0.3 s'],
  [40, '40 s'],
  [89.6, '90 s'],
  [180, '3 min'],
  [7800, '2 h 10 min'],
  [7200, '2 h'],
  [43_200, '12 h'],
  [259_200, '3 days'],
])('%d seconds are written %s', (seconds, text) => expect(durationText(seconds)).toBe(text));

test('scores, differences and sizes have their units and signs', () => {
  expect(scoreText(98.857, accuracy)).toBe('98.86 %');
  expect(scoreText(null, accuracy)).toBe('–');
  expect(differenceText(-0.126, accuracy)).toBe('−0.13');
  expect(differenceText(-0.001, accuracy)).toBe('0.00');
  expect([999, 12_345, 5_600_000].map(bytesText)).toEqual(['999 B', '12 kB', '5.6 MB']);
  expect(agoText(0, 12_000)).toBe('12 s ago');
  expect(agoText(0, 1000)).toBe('just now');
});

test('a moment is written with its day and year as far as they are not those of now', () => {
  const now = new Date(2026, 2, 4, 18, 0);
  const written = (...moment: [number, number, number, number, number]) => momentText(new Date(...moment), now);
  expect(written(2026, 2, 4, 9, 5)).toBe('09:05');
  expect(written(2026, 0, 2, 23, 59)).toBe('2 Jan, 23:59');
  expect(written(2025, 11, 31, 0, 0)).toBe('31 Dec 2025, 00:00');
});

test('an axis names the set that the value is measured on', () => {
  expect(measureLabel(accuracy, 'post')).toBe('Testing accuracy (%)');
  expect(measureLabel({ ...accuracy, name: 'loss', unit: '' }, 'held-out')).toBe('Validation loss');
  expect(measureLabel({ ...accuracy, name: 'score', unit: '' }, null)).toBe('Score');
});

test('a journal of another program that rests is not called interrupted: nothing tells whether it is finished', () => {
  expect(entryState('interrupted', 'study').word).toBe('interrupted');
  for (const kind of ['optuna', 'tensorboard'] as const) expect(entryState('interrupted', kind).word).toBe('idle');
  expect(entryState('running', 'optuna').word).toBe('running');
});

test('a paused study can be told from one whose process was killed', () => {
  expect([entryState('paused', 'study').word, entryState('interrupted', 'study').word]).toEqual([
    'paused',
    'interrupted',
  ]);
});
