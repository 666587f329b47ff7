import { expect, test } from 'vitest';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { conv2d } from './conv2d.ts';
import { flatten } from './flatten.ts';
import { globalAvgPool2d } from './global-avg-pool2d.ts';
import { linear } from './linear.ts';
import { sequential } from './model.ts';
import { receptiveFields } from './receptive-field.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';

const sizes = (model: Parameters<typeof receptiveFields>[0]) =>
  receptiveFields(model).map(({ layer, size, step }) => `${layer} ${size.join('x')} by ${step.join('x')}`);

test('LeNet-5 reads 16x16 pixels before its dense layers', () => {
  expect(sizes(lenet5())).toEqual([
    'conv1 5x5 by 1x1',
    'relu1 5x5 by 1x1',
    'pool1 6x6 by 2x2',
    'conv2 14x14 by 2x2',
    'relu2 14x14 by 2x2',
    'pool2 16x16 by 4x4',
  ]);
});

test('three windows of 3x3 read 7x7 (Simonyan and Zisserman, ICLR 2015, section 2.3), and a residual block as far as its longest way', () => {
  const same = () => conv2d(1, 1, 3, { padding: 'same' });
  const model = sequential('three', [1, 9, 9], {
    conv0: same(),
    ...residual('block', {
      from: 'conv0',
      layers: { conv1: same(), relu: relu(), conv2: conv2d(1, 1, [3, 1], { padding: 'same' }) },
      shortcut: { conv: conv2d(1, 1, 1) },
    }),
    pool: globalAvgPool2d(),
    flat: flatten(),
    fc: linear(1, 2),
  });
  expect(sizes(model).at(-1)).toBe('block.add 7x5 by 1x1');
});
