/** The disk space that a trial needs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parameterCount } from '../nn/model.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { mnistInput } from '../tasks/lenet/model-input.ts';
import { bytesOf } from './lenet-task.ts';

const weights = 4 * parameterCount(lenet5());

test.each([
  ['sgd without momentum', { optimizer: 'sgd' }, 0],
  ['sgd with momentum', { optimizer: 'sgd', momentum: 0.9 }, 1],
  ['adam', { optimizer: 'adam' }, 2],
])('the checkpoint of %s holds the weights and its states', (_, settings, states) => {
  expect(bytesOf(settings, 10_000, mnistInput).running).toBe((1 + states) * weights);
});

test('a finished trial keeps weights, logits and text; a dropped one the text', () => {
  const { whole, dropped } = bytesOf({ epochs: 6 }, 10_000, mnistInput);
  expect(dropped).toBe(10_000);
  expect(whole).toBe(weights + 4 * 10 * 10_000 + dropped);
});

test('running statistics are in the model, in the checkpoint, and in its average', () => {
  // 4,266 parameters, and mean and variance of 160 channels; no optimizer's state.
  const tensors = 4 * (4266 + 2 * 160);
  const settings = { model: readFileSync('networks/separable.yaml', 'utf8'), optimizer: 'sgd', epochs: 6 } as const;
  const { running, whole, dropped } = bytesOf(settings, 10_000, mnistInput);
  expect(running).toBe(tensors);
  expect(whole).toBe(tensors + 4 * 10 * 10_000 + dropped);
  expect(bytesOf({ ...settings, ema: 0.99 }, 10_000, mnistInput).running).toBe(2 * tensors);
  expect(bytesOf({ ...settings, momentum: 0.9 }, 10_000, mnistInput).running).toBe(tensors + 4 * 4266);
});
