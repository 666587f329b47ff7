/** Numbers as text. */
import { expect, test } from 'vitest';
import { listed } from '../../base/format.ts';
import {
  countText,
  differenceRange,
  differenceText,
  exactScore,
  pSentence,
  pText,
  rangeText,
  resolveText,
  scoreText,
  sizeText,
} from './numbers.ts';

test('scores, ranges and sizes have the decimals of their objective', () => {
  expect([scoreText(98.856, 'accuracy'), scoreText(0.05, 'loss')]).toEqual(['98.86', '0.0500']);
  expect([scoreText(-1.5, 'score'), scoreText(-0.00001, 'score')]).toEqual(['−1.5000', '0.0000']);
  expect(rangeText([98.5, 99.191], 'accuracy')).toBe('98.50 to 99.19');
  expect([sizeText(0.241, 'accuracy'), sizeText(0.01, 'loss')]).toEqual(['0.24 points', '0.0100']);
  expect([resolveText(0.1, 'accuracy'), resolveText(0.01, 'loss')]).toEqual(['0.1 points', '0.01']);
  expect([resolveText(1, 'accuracy'), resolveText(2, 'accuracy'), resolveText(1, 'loss')]).toEqual([
    '1 point',
    '2 points',
    '1',
  ]);
});

test('scores for other programs: an accuracy has no rounding errors', () => {
  expect([0.555 * 100, 0.817 * 100].map((score) => exactScore(score, 'accuracy'))).toEqual([55.5, 81.7]);
  expect(0.555 * 100).not.toBe(55.5);
  expect(exactScore(0.1234567890123456, 'loss')).toBe(0.1234567890123456);
});

test('differences have a sign, except where they are printed as zero', () => {
  expect([0.4, -0.4, 0, -0.001].map((value) => differenceText(value, 'accuracy'))).toEqual([
    '+0.40',
    '−0.40',
    '0.00',
    '0.00',
  ]);
  expect(differenceRange([-0.654, 0], 'accuracy')).toBe('−0.65 to 0.00');
});

test('p is never printed as zero, nor as p = < 0.001', () => {
  expect([0.5, 0.0664, 0.001, 0.00099, 1e-9, 1].map(pText)).toEqual([
    '0.500',
    '0.066',
    '0.001',
    '< 0.001',
    '< 0.001',
    '1.000',
  ]);
  expect([0.0664, 1e-9].map(pSentence)).toEqual(['p = 0.066', 'p < 0.001']);
});

test('lists and counts', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listed(items))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
  expect(listed(['a', 'b'], 'or')).toBe('a or b');
  expect([0, 1, 2, 2000].map((count) => countText(count, 'seed'))).toEqual([
    '0 seeds',
    'one seed',
    '2 seeds',
    '2,000 seeds',
  ]);
});
