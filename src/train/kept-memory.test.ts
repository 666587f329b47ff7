/** Trainings that have one memory after the other have the bits of trainings with new memories. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { keptMemory } from '../engine/kept-memory.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { type FitOptions, fit } from './fit.ts';
import type { RecipeSettings } from './recipe.ts';

const random = randomStream(5, 'kept memory');
const images = Uint8Array.from({ length: 45 * 784 }, () => random.below(256));
const labels = Uint8Array.from({ length: 45 }, () => random.below(10));
const train = { name: 'noise', images, labels, shape: [1, 28, 28], classes: 10 } as const;

/** The bits of the weights after an epoch, ragged batch and evaluation included. */
async function trained(recipe: Omit<RecipeSettings, 'model'>, options: Partial<FitOptions> = {}): Promise<number[]> {
  let bits: number[] = [];
  for await (const event of fit({ model: lenet5(), epochs: 1, ...recipe }, { train, ...options })) {
    if (event.type !== 'epoch') throw new Error(`the run ended with ${event.type}`);
    bits = [...event.weights.values()].flatMap(({ data }) => [...new Int32Array(data.buffer)]);
  }
  return bits;
}

const recipes = [
  { optimizer: adam(), batchSize: 33 },
  { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), batchSize: 16, ema: 0.9 },
  { optimizer: adam(), batchSize: 33, seed: 2 },
];

test('trainings that share a memory, after each other and at the same time, have the bits of trainings with their own', async () => {
  const memory = keptMemory();
  const expected = await Promise.all(recipes.map((recipe) => trained(recipe)));
  const after: number[][] = [];
  for (const recipe of recipes) after.push(await trained(recipe, { memory }));
  expect(after).toEqual(expected);
  expect(await Promise.all(recipes.map((recipe) => trained(recipe, { memory })))).toEqual(expected);
});

test('anything but a kept memory is refused', async () => {
  await expect(trained(recipes[0]!, { memory: {} as never })).rejects.toThrow(
    'fit(): memory: expected keptMemory(), got an object',
  );
});
