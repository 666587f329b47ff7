/** The table of a network that `lenet train` and `lenet describe` print. */
import { expect, test } from 'vitest';
import { describeModel } from '../nn/model.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { modelTable } from './model-table.ts';

test('no line is wider than the terminal', () => {
  for (const columns of [40, 60, 80, 120]) {
    const widths = modelTable(lenet5(), { isTTY: true, columns })
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths), `${columns} columns`).toBeLessThanOrEqual(columns);
  }
});

test('in a file the table is not broken', () => {
  expect(modelTable(lenet5(), { isTTY: false })).toBe(describeModel(lenet5(), 100));
});
