/**
 * Our TPE finds what Optuna's finds: the best of 30, 60 and 100 proposals on three functions, for 60 seeds of ours and 60
 * of Optuna 5.0's (test/golden/tpe-behaviour.json). Random search does not.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../base/random.ts';
import type { Observation, Sampler } from '../sampler.ts';
import type { Settings } from '../settings.ts';
import type { Space } from '../space.ts';
import { random } from './random.ts';
import { tpe } from './tpe.ts';

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8'));

/** By function, for each seed the least values after 30, 60 and 100 proposals. */
const optuna: Readonly<Record<string, readonly (readonly number[])[]>> = read('tpe-behaviour.json');

interface Problem {
  readonly space: Space;
  /** To be minimized. */
  value(settings: Settings): number;
}

const floats = (count: number, reach: number): Space =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, { kind: 'float', low: -reach, high: reach }]));
const coordinates = (settings: Settings) => Object.values(settings).map(Number);
const square = (x: number) => x * x;

const problems: Readonly<Record<string, Problem>> = {
  sphere: {
    space: floats(5, 5),
    value: (settings) => coordinates(settings).reduce((sum, x) => sum + square(x), 0),
  },
  rosen: {
    space: floats(4, 2),
    value(settings) {
      const x = coordinates(settings);
      return x.slice(1).reduce((sum, next, i) => sum + 100 * square(next - square(x[i]!)) + square(1 - x[i]!), 0);
    },
  },
  mixed: {
    space: {
      lr: { kind: 'float', low: 1e-5, high: 0.1, log: true },
      b: { kind: 'int', low: 1, high: 16, step: 1 },
      o: { kind: 'choices', values: ['a', 'b', 'c'] },
      m: { kind: 'float', low: 0, high: 0.99 },
      w: { kind: 'float', low: 1e-6, high: 0.01, log: true },
    },
    value(settings) {
      const [lr, b, m, w] = [settings.lr, settings.b, settings.m, settings.w].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      const o = settings.o as 'a' | 'b' | 'c';
      const z = Math.log10(lr) + { a: 2, b: 3, c: 2.5 }[o];
      const offset = { a: 0.1, b: 0, c: 0.3 }[o];
      const momentum = square(m - 0.9) * (o === 'a' ? 2 : 0.3);
      return square(z) + 0.05 * Math.abs(b - 5) + offset + momentum + 0.02 * square(Math.log10(w) + 4);
    },
  },
};

const counts = [30, 60, 100];

/** The least values after 30, 60 and 100 proposals, one after the other. */
function search(sampler: Sampler, { space, value }: Problem, seed: number): number[] {
  const observations: Observation[] = [];
  const scores: number[] = [];
  for (let number = 0; number < 100; number++) {
    const values = sampler({ space, goal: 'minimize', observations })(randomStream(seed, 'search', number, 0));
    const score = value(values);
    scores.push(score);
    observations.push({ values, outcome: { state: 'complete', score } });
  }
  return counts.map((count) => Math.min(...scores.slice(0, count)));
}

/** The share of pairs in which the first is larger, ties counting half: Mann and Whitney's U over the number of pairs. */
function areaUnderCurve(first: readonly number[], second: readonly number[]): number {
  const wins = first.map((a) => second.reduce((sum, b) => sum + (a > b ? 1 : a === b ? 0.5 : 0), 0));
  return wins.reduce((sum, win) => sum + win, 0) / (first.length * second.length);
}

/**
 * The exact p value of the two-sided Kolmogorov-Smirnov test of two samples of n each.
 * Source: Gnedenko and Korolyuk 1951: P(nD >= h) = 2 Σ_j (-1)^(j-1) C(2n, n - jh) / C(2n, n).
 */
function kolmogorovSmirnovP(first: readonly number[], second: readonly number[]): number {
  const n = first.length;
  const atMost = (values: readonly number[], x: number) => values.filter((value) => value <= x).length;
  const h = Math.max(...[...first, ...second].map((x) => Math.abs(atMost(first, x) - atMost(second, x))));
  if (h === 0) return 1;
  let p = 0;
  for (let j = 1; j * h <= n; j++) {
    let ratio = 1;
    for (let i = 0; i < j * h; i++) ratio *= (n - i) / (n + i + 1);
    p += (j % 2 === 1 ? 2 : -2) * ratio;
  }
  return Math.min(1, p);
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);

/** By function and number of proposals, our results beside Optuna's. */
function comparisons(sampler: Sampler) {
  return Object.entries(problems).flatMap(([name, problem]) => {
    const ours = seeds.map((seed) => search(sampler, problem, seed));
    return counts.map((count, at) => {
      const [found, expected] = [ours, optuna[name]!].map((runs) => runs.map((run) => run[at]!)) as [
        number[],
        number[],
      ];
      return { name, count, area: areaUnderCurve(found, expected), p: kolmogorovSmirnovP(found, expected) };
    });
  });
}

/** Nine comparisons at a level of 0.05 together. */
const level = 0.05 / 9;
const isInside = ({ area, p }: { area: number; p: number }) => area >= 0.38 && area <= 0.62 && p >= level;

describe('the test statistics are SciPy’s', () => {
  const { samples }: { samples: { first: number[]; second: number[]; auc: number; p: number }[] } =
    read('truncated-normal.json');
  test.each(samples)('p = $p', ({ first, second, auc, p }) => {
    expect(areaUnderCurve(first, second)).toBeCloseTo(auc, 12);
    expect(Math.abs(kolmogorovSmirnovP(first, second) / p - 1)).toBeLessThan(1e-9);
  });
});

describe('the best of so many proposals', () => {
  let found: ReturnType<typeof comparisons>;
  beforeAll(() => {
    found = comparisons(tpe);
  });

  test('is as good as Optuna’s, on every function', () => {
    expect(found).toHaveLength(9);
    expect(found.filter((comparison) => !isInside(comparison))).toEqual([]);
  });
});

test('random search is worse than Optuna’s TPE, on every function', () => {
  const found = comparisons(random);
  expect(found.filter(isInside)).toEqual([]);
  for (const { area } of found) expect(area).toBeGreaterThan(0.7);
});
