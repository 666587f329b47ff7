/** PED-ANOVA against Optuna 5.0 (test/golden/make_ped_anova.py), and the intervals of its shares. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { importancesOf } from './importance.ts';
import { densityOn, gridOf } from './parzen-grid.ts';
import { pedAnova, type ScoredSettings, sortSearch } from './ped-anova.ts';
import type { Value } from './settings.ts';
import type { Space } from './space.ts';

interface Golden {
  readonly cases: readonly {
    readonly goal: 'maximize' | 'minimize';
    readonly names: readonly string[];
    readonly observations: readonly ScoredSettings[];
    readonly importances: Readonly<Record<string, number>>;
    readonly shares: Readonly<Record<string, number>>;
  }[];
  readonly densities: readonly {
    readonly name: string;
    readonly values: readonly Value[];
    readonly density: readonly number[];
  }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/ped-anova.json', import.meta.url), 'utf8'));

const space: Space = {
  rate: { kind: 'float', low: 1e-4, high: 1e-1, log: true },
  dropout: { kind: 'float', low: 0, high: 0.5 },
  smoothing: { kind: 'float', low: 0, high: 0.3, step: 0.1 },
  units: { kind: 'int', low: 10, high: 90 },
  batch: { kind: 'int', low: 16, high: 256, log: true },
  depth: { kind: 'int', low: 1, high: 7, step: 2 },
  optimizer: { kind: 'choices', values: ['sgd', 'adam', 'lion'] },
  momentum: { kind: 'float', low: 0, high: 0.99, when: { optimizer: ['sgd'] } },
  nothing: { kind: 'float', low: 0.5, high: 0.5 },
};
const spaceOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, space[name]!]));

test.each(golden.densities)('the density of $name from $values.length values', ({ name, values, density }) => {
  const grid = gridOf(space[name]!);
  const found = densityOn(
    grid,
    values.map((value) => grid.cellOf(value)),
  );
  expect(found).toHaveLength(density.length);
  for (const [cell, wanted] of density.entries()) expect(found[cell]).toBeCloseTo(wanted, 12);
});

describe.each(golden.cases)(
  '$observations.length configurations, $goal',
  ({ goal, names, observations, ...wanted }) => {
    test('importances and shares as in Optuna', () => {
      const search = sortSearch(observations, spaceOf(names));
      const found = pedAnova(search, { chosen: [...observations.keys()], goal });
      const { rows } = importancesOf(observations, { space: spaceOf(names), goal })!;
      for (const [i, name] of names.entries()) {
        expect(found[i]).toBeCloseTo(wanted.importances[name]!, 10);
        expect(rows.find((row) => row.name === name)!.share).toBeCloseTo(wanted.shares[name]!, 8);
      }
    });

    test('every share lies in its interval, the largest comes first', () => {
      const { rows } = importancesOf(observations, { space: spaceOf(names), goal })!;
      const shares = rows.map(({ share }) => share);
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
      for (const { name, share, interval } of rows) {
        if (name === 'nothing') expect(interval).toEqual([0, 0]);
        else expect(interval[0]).toBeLessThan(interval[1]);
        expect(share).toBeGreaterThanOrEqual(interval[0]);
        expect(share).toBeLessThanOrEqual(interval[1]);
      }
    });
  },
);

test('rows say in how many configurations a hyperparameter counts', () => {
  const { names, observations, goal } = golden.cases[0]!;
  const { rows, configurations, best } = importancesOf(observations, { space: spaceOf(names), goal })!;
  const withMomentum = observations.filter(({ values }) => 'momentum' in values).length;
  expect(rows.find(({ name }) => name === 'momentum')!.configurations).toBe(withMomentum);
  expect(rows.find(({ name }) => name === 'rate')!.configurations).toBe(60);
  expect([configurations, best]).toEqual([60, 6]);
});

/** Configurations whose score is their `x`, or equal for all. */
function line(count: number, score: (x: number) => number = (x) => x): ScoredSettings[] {
  const random = randomStream(1, 'line');
  return Array.from({ length: count }, () => {
    const [x, y] = [random.uniform(), random.uniform()];
    return { values: { x, y }, score: score(x) };
  });
}
const square: Space = { x: { kind: 'float', low: 0, high: 1 }, y: { kind: 'float', low: 0, high: 1 } };

test('with fewer than 20 configurations, or 5 of them the best, nothing is said', () => {
  const of = (observations: ScoredSettings[]) => importancesOf(observations, { space: square, goal: 'minimize' });
  expect(of(line(40))).toBeUndefined();
  expect(of(line(41))!.best).toBe(5);
  // Equal scores are all among the best.
  expect(of(line(19, () => 1))).toBeUndefined();
  expect(of(line(20, () => 1))!.rows.map(({ share }) => share)).toEqual([0, 0]);
  expect(of(line(20, (x) => Math.max(0.4, x)))!.best).toBeGreaterThanOrEqual(5);
});

test('what decides the score has almost the whole share; the same search has the same intervals', () => {
  const observations = line(200);
  const found = importancesOf(observations, { space: square, goal: 'minimize' })!;
  expect(found.rows[0]!.name).toBe('x');
  expect(found.rows[0]!.interval[0]).toBeGreaterThan(0.8);
  expect(importancesOf(observations, { space: square, goal: 'minimize' })).toEqual(found);
});

test('a score that is no number, a value of no dimension and another goal are refused', () => {
  const space: Space = { ...square, kind: { kind: 'choices', values: ['a', 'b'] } };
  const options = { space, goal: 'minimize' } as const;
  const with30 = (other: ScoredSettings) => () => importancesOf([...line(30), other], options);
  expect(with30({ values: {}, score: Number.NaN })).toThrow(
    'observations[30].score: expected a finite number, got NaN',
  );
  expect(with30({ values: { kind: 'c' }, score: 1 })).toThrow(
    'observations[30].values.kind: expected a value of its dimension, got "c"',
  );
  expect(with30({ values: { x: 'wide' }, score: 1 })).toThrow('observations[30].values.x');
  // @ts-expect-error
  expect(() => importancesOf([], { space, goal: 'best' })).toThrow(/goal/);
});

test('a list of numbers has a cell for each', () => {
  const grid = gridOf({ kind: 'choices', values: [0, 1e-6, 1e-4], numeric: 'float' });
  expect([grid.size, grid.cellOf(1e-6), grid.isCategorical]).toEqual([3, 1, true]);
});
