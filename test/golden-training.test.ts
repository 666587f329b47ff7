/**
 * Whole trainings of a tiny network against PyTorch (test/golden/make_training.py): the rate of every step, warm-up,
 * label smoothing, decay that spares biases, clipped gradients, averages of the weights, distillation; stopped anywhere, they continue to the same bits.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { StateDict } from '../src/base/tensor.ts';
import { type Checkpoint, type FitOptions, fit, flatten, linear, sequential, tanh } from '../src/index.ts';
import type { Settings } from '../src/study/definition.ts';
import { completeSettings } from '../src/tasks/lenet/configuration.ts';
import { recipeOf } from '../src/tasks/lenet/recipe.ts';
import { evaluatedWeights } from '../src/train/average.ts';
import type { RecipeSettings } from '../src/train/recipe.ts';

/** Hyperparameters, and how teachers take part. */
interface CaseSettings {
  readonly distill?: { readonly temperature: number; readonly weight: number };
  readonly [name: string]: number | string | object | undefined;
}
type Tensors = Readonly<Record<string, readonly number[]>>;
const golden: {
  readonly epochs: number;
  readonly batchSize: number;
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly initial: Tensors;
  readonly teachers: readonly Tensors[];
  readonly cases: readonly { readonly settings: CaseSettings; readonly final: Tensors }[];
} = JSON.parse(readFileSync(new URL('golden/training.json', import.meta.url), 'utf8'));

const model = sequential('tiny', [1, 4, 4], { flat: flatten(), fc1: linear(16, 5), act: tanh(), fc2: linear(5, 3) });
const stateDict = (tensors: Tensors): StateDict =>
  new Map(
    model.layers
      .flatMap(({ parameters }) => parameters)
      .map(({ name, shape }) => [name, { shape, data: Float32Array.from(tensors[name]!) }]),
  );
const initial = stateDict(golden.initial);
const teachers = golden.teachers.map((tensors) => ({ model, weights: stateDict(tensors) }));
const train = {
  name: 'tiny',
  images: Float32Array.from(golden.images),
  labels: golden.labels,
  shape: [1, 4, 4] as const,
  classes: 3,
};

async function endOf(recipe: RecipeSettings, more: Partial<FitOptions> = {}): Promise<Checkpoint> {
  let last: Checkpoint | undefined;
  for await (const event of fit(recipe, { train, initial, ...more }))
    if (event.type !== 'diverged') last = event.checkpoint;
  return last!;
}

describe.each(golden.cases.map((each) => [JSON.stringify(each.settings), each] as const))('%s', (_, each) => {
  const { epochs, batchSize } = golden;
  const { distill: numbers, ...settings } = each.settings;
  const distill = numbers && { ...numbers, teachers };
  const recipe = {
    ...recipeOf(completeSettings({ ...(settings as Settings), epochs, batchSize })),
    model,
    shuffle: false,
  };
  const end = (of: RecipeSettings, more: Partial<FitOptions> = {}) => endOf(of, { distill, ...more });

  test('ends at PyTorch’s weights', async () => {
    const weights = evaluatedWeights(await end(recipe), recipe, Math.ceil(golden.labels.length / batchSize));
    for (const [name, expected] of Object.entries(each.final))
      for (const [i, value] of expected.entries())
        expect(Math.abs(weights.get(name)!.data[i]! - value), `${name} ${i}`).toBeLessThan(2e-6);
  });

  test('gives the same bits from a checkpoint after every epoch and within the warm-up', async () => {
    const whole = await end(recipe);
    for await (const event of fit(recipe, { train, initial, distill })) {
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
