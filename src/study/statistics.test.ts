/** The study's mathematics against SciPy's numbers (test/golden/make_statistics.py) and published examples. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cutTo, holm, mcNemarExact, pairedTTest, seedsToResolve, summarize } from './statistics.ts';
import { centralProbability, criticalT, twoSidedP } from './student-t.ts';

interface Golden {
  t: { degrees: number; t: number; twoSidedP: number }[];
  quantiles: { degrees: number; confidence: number; t: number }[];
  samples: { a: number[]; b: number[]; mean: number; sd: number; interval: [number, number]; pairedP: number }[];
  mcnemar: { first: number; second: number; p: number }[];
  seeds: { sd: number; halfWidth: number; seeds: number }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/statistics.json', import.meta.url), 'utf8'));

describe('Student’s t', () => {
  test.each(golden.t)('P(|T| > $t) with $degrees degrees of freedom', ({ degrees, t, twoSidedP: p }) => {
    expect(Math.abs(twoSidedP(t, degrees) - p)).toBeLessThan(1e-13);
  });
  test.each(golden.quantiles)('t of $confidence with $degrees degrees of freedom', ({ degrees, confidence, t }) => {
    // SciPy's inverse has an error of about 3e-9 by its own P; ours inverts P, which the test above compares to 1e-13.
    expect(Math.abs(criticalT(confidence, degrees) / t - 1)).toBeLessThan(5e-9);
    expect(twoSidedP(criticalT(confidence, degrees), degrees)).toBeCloseTo(1 - confidence, 13);
  });
});

test.each(golden.samples)('mean, deviation, interval and paired test of $a.length values', (sample) => {
  const { n, mean, sd, interval } = summarize(sample.a);
  expect(n).toBe(sample.a.length);
  expect(mean).toBeCloseTo(sample.mean, 10);
  expect(sd).toBeCloseTo(sample.sd, 10);
  expect(interval![0]).toBeCloseTo(sample.interval[0], 9);
  expect(interval![1]).toBeCloseTo(sample.interval[1], 9);
  expect(pairedTTest(sample.a.map((a, i) => a - sample.b[i]!))).toBeCloseTo(sample.pairedP, 8);
});

test('one value has a mean, but no deviation or interval', () => {
  expect(summarize([98.9])).toEqual({ n: 1, mean: 98.9, sd: undefined, interval: undefined });
});

test('for equal differences p is that of the sign test, 2^(1 - n)', () => {
  expect(pairedTTest([0, 0, 0])).toBe(1);
  expect(pairedTTest([0.5, 0.5, 0.5])).toBe(0.25);
  // Twice 0.3, except for the rounding of binary fractions.
  expect(98.4 - 98.1).not.toBe(98.7 - 98.4);
  expect(pairedTTest([98.4 - 98.1, 98.7 - 98.4])).toBe(0.5);
  expect(pairedTTest([98.4 - 98.1 - 0.3, 98.7 - 98.4 - 0.3])).toBe(1);
});

test.each(golden.mcnemar)('McNemar exact with $first against $second', ({ first, second, p }) => {
  expect(mcNemarExact(first, second) / p - 1).toBeCloseTo(0, 9);
  expect(mcNemarExact(second, first)).toBe(mcNemarExact(first, second));
});

// By hand: 2 x the sum of binomials / 2^n.
test.each([
  [0, 5, 2 / 32],
  [1, 5, (2 * 7) / 64],
  [2, 2, 1],
  [2, 3, 1],
  [3, 12, (2 * (1 + 15 + 105 + 455)) / 32_768],
])('McNemar of %i against %i', (first, second, p) => expect(mcNemarExact(first, second)).toBeCloseTo(p, 12));

test('an interval is cut at both limits and unchanged within them', () => {
  expect(cutTo([-3, 7], [0, 5])).toEqual([0, 5]);
  expect(cutTo([1, 2], [0, 5])).toEqual([1, 2]);
});

test('up to a hundred seeds are given as a number, more as `many`', () => {
  // Student's t of 99 degrees of freedom (SciPy): 1.9842169515864165.
  const just = 10 / 1.9842169515864165;
  expect(seedsToResolve(just * (1 - 1e-8), 1)).toBe(100);
  expect(seedsToResolve(just * (1 + 1e-8), 1)).toBe('many');
  // Of 1 degree of freedom: 12.706204736174698.
  expect(seedsToResolve((Math.SQRT2 / 12.706204736174698) * (1 - 1e-8), 1)).toBe(2);
  expect(seedsToResolve((Math.SQRT2 / 12.706204736174698) * (1 + 1e-8), 1)).toBe(3);
});

test('Student’s t at extreme values', () => {
  expect(centralProbability(Number.POSITIVE_INFINITY, 3)).toBe(1);
  expect(centralProbability(0, 3)).toBe(0);
  expect(twoSidedP(-2, 3)).toBe(twoSidedP(2, 3));
});

test('McNemar without a disagreement has p = 1', () => expect(mcNemarExact(0, 0)).toBe(1));

test('Holm: the example of Wikipedia’s “Holm–Bonferroni method” (0.01, 0.04, 0.03, 0.005)', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [i, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(p, 12);
});

test('Holm never exceeds 1 and keeps the order', () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test.each(golden.seeds)('seeds to resolve +-$halfWidth at deviation $sd', ({ sd, halfWidth, seeds }) => {
  expect(seedsToResolve(sd, halfWidth)).toBe(seeds > 100 ? 'many' : seeds);
});

test('more than a hundred seeds are given as `many`', () => expect(seedsToResolve(1, 1e-9)).toBe('many'));
