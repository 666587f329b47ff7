/** Neighbours of the best settings. */
import { expect, test } from 'vitest';
import { randomStream } from '../../base/random.ts';
import type { Observation } from '../sampler.ts';
import type { Settings } from '../settings.ts';
import type { Space } from '../space.ts';
import { neighbour } from './neighbour.ts';

const space: Space = {
  rate: { kind: 'float', low: 0.001, high: 1, log: true },
  size: { kind: 'int', low: 4, high: 256, log: true },
  depth: { kind: 'int', low: 0, high: 9 },
  kind: { kind: 'choices', values: ['sgd', 'adam', 'lion'] },
  momentum: { kind: 'float', low: 0, high: 1, when: { kind: ['sgd'] } },
};
const best = { rate: 0.1, size: 32, depth: 3, kind: 'sgd', momentum: 0.5 };
const complete = (values: Settings, score: number): Observation => ({ values, outcome: { state: 'complete', score } });
const draws = (observations: readonly Observation[], goal: 'maximize' | 'minimize' = 'maximize') => {
  const propose = neighbour({ space, goal, observations });
  return Array.from({ length: 300 }, (_, draw) => propose(randomStream(1, 'neighbour', draw)));
};
const others = [complete({ ...best, depth: 9 }, 1), complete({ ...best, depth: 0 }, 0)];

test('one hyperparameter of the best settings is changed, each as often', () => {
  const found = draws([...others, complete(best, 2)]);
  const changed = found.map((values) => Object.keys(values).filter((name) => values[name] !== best[name as 'rate']));
  expect(changed.every((names) => names.length <= 1)).toBe(true);
  for (const name of Object.keys(space)) {
    const count = changed.filter(([only]) => only === name).length;
    expect(count, name).toBeGreaterThan(40);
  }
});

test('numbers go a tenth of their range at most, integers a step at least, choices anywhere', () => {
  const found = draws([complete(best, 2), ...others]);
  const of = (name: keyof typeof best) => [...new Set(found.map((values) => values[name]))];
  const rates = of('rate').map((rate) => Math.log10(Number(rate)));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(-1.3001);
  expect(Math.max(...rates)).toBeLessThanOrEqual(-0.6999);
  expect(Math.max(...rates) - Math.min(...rates)).toBeGreaterThan(0.5);
  expect(of('depth').sort()).toEqual([2, 3, 4]);
  expect(of('kind').sort()).toEqual(['adam', 'lion', 'sgd']);
  expect(Math.min(...of('size').map(Number))).toBeGreaterThanOrEqual(21);
});

test('the best is the least where scores are minimized, and a running or failed one is never the best', () => {
  const unknown: Observation[] = [
    { values: { ...best, depth: 7 }, outcome: { state: 'running' } },
    { values: { ...best, depth: 7 }, outcome: { state: 'failed' } },
  ];
  for (const { depth } of draws([...others, ...unknown], 'minimize')) expect([0, 1]).toContain(depth);
});

test('values that are absent or outside the space are drawn', () => {
  const { momentum: _, ...rest } = { ...best, kind: 'adam', rate: 7 };
  for (const values of draws([complete(rest, 1)])) {
    expect(Object.keys(values).sort()).toEqual(Object.keys(space).sort());
    expect(values.rate).toBeLessThanOrEqual(1);
  }
});

test('with nothing known every setting is drawn', () => {
  expect(new Set(draws([]).map(({ kind }) => kind)).size).toBe(3);
});
