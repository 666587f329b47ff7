/** Dunnett's values, the normal and F distributions against SciPy (test/golden/make_dunnett.py) and printed tables. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { criticalDunnett } from './dunnett.ts';
import { upperTailF } from './f-distribution.ts';
import { normalProbability, normalQuantile } from './normal.ts';
import { criticalT } from './student-t.ts';

interface Golden {
  values: { k: number; degrees: number | 'Infinity'; sides: 1 | 2; alpha: number; d: number }[];
  students: { degrees: number; sides: 1 | 2; t: number }[];
  normal: { z: number; p: number }[];
  quantiles: { p: number; z: number }[];
  f: { f: number; first: number; second: number; p: number }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/dunnett.json', import.meta.url), 'utf8'));

describe('Dunnett’s values, alpha 0.05, one side: a table computed with SciPy by others', () => {
  const degrees = [2, 4, 6, 8, 10, 20, 60];
  const table = {
    2: [2.92, 2.1318, 1.9432, 1.8595, 1.8125, 1.7247, 1.6706],
    3: [3.8045, 2.6104, 2.3368, 2.2173, 2.1506, 2.0273, 1.952],
    4: [4.3355, 2.8847, 2.5581, 2.4165, 2.3376, 2.1923, 2.1039],
    5: [4.7121, 3.0756, 2.7109, 2.5532, 2.4656, 2.3044, 2.2066],
    6: [5.0022, 3.2213, 2.827, 2.6568, 2.5623, 2.3888, 2.2836],
    8: [5.4339, 3.4367, 2.9979, 2.8089, 2.7041, 2.5119, 2.3954],
    10: [5.7506, 3.5941, 3.1222, 2.9193, 2.8069, 2.6007, 2.476],
    20: [6.6567, 4.0431, 3.476, 3.2327, 3.0979, 2.851, 2.7015],
  };
  test.each(Object.entries(table))('%s levels', (k, row) => {
    for (const [column, d] of row.entries()) {
      expect(Math.abs(criticalDunnett(Number(k), degrees[column]!, { sides: 1 }) - d)).toBeLessThan(1e-4);
    }
  });
});

test('Dunnett’s own tables of 1955 and 1964, to their two digits: 4 treatments and a control, 0.05', () => {
  expect(criticalDunnett(5, 8, { sides: 1 })).toBeCloseTo(2.55, 2);
  expect(criticalDunnett(5, 20, { sides: 1 })).toBeCloseTo(2.3, 2);
  expect(criticalDunnett(5, 20, { sides: 2 })).toBeCloseTo(2.65, 2);
  expect(criticalDunnett(3, 10, { sides: 2 })).toBeCloseTo(2.57, 2);
});

test.each(golden.values)(
  'd of $k levels, $degrees degrees of freedom, $sides-sided',
  ({ k, degrees, sides, alpha, d }) => {
    expect(Math.abs(criticalDunnett(k, Number(degrees), { sides, alpha }) - d)).toBeLessThan(1e-6 * d);
  },
);

test.each(golden.students)('two levels, $degrees degrees, $sides-sided: Student’s t', ({ degrees, sides, t }) => {
  expect(Math.abs(criticalDunnett(2, degrees, { sides }) - t)).toBeLessThan(1e-6);
  if (Number.isInteger(degrees)) {
    const confidence = sides === 1 ? 0.9 : 0.95;
    expect(Math.abs(criticalDunnett(2, degrees, { sides }) - criticalT(confidence, degrees))).toBeLessThan(1e-6);
  }
});

test('the critical value grows with more levels, fewer degrees of freedom, smaller alpha and a second side', () => {
  const d = (k: number, degrees: number, sides: 1 | 2 = 1, alpha = 0.05) =>
    criticalDunnett(k, degrees, { sides, alpha });
  expect(d(6, 8)).toBeGreaterThan(d(5, 8));
  expect(d(5, 7.5)).toBeGreaterThan(d(5, 8));
  expect(d(5, 8, 1, 0.01)).toBeGreaterThan(d(5, 8));
  expect(d(5, 8, 2)).toBeGreaterThan(d(5, 8));
  expect(d(5, 1e6)).toBeCloseTo(d(5, Number.POSITIVE_INFINITY), 5);
});

test('arguments without a critical value are refused by name', () => {
  expect(() => criticalDunnett(1, 8, { sides: 1 })).toThrow('1 levels; expected a whole number from 2');
  expect(() => criticalDunnett(3, 0.5, { sides: 1 })).toThrow('0.5 degrees of freedom; expected 1 or more');
  expect(() => criticalDunnett(3, 8, { sides: 1, alpha: 1 })).toThrow('alpha = 1; expected 0 < alpha < 1');
});

test.each(golden.normal)('P(Z <= $z)', ({ z, p }) => {
  expect(Math.abs(normalProbability(z) - p)).toBeLessThan(1e-15);
  expect(normalProbability(z) / p).toBeCloseTo(1, 7);
});

test.each(golden.quantiles)('the normal quantile of $p', ({ p, z }) => expect(normalQuantile(p)).toBeCloseTo(z, 9));

test.each(golden.f)('P(F > $f) with $first and $second degrees of freedom', ({ f, first, second, p }) => {
  expect(upperTailF(f, first, second) / p).toBeCloseTo(1, 9);
});
