/** Trials as points and lines: history, slices, parallel coordinates and their brushes. */
import { describe, expect, test } from 'vitest';
import type { ParameterView } from '../../../src/server/protocol.ts';
import { meets } from '../data/filter.ts';
import { accuracy, trialRow } from '../rows.testing.ts';
import { brushAfter, brushCondition, brushOf, brushText } from './brush.ts';
import { missing, parallelAxes, parallelLines } from './parallel.ts';
import { parallelSvg } from './parallel-files.ts';
import { historyPlot, slicePlot, spreadOf } from './points.ts';

const objective = accuracy;
const settings = [{ rate: 0.001, optimizer: 'adam' }, { rate: 0.1, optimizer: 'sgd' }, { optimizer: 'sgd' }];
const options = {
  objective,
  label: 'Accuracy (%)',
  at: undefined,
  goal: 'maximize',
  nameOf: (index: number) => `C${index}`,
  settingsOf: (index: number) => settings[index]!,
} as const;
const trials = [
  trialRow({ number: 0, configuration: 0, score: 90 }),
  trialRow({ number: 1, configuration: 1, score: 80 }),
  trialRow({ number: 2, configuration: 2, score: 96, state: 'pruned' }),
  trialRow({ number: 5, configuration: 1, score: 93 }),
  trialRow({ number: 6, configuration: 0, score: 70 }),
  trialRow({ number: 7, configuration: 0, score: null, state: 'running', curve: { epoch: [], score: [] } }),
];
const rate: ParameterView = {
  name: 'rate',
  varies: true,
  scale: { kind: 'number', low: 0.001, high: 0.1, log: true, isInteger: false },
};
const optimizer: ParameterView = {
  name: 'optimizer',
  varies: true,
  scale: { kind: 'choices', values: ['adam', 'sgd', 'lion'] },
};

describe('the history', () => {
  test('has a staircase of the best complete value, and a layer for each state', () => {
    const { layers } = historyPlot(trials, options);
    expect(layers.map(({ name }) => name)).toEqual(['the best so far', 'complete', 'stopped early']);
    expect(layers[0]).toMatchObject({ x: [0, 5, 5, 6], y: [90, 90, 93, 93] });
    expect(layers[1]).toMatchObject({ x: [0, 1, 5, 6], y: [90, 80, 93, 70], trials: [0, 1, 5, 6] });
  });
  test('of a loss goes down', () => {
    const { layers } = historyPlot(trials, { ...options, objective: { ...objective, goal: 'minimize' } });
    expect(layers[0]).toMatchObject({ x: [0, 1, 1, 6, 6], y: [90, 90, 80, 80, 70] });
  });
});

describe('a slice', () => {
  test('leaves out trials for which the hyperparameter does not count', () => {
    const { layers, x } = slicePlot(trials, rate, options);
    expect(x).toMatchObject({ label: 'rate', log: true });
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject({ x: [0.001, 0.1, 0.1, 0.001] });
  });
  test('of choices spreads points by less than half a place', () => {
    const { layers, x } = slicePlot(trials, optimizer, options);
    expect(x.names).toEqual(['adam', 'sgd', 'lion']);
    expect(layers.flatMap((layer) => [...layer.x]).map((x) => Math.abs(Math.round(x)))).toEqual([0, 1, 1, 0, 1]);
    expect(Array.from({ length: 1000 }, (_, number) => Math.abs(spreadOf(number))).every((size) => size <= 0.5)).toBe(
      true,
    );
  });
});

