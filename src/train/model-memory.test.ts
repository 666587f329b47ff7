import { expect, test } from 'vitest';
import { batchNorm2d } from '../nn/batch-norm2d.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import { gelu } from '../nn/gelu.ts';
import type { Layer } from '../nn/layers.ts';
import { linear } from '../nn/linear.ts';
import { sequential } from '../nn/model.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { modelMemory } from './model-memory.ts';

const network = (more: Readonly<Record<string, Layer>>) =>
  sequential('m', [3, 20, 20], { ...more, flat: flatten(), fc: linear(1200, 2) });

test('LeNet-5’s tensors take 4 bytes a number, and little more', () => {
  const { tensors, evaluating, training, wholeBatches } = modelMemory(lenet5());
  expect(tensors).toBeGreaterThanOrEqual(4 * 44_426);
  expect(tensors).toBeLessThan(4 * 44_426 + 1000);
  // Pooled maps, features and logits have a gradient each.
  expect(training - evaluating).toBeGreaterThan(16 * 4 * (6 * 12 * 12 + 16 * 4 * 4 + 120 + 84 + 10));
  expect(wholeBatches).toBe(false);
});

test('a layer of 1,200 numbers an image adds its output for 16 images, and in training its gradient', () => {
  const [without, having] = [modelMemory(network({})), modelMemory(network({ gelu: gelu() }))];
  const bytes = 16 * 1200 * 4;
  for (const [part, times] of [['evaluating', 1] as const, ['training', 2] as const]) {
    const added = having[part] - without[part];
    expect(added).toBeGreaterThanOrEqual(times * bytes);
    expect(added).toBeLessThan(times * bytes + 300);
  }
});

test('batch normalization wants whole batches, of which each chunk has its outputs, and each thread the working space', () => {
  const { wholeBatches, training, working } = modelMemory(
    network({ conv: conv2d(3, 3, 3, { padding: 'same' }), bn: batchNorm2d(3) }),
  );
  expect(wholeBatches).toBe(true);
  const pixels = 16 * 4 * 3;
  // The images; output and gradient of the convolution, the normalization and flatten; the image with its border.
  const kept = pixels * (20 * 20 + 6 * 20 * 20 + 22 * 22);
  expect(training).toBeGreaterThan(kept);
  expect(training).toBeLessThan(1.02 * kept);
  // The images in rows, once for the convolution and once for the dense layer.
  expect(working).toBeGreaterThan(pixels * (20 * 20 + 22 * 22));
  expect(modelMemory(network({})).working).toBe(0);
});
