/** The disk space that a trial needs. */
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
