import { describe, expect, test } from 'vitest';
import { widths } from '../engine/kernels.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { conv2d } from './conv2d.ts';
import { flatten } from './flatten.ts';
import { stepsOf } from './fusion.ts';
import { placeAlone } from './layer.testing.ts';
import { linear } from './linear.ts';
import { maxPool2d } from './max-pool2d.ts';
import { sequential } from './model.ts';
import { relu } from './relu.ts';

test('LeNet-5 is computed in eight steps', () => {
  expect(stepsOf(lenet5()).map(({ layers }) => layers.map(({ name }) => name).join(' '))).toEqual([
    'conv1 relu1 pool1',
    'conv2 relu2 pool2',
    'flatten',
    'fc1',
    'relu3',
    'fc2',
    'relu4',
    'fc3',
  ]);
});

describe.each(widths)('%s', (width) => {
  const engine = { arithmetic: 'strict', width } as const;

  test.each([
    ['2x2', conv2d(2, 3, 3), maxPool2d(2)],
    [
      '2x2 with padding and stride',
      conv2d(2, 5, [3, 2], { padding: [1, 2], stride: [1, 2] }),
      maxPool2d([2, 2], { stride: 1 }),
    ],
    ['3x2, overlapping', conv2d(2, 4, 2), maxPool2d([3, 2], { stride: [2, 1] })],
  ])('convolution, relu and pooling in one step do what they do one after the other: %s', (_, conv, pool) => {
    const shape = [6, 2, 9, 8];
    const model = sequential('m', [2, 9, 8], {
      conv,
      relu: relu(),
      pool,
      flat: flatten(),
      fc: linear(sizeAfter(conv, pool), 2),
    });
    const [step] = stepsOf(model);
    const numbers = (count: number, seed: number) =>
      Array.from({ length: count }, (_, i) => Math.fround(Math.sin(seed + 1.3 * i)));
    const parameters = [
      numbers(conv.outChannels * 2 * conv.kernelSize[0] * conv.kernelSize[1], 1),
      numbers(conv.outChannels, 2),
    ];
    const x = numbers(6 * 2 * 9 * 8, 3);

    const alone = placeAlone(conv, shape, engine, parameters);
    const convolved = alone.run(x, numbers(6 * alone.outputShape.reduce((a, b) => a * b), 0)).output;
    const [, height, width] = alone.outputShape as [number, number, number];
    const rectified = [...convolved].map((value) => Math.max(value, 0));
    const pooled = placeAlone(pool, [6, conv.outChannels, height, width], engine, []);
    const dy = numbers(6 * pooled.outputShape.reduce((a, b) => a * b), 4);
    const { output, gradInput } = pooled.run(rectified, dy);
    const expected = alone.run(
      x,
      [...gradInput].map((g, i) => (convolved[i]! > 0 ? g : 0)),
    );

    const together = placeAlone(conv, shape, engine, parameters, step).run(x, dy);
    expect(together.output).toEqual(output);
    const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      expect(a.length).toBe(b.length);
      const most = Math.max(...Array.from(b, Math.abs));
      expect(most).toBeGreaterThan(0);
      for (let i = 0; i < a.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThanOrEqual(2e-6 * most);
    };
    close(together.gradInput, expected.gradInput);
    close(together.gradients[0]!, expected.gradients[0]!);
    close(together.gradients[1]!, expected.gradients[1]!);
  });
});

function sizeAfter(conv: ReturnType<typeof conv2d>, pool: ReturnType<typeof maxPool2d>): number {
  const along = (i: 0 | 1, size: number) => {
    const convolved =
      Math.floor((size + 2 * (conv.padding as readonly number[])[i]! - conv.kernelSize[i]) / conv.stride[i]) + 1;
    return Math.floor((convolved - pool.kernelSize[i]) / pool.stride[i]) + 1;
  };
  return conv.outChannels * along(0, 9) * along(1, 8);
}
