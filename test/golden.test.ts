/**
 * Training against PyTorch: 100 steps of each optimizer from given weights in a fixed order of images
 * (test/golden/README.md).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import type { StateDict } from '../src/base/tensor.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { widths } from '../src/engine/kernels.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { completeHyperparameters } from '../src/tasks/lenet/hyperparameters.ts';
import { recipeOf } from '../src/tasks/lenet/recipe.ts';
import { type EpochEvent, fit, type Progress } from '../src/train/fit.ts';

interface Golden {
  readonly options: Readonly<Record<string, unknown>>;
  readonly start: number;
  readonly losses: readonly number[];
}

const folder = new URL('./golden/', import.meta.url);
const goldens: Record<string, Golden> = JSON.parse(readFileSync(new URL('train.json', folder), 'utf8'));
const initial = readSafetensors(readFileSync(new URL('lenet5-initial.safetensors', folder)), 'initial').tensors;
const finals = readSafetensors(readFileSync(new URL('train-final.safetensors', folder)), 'final').tensors;
const mnist = await loadMnist();

function stretch({ images, labels, ...rest }: Dataset, start: number, count: number): Dataset {
  return {
    ...rest,
    images: images.subarray(start * 784, (start + count) * 784),
    labels: labels.subarray(start, start + count),
  };
}

/** |a - b| / |b - origin|: the distance of a and b, relative to the distance of b and the origin. */
function relativeDistance(a: StateDict, b: (name: string) => Float32Array, origin: StateDict): number {
  let away = 0;
  let way = 0;
  for (const [name, { data }] of a) {
    const target = b(name);
    const from = origin.get(name)!.data;
    for (let i = 0; i < data.length; i++) {
      away += (data[i]! - target[i]!) ** 2;
      way += (target[i]! - from[i]!) ** 2;
    }
  }
  return Math.sqrt(away / way);
}

const trainings = widths.flatMap((width) =>
  Object.entries(goldens).map(([name, golden]) => [width, name, golden] as const),
);

describe.each(trainings)('%s: %s', (width, name, golden) => {
  const { images = 3200, epochs = 1, batchSize = 32, ...optimizer } = golden.options as Record<string, number>;
  const values = completeHyperparameters({ ...optimizer, batchSize, epochs, shuffle: false });
  const losses: number[] = [];
  let last: EpochEvent | undefined;

  test('losses of every step equal PyTorch’s to 1e-5', async () => {
    const train = stretch(mnist.train, golden.start, images);
    const onProgress = (progress: Progress) => void losses.push(...progress.losses);
    const events = fit(recipeOf(values), { train, initial, width, onProgress });
    for await (const event of events) if (event.type === 'epoch') last = event;
    expect(losses.length).toBe(golden.losses.length);
    for (const [i, loss] of losses.entries()) expect(Math.abs(loss - golden.losses[i]!)).toBeLessThan(1e-5);
  });

  test('final weights equal PyTorch’s to 1e-4 of the distance from the initial weights', () => {
    const target = (tensor: string) => finals.get(`${name}/${tensor}`)!.data;
    expect(relativeDistance(last!.checkpoint.weights, target, initial)).toBeLessThan(1e-4);
    expect(relativeDistance(initial, target, initial)).toBe(1);
  });
});
