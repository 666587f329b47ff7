/** The series of a run as charts. */
import { expect, test } from 'vitest';
import { seriesPlots } from './series.ts';

test('series of one measure share a chart, whatever set they are of', () => {
  const series = [
    { tag: 'train/loss', title: null, step: [0, 1], value: [2, 1] },
    { tag: 'rate', title: 'Learning rate', step: [0, 1], value: [0.1, null] },
    { tag: 'test/loss', title: null, step: [0, 1], value: [2, 1.5] },
  ];
  const plots = seriesPlots(series, { log: true });
  expect(plots.map(({ title, layers }) => [title, layers.map(({ name }) => name)])).toEqual([
    ['loss', ['train/loss', 'test/loss']],
    ['Learning rate', ['rate']],
  ]);
  expect(plots[1]!.layers[0]).toMatchObject({ x: [0, 1], y: [0.1, undefined] });
  expect(plots[0]!.alt).toBe('train/loss ends with 1 at step 1; test/loss ends with 1.5 at step 1.');
  expect(plots.every(({ y }) => y.log)).toBe(true);
});
