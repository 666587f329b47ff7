/**
 * LeNet-5 (1998) against PyTorch: parameters, second derivatives, and every step of four trainings
 * (test/golden/README.md).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import type { StateDict } from '../src/base/tensor.ts';
import { takeFirst } from '../src/data/dataset.ts';
import { widths } from '../src/engine/kernels.ts';
import { crossEntropy } from '../src/nn/losses/cross-entropy.ts';
import { maximumAPosteriori } from '../src/nn/losses/maximum-a-posteriori.ts';
import { mse } from '../src/nn/losses/mse.ts';
import type { Loss } from '../src/nn/losses.ts';
import { connectionCount, parameterCount, parametersOf } from '../src/nn/model.ts';
import { adam } from '../src/nn/optimizers/adam.ts';
import { sdlm } from '../src/nn/optimizers/sdlm.ts';
import { sgd } from '../src/nn/optimizers/sgd.ts';
import type { Optimizer } from '../src/nn/optimizers.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { lenet5Original } from '../src/tasks/lenet/lenet5-1998.ts';
import { type EpochEvent, fit } from '../src/train/fit.ts';
import { completeRecipe } from '../src/train/recipe.ts';
import { Session } from '../src/train/session.ts';

interface Run {
  readonly optimizer: 'sgd' | 'adam' | 'sdlm';
  readonly rate: number;
  readonly loss: 'map' | 'mse' | 'cross-entropy';
  readonly batch: number;
  readonly steps: number;
  readonly losses: readonly number[];
}

const folder = new URL('./golden/', import.meta.url);
const runs: Record<string, Run> = JSON.parse(readFileSync(new URL('lenet5-1998.json', folder), 'utf8'));
const tensors = (name: string): StateDict => readSafetensors(readFileSync(new URL(name, folder)), name).tensors;
const initial = tensors('lenet5-1998-initial.safetensors');
const finals = tensors('lenet5-1998-final.safetensors');
const { train } = await loadMnist();
const model = lenet5Original();
const losses: Record<Run['loss'], Loss> = {
  map: maximumAPosteriori(0.1),
  mse: mse(),
  'cross-entropy': crossEntropy(),
};

/** |a - b| / |b - origin| over all parameters. */
function relativeDistance(
  a: StateDict,
  b: (name: string) => Float32Array,
  origin: (name: string) => Float32Array,
): number {
  let [away, way] = [0, 0];
  for (const [name, { data }] of a) {
    const [target, from] = [b(name), origin(name)];
    for (let i = 0; i < data.length; i++) {
      away += (data[i]! - target[i]!) ** 2;
      way += (target[i]! - from[i]!) ** 2;
    }
  }
  return Math.sqrt(away / way);
}

function optimizerOf({ optimizer, rate: learningRate }: Run): Optimizer {
  return { sgd, adam, sdlm }[optimizer]({ learningRate });
}

test('the paper’s layers have the paper’s parameters and connections', () => {
  expect(parameterCount(model)).toBe(60_000);
  expect(connectionCount(model)).toBe(340_908);
  const layers = Object.fromEntries(model.layers.map(({ name, connections }) => [name, connections]));
  const paper = { c1: 122_304, s2: 5_880, c3: 151_600, s4: 2_000, c5: 48_120, f6: 10_164, output: 840 };
  expect(layers).toMatchObject(paper);
});

test('its state dict has the names and shapes of the PyTorch twin', () => {
  const shapes = ([name, { shape }]: [string, { shape: readonly number[] }]) => `${name} [${shape}]`;
  expect(parametersOf(model).map(({ name, shape }) => `${name} [${shape}]`)).toEqual([...initial].map(shapes));
});

test('with all variants switched it has the sizes of the model zoo’s network', () => {
  const variant = { activation: 'relu', pooling: 'max', poolActivation: 'off', output: 'softmax' } as const;
  expect(parameterCount(lenet5Original({ ...variant, connections: 'full', inputSize: '28x28' }))).toBe(44_426);
});

test.each(widths)(
  '%s: second derivatives over 500 images are the recursion’s to 1e-4 in every parameter',
  async (width) => {
    const session = await Session.forTraining(
      completeRecipe({ model, optimizer: sdlm(), batchSize: 1, loss: maximumAPosteriori(0.1) }),
      [train],
      { width },
    );
    session.setWeights(initial);
    session.setOrder(Int32Array.from({ length: 500 }, (_, i) => i));
    session.estimateCurvature(0, 500);
    const hessian = session.optimizerState.get('hessian')!;
    await session.close();
    for (const [name, { data }] of hessian) {
      const expected = finals.get(`hessian/${name}`)!.data;
      const largest = Math.max(...expected);
      expect(largest).toBeGreaterThan(1e-6);
      for (const [i, value] of data.entries())
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-4 * expected[i]! + 1e-6 * largest);
    }
  },
);

const trainings = widths.flatMap((width) => Object.entries(runs).map(([name, run]) => [width, name, run] as const));

describe.each(trainings)('%s: %s', (width, name, run) => {
  const found: number[] = [];
  let last: EpochEvent | undefined;

  test('losses of every step equal PyTorch’s to 1e-5', async () => {
    const images = takeFirst(train, run.batch * run.steps);
    const recipe = {
      model,
      optimizer: optimizerOf(run),
      batchSize: run.batch,
      loss: losses[run.loss],
      epochs: 1,
      shuffle: false,
    };
    const events = fit(recipe, {
      train: images,
      initial,
      width,
      onProgress: (progress) => void found.push(...progress.losses),
    });
    for await (const event of events) if (event.type === 'epoch') last = event;
    expect(found.length).toBe(run.losses.length);
    for (const [i, loss] of run.losses.entries())
      expect(Math.abs(found[i]! - loss) / (1 + loss), `step ${i}`).toBeLessThan(1e-5);
  });

  test('final weights equal PyTorch’s to 1e-4 of the distance from the initial weights', () => {
    const target = (tensor: string) => finals.get(`${name}/${tensor}`)!.data;
    const from = (tensor: string) => initial.get(tensor)!.data;
    expect(relativeDistance(last!.checkpoint.weights, target, from)).toBeLessThan(1e-4);
    expect(relativeDistance(initial, target, from)).toBe(1);
  });
});
