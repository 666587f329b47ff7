/** The truncated normal distribution against SciPy (test/golden/make_truncated_normal.py), far tails included. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logGaussMass, logNdtr, ndtriExp, TruncatedNormal } from './truncated-normal.ts';

interface Golden {
  logNdtr: { x: number; log: number }[];
  logMass: { a: number; b: number; log: number }[];
  ndtriExp: { log: number; x: number }[];
  truncated: {
    mean: number;
    deviation: number;
    low: number;
    high: number;
    densities: { x: number; log: number }[];
    quantiles: { share: number; x: number }[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/truncated-normal.json', import.meta.url), 'utf8'),
);

/** Equal to `digits` of the expected number, however small it is. */
function expectEqual(found: number, expected: number, relative: number): void {
  expect(Math.abs(found - expected), `${found}, expected ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected),
  );
}

describe('log P(Z <= x)', () => {
  test.each(golden.logNdtr)('x = $x', ({ x, log }) => expectEqual(logNdtr(x), log, x > 30 ? 1e-7 : 1e-12));
});

describe('log P(a <= Z <= b)', () => {
  // The ends of a narrow interval share most of their digits.
  test.each(golden.logMass)('$a to $b', ({ a, b, log }) =>
    expectEqual(logGaussMass(a, b), log, b - a < 0.001 ? 1e-9 : 1e-12),
  );
});

describe('the x with a given log P(Z <= x)', () => {
  test.each(golden.ndtriExp)('log P = $log', ({ log, x }) => {
    expect(Math.abs(ndtriExp(log) - x)).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(x)));
  });

  test('no probability is at minus infinity', () =>
    expect(ndtriExp(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY));
});

describe.each(golden.truncated)('mean $mean, deviation $deviation, cut to $low and $high', (values) => {
  const { mean, deviation, low, high, densities, quantiles } = values;
  const normal = new TruncatedNormal(mean, deviation, low, high);

  test('its log density', () => {
    for (const { x, log } of densities) expect(Math.abs(normal.logDensity(x) - log)).toBeLessThan(1e-10 + 1e-12 * -log);
  });

  test('its quantiles', () => {
    for (const { share, x } of quantiles)
      expect(Math.abs(normal.quantile(share) - x)).toBeLessThan(1e-9 * (high - low));
  });

  test('its least value has the share 0', () => expect(normal.quantile(0)).toBeCloseTo(low, 9));

  test('parts of the interval have probabilities that add up to 1', () => {
    const ends = Array.from({ length: 11 }, (_, i) => low + (i / 10) * (high - low));
    const sum = ends.slice(1).reduce((total, end, i) => total + Math.exp(normal.logProbability(ends[i]!, end)), 0);
    expect(sum).toBeCloseTo(1, 12);
  });
});
