/** Curves grouped by configuration. Expected means were computed by hand. */
import { describe, expect, test } from 'vitest';
import { trialRow } from '../rows.testing.ts';
import { curveLayers, groupCurve, groupsOf, strokeOf } from './curves.ts';

const trials = [
  trialRow({
    number: 0,
    configuration: 0,
    seed: 1,
    score: 90,
    curve: { epoch: [0, 1, 2], score: [10, 80, 90], trainLoss: [2, 1, 0.5] },
  }),
  trialRow({
    number: 1,
    configuration: 0,
    seed: 2,
    score: 94,
    curve: { epoch: [0, 1, 2], score: [12, 70, 94], trainLoss: [3, null, 0.25] },
  }),
  trialRow({
    number: 2,
    configuration: 1,
    seed: 1,
    score: null,
    state: 'running',
    curve: { epoch: [0, 1], score: [11, 93] },
  }),
  trialRow({ number: 3, configuration: 2, seed: 1, score: null, state: 'running', curve: { epoch: [], score: [] } }),
];
const options = { goal: 'maximize', at: undefined, nameOf: (index: number) => `C${index}` } as const;

describe('groups', () => {
  test('are the configurations with a curve, the best mean first', () => {
    expect(groupsOf(trials, options).map(({ name, value }) => [name, value])).toEqual([
      ['C1', 93],
      ['C0', 92],
    ]);
    expect(groupsOf(trials, { ...options, goal: 'minimize' }).map(({ name }) => name)).toEqual(['C0', 'C1']);
  });
  test('are ranked by the value after the epoch that is asked for; those without one come last', () => {
    expect(groupsOf(trials, { ...options, at: 1 }).map(({ name, value }) => [name, value])).toEqual([
      ['C1', 93],
      ['C0', 75],
    ]);
    expect(groupsOf(trials, { ...options, at: 2 }).map(({ name, value }) => [name, value])).toEqual([
      ['C0', 92],
      ['C1', undefined],
    ]);
  });
});

describe('the curve of a group', () => {
  test('has mean, lowest and highest value of the trials that have reached an epoch', () => {
    expect(groupCurve(trials.slice(0, 2), 'score')).toEqual({
      epoch: [0, 1, 2],
      mean: [11, 75, 92],
      low: [10, 70, 90],
      high: [12, 80, 94],
      seeds: [2, 2, 2],
    });
  });
  test('leaves out what was not measured, and brings fractions to percent', () => {
    expect(groupCurve(trials.slice(0, 2), 'trainLoss', 100)).toMatchObject({
      mean: [250, 100, 37.5],
      seeds: [2, 1, 2],
    });
    expect(groupCurve(trials, 'accuracy')).toMatchObject({ epoch: [] });
  });
});

test('the chart has bands only where seeds differ, and the single seeds of the chosen group', () => {
  const groups = groupsOf(trials, options);
  const plain = curveLayers(groups, { column: 'score', factor: 1, from: 1, chosen: undefined });
  expect(plain.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['band C0', 'line C1', 'line C0']);
  expect(plain[2]).toMatchObject({ x: [1, 2], y: [75, 92] });
  const chosen = curveLayers(groups, { column: 'score', factor: 1, from: 1, chosen: 'C0' });
  expect(chosen.map(({ name }) => name)).toEqual(['C0', 'C1', 'C0', 'seed 1', 'seed 2']);
  expect(chosen.at(-1)).toMatchObject({ x: [1, 2], y: [70, 94] });
});

test('neighbours differ in colour and dashes, and the first 24 series all differ', () => {
  const strokes = Array.from({ length: 24 }, (_, place) => JSON.stringify(strokeOf(place)));
  expect(new Set(strokes).size).toBe(24);
});