describe('parallel coordinates', () => {
  const axes = parallelAxes([rate, optimizer], [70, 96], 'Accuracy (%)');
  test('place values from 0 to 1 on each axis, the value last', () => {
    expect(axes.map(({ name }) => name)).toEqual(['rate', 'optimizer', 'value']);
    expect(axes[0]!.at(0.01)).toBeCloseTo(0.5, 12);
    expect(axes[1]!.at('sgd')).toBe(0.5);
    expect(axes[1]!.at('adam')).toBeCloseTo(1 / 6, 12);
    expect(axes[2]!.at(83)).toBe(0.5);
    expect(axes[0]!.back(axes[0]!.at(0.03)!)).toBeCloseTo(0.03, 12);
  });
  test('draw the best line last, below the axis where a hyperparameter does not count', () => {
    const lines = parallelLines(trials, axes, options);
    expect(lines.map(({ trial, rank }) => [trial.number, rank])).toEqual([
      [6, 0],
      [1, 0.25],
      [0, 0.5],
      [5, 0.75],
      [2, 1],
    ]);
    expect(lines.at(-1)!.at[0]).toBe(missing);
    const svg = parallelSvg(axes, lines, { title: 'Parallel', alt: 'Lines.' });
    expect(svg.match(/<path /g)).toHaveLength(5);
    for (const text of ['>rate<', '>Accuracy (%)<', '>lion<', 'the best tenth', '>without<'])
      expect(svg).toContain(text);
  });
  test('a brush is a condition of the filter, and a condition is a brush', () => {
    const [first, second, value] = axes as [(typeof axes)[0], (typeof axes)[0], (typeof axes)[0]];
    const middle = brushCondition(first, 0.75, 0.25)!;
    expect(meets(0.01, middle)).toBe(true);
    expect(meets(0.05, middle)).toBe(false);
    expect(brushOf(first, middle)![0]).toBeCloseTo(0.25, 10);
    expect(brushCondition(second, 0.4, 1)).toEqual({ oneOf: ['sgd', 'lion'] });
    expect(brushCondition(second, -0.1, 1.2)).toBeUndefined();
    expect(brushCondition(value, 0.5, 1)).toEqual({ low: 83, high: Number.POSITIVE_INFINITY });
    expect(brushOf(value, { low: 83, high: Number.POSITIVE_INFINITY })).toEqual([0.5, 1]);
  });
  test('keys narrow a brush from both ends, leave at least a choice, and take it away', () => {
    const [first, second] = axes as [(typeof axes)[0], (typeof axes)[0]];
    const pressed = (axis: (typeof axes)[0], ...keys: string[]) =>
      keys.reduce<readonly [number, number] | undefined>((brush, key) => {
        const next = brushAfter(key, { axis, brush });
        return next === 'all' ? undefined : (next ?? brush);
      }, undefined);
    expect(pressed(first, 'ArrowUp', 'ArrowUp', 'ArrowDown')).toEqual([0.1, 0.95]);
    expect(pressed(first, 'ArrowUp', 'ArrowDown', 'Shift ArrowDown', 'Shift ArrowUp')).toBeUndefined();
    expect(pressed(first, 'ArrowUp', 'Escape')).toBeUndefined();
    expect(pressed(first, ...Array.from({ length: 40 }, () => 'ArrowUp'))![0]).toBeCloseTo(0.95, 10);
    const two = pressed(second, 'ArrowUp')!;
    expect(brushCondition(second, ...two)).toEqual({ oneOf: ['sgd', 'lion'] });
    expect(brushCondition(second, ...pressed(second, 'ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp')!)).toEqual({
      oneOf: ['lion'],
    });
    expect(brushAfter('Tab', { axis: first, brush: undefined })).toBeUndefined();
  });
  test('what is chosen is said in words', () => {
    expect(brushText(undefined)).toBe('all');
    expect(brushText({ low: 0.01, high: 0.1 })).toBe('0.01 to 0.1');
    expect(brushText({ low: 0.01, high: Number.POSITIVE_INFINITY })).toBe('at least 0.01');
    expect(brushText({ low: Number.NEGATIVE_INFINITY, high: 0.1 })).toBe('at most 0.1');
    expect(brushText({ oneOf: ['sgd', 'lion'] })).toBe('sgd, lion');
  });
});
