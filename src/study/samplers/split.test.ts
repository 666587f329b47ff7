/** The split against Optuna 5.0 (test/golden/make_tpe.py), failed proposals, and ties. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Observation, Outcome } from '../sampler.ts';
import { splitObservations } from './split.ts';

interface GoldenSplit {
  trials: { state: 'complete' | 'paused' | 'running'; epoch: number; score: number }[];
  below: number[];
  above: number[];
}

const { split }: { split: GoldenSplit } = JSON.parse(
  readFileSync(new URL('../../../test/golden/tpe-more.json', import.meta.url), 'utf8'),
);

/** Observations whose one value is their number. */
const numbered = (outcomes: readonly Outcome[]): Observation[] =>
  outcomes.map((outcome, number) => ({ values: { number }, outcome }));
const complete = (...scores: number[]) => scores.map((score): Outcome => ({ state: 'complete', score }));
const failed: Outcome = { state: 'failed' };
const running: Outcome = { state: 'running' };
const below = (outcomes: readonly Outcome[], goal: 'maximize' | 'minimize' = 'minimize') =>
  splitObservations(numbered(outcomes), goal).below.map(({ number }) => number);

test('complete, paused and running observations are split as in Optuna', () => {
  expect(split.trials.some(({ state }) => state === 'complete')).toBe(true);
  const found = splitObservations(numbered(split.trials), 'maximize');
  expect(found.below).toEqual(split.below.map((number) => ({ number })));
  expect(found.above).toEqual(split.above.map((number) => ({ number })));
});

describe('the best tenth of those that ended, rounded up', () => {
  test.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [240, 24],
    [241, 25],
    [400, 25],
  ])('of %i: %i', (count, expected) => {
    const scores = Array.from({ length: count }, (_, number) => (number * 7919) % count);
    expect(below(complete(...scores))).toHaveLength(expected);
    expect(below([...complete(...scores), running, running])).toHaveLength(expected);
  });
});

test('running observations are above', () => {
  const { above } = splitObservations(numbered([running, ...complete(3), running]), 'minimize');
  expect(above.map(({ number }) => number)).toEqual([0, 2]);
});

test('the goal decides which scores are best', () => {
  const scores = complete(5, 1, 9, 4);
  expect(below(scores)).toEqual([1]);
  expect(below(scores, 'maximize')).toEqual([2]);
});

test('of equal scores the earlier ones are better', () => {
  expect(below(complete(2, 1, 1, 1))).toEqual([1]);
  expect(below(complete(...Array.from({ length: 11 }, () => 7)))).toEqual([0, 1]);
  expect(below(complete(...Array.from({ length: 11 }, () => 7)), 'maximize')).toEqual([0, 1]);
});

describe('from better to worse: complete, paused with more epochs, a better score, not a number, failed', () => {
  const paused = (epoch: number, score: number): Outcome => ({ state: 'paused', epoch, score });
  const order: readonly Outcome[] = [
    { state: 'complete', score: 100 },
    paused(9, 80),
    paused(9, 90),
    paused(3, 1),
    paused(3, Number.NaN),
    failed,
  ];
  test.each(order.slice(1).map((worse, index) => [order[index]!, worse]))('%o is better than %o', (better, worse) => {
    expect(below([worse, better])).toEqual([1]);
    expect(below([better, worse])).toEqual([0]);
  });
});
