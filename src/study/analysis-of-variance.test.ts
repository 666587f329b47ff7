/** Analyses of variance against statsmodels, noncentral F against SciPy (test/golden/make_variance.py), and coverage. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { analyzeVariance, type VarianceRow } from './analysis-of-variance.ts';
import { noncentralF, noncentralityInterval, upperTailF } from './f-distribution.ts';
import { normalQuantile } from './normal.ts';

interface Part {
  readonly sum: number;
  readonly degrees: number;
}
interface Tested extends Part {
  readonly f: number;
  readonly p: number;
}
interface Golden {
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly cells: readonly (readonly number[])[];
        readonly scores: readonly (readonly number[])[];
        readonly rows: readonly (Tested & { readonly factors: readonly number[] })[];
        readonly higher: Part;
        readonly seeds: Tested;
        readonly rest: Part;
        readonly total: number;
      }
    >
  >;
  readonly noncentral: readonly {
    readonly f: number;
    readonly first: number;
    readonly second: number;
    readonly noncentrality: number;
    readonly p: number;
  }[];
  readonly limits: readonly {
    readonly f: number;
    readonly first: number;
    readonly second: number;
    readonly confidence: number;
    readonly low: number;
    readonly high: number;
  }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/variance.json', import.meta.url), 'utf8'));

describe.each(Object.entries(golden.cases))('%s', (name, { cells, scores, rows, higher, seeds, rest, total }) => {
  const treatments = cells.map((levels, i) => ({ levels, scores: scores[i]! }));
  const terms = rows.map(({ factors }) => factors);
  const found = analyzeVariance(treatments, terms)!;
  const rowOf = (source: VarianceRow['source']) => found.rows.find((row) => row.source === source)!;

  test('every term, the seeds and the rest as in statsmodels', () => {
    const tested = [...rows.map((row, i) => [row, rowOf(terms[i]!)] as const), [seeds, rowOf('seeds')] as const];
    for (const [wanted, row] of tested) {
      expect(row.sumOfSquares).toBeCloseTo(wanted.sum, 9);
      expect(row.degrees).toBe(wanted.degrees);
      expect(row.f! / wanted.f).toBeCloseTo(1, 8);
      expect(row.p! / wanted.p).toBeCloseTo(1, 6);
    }
    expect(rowOf('rest').sumOfSquares).toBeCloseTo(rest.sum, 9);
    expect(rowOf('rest').degrees).toBe(rest.degrees);
    expect(found.sumOfSquares).toBeCloseTo(total, 8);
    expect(found.degrees).toBe(treatments.length * scores[0]!.length - 1);
  });

  test('what more than two factors do together is one row', () => {
    if (higher.degrees === 0) return expect(rowOf('higher')).toBeUndefined();
    expect(rowOf('higher').sumOfSquares).toBeCloseTo(higher.sum, 9);
    expect(rowOf('higher').degrees).toBe(higher.degrees);
  });

  test('the parts overlap where combinations are missing, and only there', () => {
    expect(found.isOrthogonal).toBe(!name.includes('missing'));
    expect(found.rows.every(({ interval }) => (interval !== undefined) === found.isOrthogonal)).toBe(true);
  });

  test('shares are omega squared by its formula, each inside its interval', () => {
    const noise = rest.sum / rest.degrees;
    for (const [i, { sum, degrees }] of rows.entries()) {
      const omega = Math.max(0, sum - degrees * noise) / (total + noise);
      expect(rowOf(terms[i]!).share).toBeCloseTo(omega, 9);
    }
    if (!found.isOrthogonal) return;
    for (const { share, interval } of found.rows) {
      expect(interval![0]).toBeLessThanOrEqual(share + 0.02);
      expect(interval![1]).toBeGreaterThanOrEqual(share - 0.02);
    }
  });
});

test.each(golden.noncentral)('noncentral F: $f, $first, $second, $noncentrality', (given) => {
  const { f, first, second, noncentrality, p } = given;
  expect(noncentralF(f, first, second, noncentrality)).toBeCloseTo(p, 8);
});

test.each(golden.limits)('the noncentrality behind F($first, $second) = $f', ({ f, low, high, ...degrees }) => {
  const found = noncentralityInterval(f, degrees);
  expect(found[0]).toBeCloseTo(low, 4);
  expect(found[1]).toBeCloseTo(high, 4);
});

test('a large noncentrality goes on where the sum ends', () => {
  for (const f of [500, 1000, 1500]) {
    const [sum, approximation] = [noncentralF(f, 9, 20, 8999.99), noncentralF(f, 9, 20, 9000.01)];
    expect(approximation).toBeCloseTo(sum, 3);
  }
});

test('no noncentrality: the central F distribution', () => {
  expect(noncentralF(3.2, 4, 20, 0)).toBeCloseTo(1 - upperTailF(3.2, 4, 20), 14);
});

test('intervals cover the true share in 95 % of experiments or more', () => {
  const random = randomStream(7, 'coverage');
  const normal = () => normalQuantile((random.below(2 ** 32) + 0.5) / 2 ** 32);
  // A grid of 3 x 2 with 3 seeds. Effects around 0, so that their mean squares are the variances.
  const [a, b, seeds] = [
    [-1, 0, 1],
    [-0.4, 0.4],
    [-0.5, 0, 0.5],
  ] as const;
  const square = (effects: readonly number[]) => effects.reduce((sum, x) => sum + x * x, 0) / effects.length;
  const whole = square(a) + square(b) + square(seeds) + 1;
  const shares = [square(a), square(b), 0, square(seeds), 1].map((variance) => variance / whole);
  const covered = shares.map(() => 0);
  const experiments = 400;
  for (let experiment = 0; experiment < experiments; experiment++) {
    const treatments = a.flatMap((x, i) =>
      b.map((y, j) => ({ levels: [i, j], scores: seeds.map((z) => x + y + z + normal()) })),
    );
    const { rows } = analyzeVariance(treatments, [[0], [1], [0, 1]])!;
    for (const [row, { interval }] of rows.entries()) {
      if (interval![0] <= shares[row]! && shares[row]! <= interval![1]) covered[row]!++;
    }
  }
  // Of 400, 95 % are 380 with a standard deviation of 4.4. The rest's interval is exact, the others' are wider.
  for (const count of covered) expect(count).toBeGreaterThanOrEqual(367);
  expect(covered.at(-1)).toBeLessThanOrEqual(393);
});
