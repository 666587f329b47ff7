/** The Parzen estimator's log densities against Optuna 5.0 (test/golden/README.md), and what it draws. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../base/random.ts';
import type { Settings, Value } from '../settings.ts';
import type { Dimension, Space } from '../space.ts';
import { ParzenEstimator } from './parzen-estimator.ts';

type Columns = Readonly<Record<string, readonly number[]>>;
interface Case {
  /** Number of observations. */
  n: number;
  obs: Columns;
  /** Four points. */
  x: Columns;
  /** The log density at each point. */
  lp: number[];
  /** The order into which Optuna sorts the values of dimensions with equal values, as indices. */
  order: Columns;
}
interface MoreCase {
  observations: Columns;
  points: Columns;
  logDensities: number[];
}

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/golden/${file}`, import.meta.url), 'utf8'));
const golden: Case[] = read('tpe-densities.json');
const { densities: more }: { densities: MoreCase[] } = read('tpe-more.json');

function rowsOf(columns: Columns): Settings[] {
  const [first = []] = Object.values(columns);
  return first.map((_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[row]!])),
  );
}

function expectDensities(estimator: ParzenEstimator, points: readonly Settings[], expected: readonly number[]): void {
  for (const [at, point] of points.entries()) {
    expect(Math.abs(estimator.logDensity(point) - expected[at]!)).toBeLessThan(1e-10);
  }
}

describe('log densities of Optuna 5.0', () => {
  const space: Space = {
    c: { kind: 'choices', values: [0, 1, 2] },
    f: { kind: 'float', low: -5, high: 5 },
    i: { kind: 'int', low: 1, high: 16 },
    l: { kind: 'float', low: 1e-5, high: 0.1, log: true },
    m: { kind: 'int', low: 4, high: 256, log: true, step: 1 },
  };

  /**
   * Optuna's order among equal values is NumPy's, which is not stable, and the widths of their kernels depend on it. So
   * equal values are moved apart, in its order, by less than the tolerance can see.
   */
  const apart = ({ obs, order }: Case): Columns => {
    const moved = Object.entries(order).map(([name, indices]) => [
      name,
      obs[name]!.map((value, index) => value + indices.indexOf(index) * 1e-12),
    ]);
    return { ...obs, ...Object.fromEntries(moved) };
  };

  test.each(golden)('$n observations of all kinds of dimension', (values) => {
    expectDensities(new ParzenEstimator(space, rowsOf(apart(values))), rowsOf(values.x), values.lp);
  });

  const choices: readonly Value[] = ['sgd', null, true, 4];
  const steps: Space = {
    c: { kind: 'choices', values: choices },
    f: { kind: 'float', low: -5, high: 5 },
    s: { kind: 'float', low: 0, high: 20.01, step: 0.05 },
    i: { kind: 'int', low: 0, high: 901, step: 3 },
    l: { kind: 'float', low: 1e-5, high: 0.1, log: true },
    m: { kind: 'int', low: 1, high: 1000, log: true },
  };
  const named = (rows: readonly Settings[]) => rows.map((row) => ({ ...row, c: choices[Number(row.c)]! }));

  test.each(more.map((values) => ({ ...values, count: values.observations.c!.length })))(
    '$count observations without equal values: weights, steps that do not reach high, choices of mixed kinds',
    ({ observations, points, logDensities }) => {
      const estimator = new ParzenEstimator(steps, named(rowsOf(observations)));
      expectDensities(estimator, named(rowsOf(points)), logDensities);
    },
  );
});

describe('a dimension of which an observation has no value', () => {
  const space: Space = { a: { kind: 'float', low: 0, high: 1 }, b: { kind: 'choices', values: ['x', 'y', 'z'] } };

  test('has the density of the prior there', () => {
    const alone = new ParzenEstimator({ a: space.a! }, [{ a: 0.3 }, { a: 0.5 }]);
    const both = new ParzenEstimator(space, [{ a: 0.3 }, { a: 0.5 }]);
    for (const b of ['x', 'y', 'z']) {
      expect(both.logDensity({ a: 0.4, b })).toBeCloseTo(alone.logDensity({ a: 0.4 }) - Math.log(3), 12);
    }
  });

  test('leaves the kernels of the other observations as wide as they are without it', () => {
    // By hand: kernels at 0.3 and of the prior, twice, have the weights 1/3 and 2/3.
    const single = Math.exp(new ParzenEstimator({ a: space.a! }, [{ a: 0.3 }]).logDensity({ a: 0.9 }));
    const mixed = Math.exp(new ParzenEstimator({ a: space.a! }, [{ a: 0.3 }, {}]).logDensity({ a: 0.9 }));
    const prior = Math.exp(new ParzenEstimator({ a: space.a! }, []).logDensity({ a: 0.9 }));
    expect(mixed).toBeCloseTo((2 * single + prior) / 3, 12);
  });
});

test('a dimension with one value only changes no density and is drawn as that value', () => {
  const varied: Space = { a: { kind: 'float', low: 0, high: 1 } };
  const fixed: Space = {
    one: { kind: 'choices', values: [null] },
    point: { kind: 'float', low: 0.1, high: 0.1, log: true },
    short: { kind: 'int', low: 3, high: 5, step: 4 },
  };
  const values = { one: null, point: 0.1, short: 3 };
  const estimator = new ParzenEstimator({ ...fixed, ...varied }, [{ a: 0.2, ...values }]);
  const alone = new ParzenEstimator(varied, [{ a: 0.2 }]);
  expect(estimator.logDensity({ a: 0.7, ...values })).toBe(alone.logDensity({ a: 0.7 }));
  expect(estimator.draw(randomStream(1, 'fixed'))).toMatchObject(values);
});

describe('values are drawn as often as their density says', () => {
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const cases: readonly (readonly [string, Dimension, readonly Value[], readonly Value[]])[] = [
    ['integers', { kind: 'int', low: 1, high: 9 }, range(1, 9), [2, 3, 9]],
    ['integers by their logarithm', { kind: 'int', low: 1, high: 12, log: true }, range(1, 12), [1, 6]],
    ['steps', { kind: 'float', low: 0, high: 0.5, step: 0.1 }, [0, 0.1, 0.2, 0.3, 0.4, 0.5], [0.1]],
    ['choices', { kind: 'choices', values: ['a', 1, null] }, ['a', 1, null], ['a', 'a', null]],
  ];
  const draws = 20_000;
  test.each(cases)('%s', (_, dimension, values, observed) => {
    const observations = [...observed.map((x): Settings => ({ x })), {}];
    const estimator = new ParzenEstimator({ x: dimension }, observations);
    const random = randomStream(7, 'draws');
    const drawn = Array.from({ length: draws }, () => estimator.draw(random).x);
    const shares = values.map((x) => Math.exp(estimator.logDensity({ x })));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    for (const [at, value] of values.entries()) {
      const expected = shares[at]!;
      const deviation = Math.sqrt((expected * (1 - expected)) / draws);
      const found = drawn.filter((x) => x === value).length / draws;
      expect(Math.abs(found - expected), `${value}`).toBeLessThan(5 * deviation);
    }
  });

  test('floats, also by their logarithm', () => {
    const space: Space = { x: { kind: 'float', low: 0.001, high: 10, log: true } };
    const estimator = new ParzenEstimator(space, [{ x: 0.002 }, { x: 0.01 }, { x: 8 }]);
    const random = randomStream(7, 'draws');
    const drawn = Array.from({ length: draws }, () => Math.log(Number(estimator.draw(random).x)));
    const [low, bins] = [Math.log(0.001), 20];
    const width = (Math.log(10) - low) / bins;
    for (let bin = 0; bin < bins; bin++) {
      // The midpoint rule over ten parts of the bin.
      const points = Array.from({ length: 10 }, (_, part) => Math.exp(low + (bin + (part + 0.5) / 10) * width));
      const expected = points.reduce((sum, x) => sum + (Math.exp(estimator.logDensity({ x })) * width) / 10, 0);
      const found = drawn.filter((x) => Math.floor((x - low) / width) === bin).length / draws;
      expect(Math.abs(found - expected)).toBeLessThan(5 * Math.sqrt(expected / draws) + 0.002);
    }
  });
});
