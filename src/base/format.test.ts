import { expect, test } from 'vitest';
import { counted, duration, percent, rounded } from './format.ts';

test('numbers are written as in the post', () => {
  expect([rounded(0.145), rounded(0.15856), percent(0.9553), percent(0.953416666), percent(1)]).toEqual([
    '0.145',
    '0.1586',
    '95.53',
    '95.3417',
    '100',
  ]);
});

test('counts are written as Intl does', () => {
  const numbers = [0, 7, 999, 1000, -1234567, 12345.6, 2 ** 53, 1e21, Number.POSITIVE_INFINITY, Number.NaN];
  expect(numbers.map(counted)).toEqual(numbers.map((n) => Math.round(n).toLocaleString('en-US')));
});

test('counts have thousands separators, durations have units', () => {
  expect([counted(60000), duration(1.44), duration(75.2), duration(200)]).toEqual([
    '60,000',
    '1.4 s',
    '75 s',
    '3 min 20 s',
  ]);
});
