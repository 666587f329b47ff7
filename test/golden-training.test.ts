/**
 * Whole trainings of a tiny network against PyTorch (test/golden/make_training.py): the rate of every step, warm-up,
 * label smoothing, and decay that spares biases; stopped anywhere, they continue to the same bits.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { StateDict } from '../src/base/tensor.ts';
import { type Checkpoint, type FitOptions, fit, flatten, linear, sequential, tanh } from '../src/index.ts';
import { completeSettings } from '../src/tasks/lenet/configuration.ts';
import { recipeOf } from '../src/tasks/lenet/recipe.ts';
import type { RecipeSettings } from '../src/train/recipe.ts';

type Tensors = Readonly<Record<string, readonly number[]>>;
const golden: {
  readonly epochs: number;
  readonly batchSize: number;
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly initial: Tensors;
  readonly cases: readonly { readonly settings: Readonly<Record<string, number | string>>; readonly final: Tensors }[];
} = JSON.parse(readFileSync(new URL('golden/training.json', import.meta.url), 'utf8'));

const model = sequential('tiny', [1, 4, 4], { flat: flatten(), fc1: linear(16, 5), act: tanh(), fc2: linear(5, 3) });
const initial: StateDict = new Map(
  model.layers
    .flatMap(({ parameters }) => parameters)
    .map(({ name, shape }) => [name, { shape, data: Float32Array.from(golden.initial[name]!) }]),
);
const train = {
  name: 'tiny',
  images: Float32Array.from(golden.images),
  labels: golden.labels,
  shape: [1, 4, 4] as const,
  classes: 3,
};

async function end(recipe: RecipeSettings, more: Partial<FitOptions> = {}): Promise<Checkpoint> {
  let last: Checkpoint | undefined;
  for await (const event of fit(recipe, { train, initial, ...more }))
    if (event.type !== 'diverged') last = event.checkpoint;
  return last!;
}

describe.each(golden.cases.map((each) => [JSON.stringify(each.settings), each] as const))('%s', (_, each) => {
  const { epochs, batchSize } = golden;
  const recipe = { ...recipeOf(completeSettings({ ...each.settings, epochs, batchSize })), model, shuffle: false };

  test('ends at PyTorch’s weights', async () => {
    const { weights } = await end(recipe);
    for (const [name, expected] of Object.entries(each.final))
      for (const [i, value] of expected.entries())
        expect(Math.abs(weights.get(name)!.data[i]! - value), `${name} ${i}`).toBeLessThan(2e-6);
  });

  test('gives the same bits from a checkpoint after every epoch and within the warm-up', async () => {
    const whole = await end(recipe);
    for await (const event of fit(recipe, { train, initial })) {
      if (event.type !== 'epoch') continue;
      expect(await end(recipe, { resume: event.checkpoint, initial: undefined })).toEqual(
        event.epoch === epochs ? undefined : whole,
      );
    }
    for (const after of [1, 2, 4, 5]) {
      // The first slice is one batch, so a run that is stopped and continued again and again gets anywhere.
      let point: Checkpoint | undefined;
      for (let batches = 0; batches < after; batches++) {
        const only = new AbortController();
        const onProgress = ({ phase }: { phase: string }) => phase === 'train' && only.abort();
        point = await end(recipe, { ...(point ? { resume: point } : {}), signal: only.signal, onProgress });
      }
      expect(point).toMatchObject({ epoch: 0, batch: after });
      expect(await end(recipe, { resume: point })).toEqual(whole);
    }
  });
});
