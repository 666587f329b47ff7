/** Networks in narrow terminals: no line is wider than the terminal, and no number is lost. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelTable } from '../nn/kernel-table.ts';
import { describeModel } from '../nn/model.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { parseNetworkFile } from '../tasks/lenet/network-file.ts';
import { kernelsText, modelText } from './model-text.ts';

const residual = parseNetworkFile(readFileSync('networks/residual.yaml', 'utf8'), 'residual.yaml').make(
  {},
  { filters: 12 },
);
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('a table that fits is that of describeModel()', () => {
  expect(modelText(residual, 100)).toBe(describeModel(residual, 100));
  expect(modelText(lenet5(), 80)).toBe(describeModel(lenet5(), 80));
});

test('on 80 columns cells of a residual network are broken at spaces', () => {
  const text = modelText(residual, 80);
  expect(widest(text)).toBeLessThanOrEqual(80);
  expect(text).toContain('│ block2.shortcut.conv1 │ Conv2d(12, 24, ');
  expect(text).toContain('Left out for width: connections, MACs.');
});

test.each([79, 64, 40, 30, 24])('on %i columns no line is wider', (width) => {
  expect(widest(modelText(residual, width))).toBeLessThanOrEqual(width);
  expect(widest(kernelsText(kernelTable(residual), width))).toBeLessThanOrEqual(width);
});

test('on 40 columns layers are a list', () => {
  expect(modelText(residual, 40)).toContain(
    '\n\nlayer: block2.conv1\nkind: Conv2d(12, 24, kernel_size=3,\nstride=2, padding=1)\noutput: 24x14x14\nparameters: 2,616\n\n',
  );
  expect(modelText(residual, 40)).toContain('\n\nlayer: total\nparameters: 44,266\n\n');
  expect(kernelsText(kernelTable(residual), 40)).toContain('layers: fc1\nforward: matmul\nbackward: two matmuls');
});
