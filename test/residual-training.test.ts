/**
 * A small residual network with batch normalization against PyTorch (test/golden/make_residual_training.py). Its statistics are those of whole batches: threads, chunks,
 * the width of the kernels and a stop change no bit.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as built from '../dist/index.js';
import { nodeThreads } from '../dist/node.js';
import type { StateDict, Tensor } from '../src/base/tensor.ts';
import { widths } from '../src/engine/kernels.ts';
import {
  batchNorm2d,
  type Checkpoint,
  conv2d,
  dropout,
  evaluate,
  type FitOptions,
  fit,
  flatten,
  globalAvgPool2d,
  type Layer,
  linear,
  type Model,
  type RecipeSettings,
  relu,
  residual,
  sequential,
  sgd,
  silu,
} from '../src/index.ts';
import { evaluatedWeights } from '../src/train/average.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../src/train/checkpoint.ts';

type Tensors = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
const golden: {
  readonly epochs: number;
  readonly batchSize: number;
  readonly images: readonly number[];
  readonly labels: readonly number[];
  readonly initial: Tensors;
  readonly losses: readonly number[];
  readonly final: Tensors;
  readonly logits: readonly number[];
  readonly decay: number;
  readonly averaged: Tensors;
  readonly averagedLogits: readonly number[];
  readonly frozen: readonly {
    readonly freeze: readonly string[];
    readonly losses: readonly number[];
    readonly final: Tensors;
    readonly logits: readonly number[];
  }[];
} = JSON.parse(readFileSync(new URL('golden/residual-training.json', import.meta.url), 'utf8'));

function network(more: Readonly<Record<string, Layer>> = {}): Model {
  return sequential('residual', [2, 6, 6], {
    conv1: conv2d(2, 4, 3, { padding: 'same' }),
    bn1: batchNorm2d(4),
    relu1: relu(),
    ...residual('block1', {
      from: 'relu1',
      layers: {
        conv1: conv2d(4, 4, 3, { padding: 'same' }),
        bn1: batchNorm2d(4),
        relu: relu(),
        conv2: conv2d(4, 4, 3, { padding: 'same', groups: 4 }),
        bn2: batchNorm2d(4, { momentum: 0.25 }),
      },
    }),
    relu2: relu(),
    ...residual('block2', {
      from: 'relu2',
      layers: { conv1: conv2d(4, 6, 3, { stride: 2, padding: 1 }), bn1: batchNorm2d(6), silu: silu() },
      shortcut: { conv: conv2d(4, 6, 1, { stride: 2 }), bn: batchNorm2d(6) },
    }),
    ...more,
    pool: globalAvgPool2d(),
    flat: flatten(),
    fc: linear(6, 3),
  });
}

const tensors = (of: Tensors): StateDict =>
  new Map(
    Object.entries(of).map(([name, { shape, data }]): [string, Tensor] => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
const initial = tensors(golden.initial);
const train = {
  name: 'noise',
  images: Float32Array.from(golden.images),
  labels: golden.labels,
  shape: [2, 6, 6] as const,
  classes: 3,
};
const recipe: RecipeSettings = {
  model: network(),
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
  batchSize: golden.batchSize,
  epochs: golden.epochs,
  shuffle: false,
};

async function end(settings: RecipeSettings, more: Partial<FitOptions> = {}, how = fit): Promise<Checkpoint> {
  let last: Checkpoint | undefined;
  for await (const event of how(settings, { train, initial, evaluateTrain: false, ...more }))
    if (event.type !== 'diverged') last = event.checkpoint;
  return last!;
}

function expectNear(what: string, found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(found[i]! - value), `${what} ${i}`).toBeLessThan(tolerance * (1 + Math.abs(value)));
}

test('the state dict has PyTorch’s names', () => {
  expect([...initial.keys()].sort()).toEqual([...Object.keys(golden.final)].sort());
});

describe.each(widths)('%s', (width) => {
  test('losses, final tensors and the logits of an evaluation are PyTorch’s', async () => {
    const losses: number[] = [];
    const { weights } = await end(recipe, { width, onProgress: (progress) => void losses.push(...progress.losses) });
    expectNear('loss', losses, golden.losses, 3e-6);
    for (const [name, { data }] of Object.entries(golden.final)) expectNear(name, weights.get(name)!.data, data, 3e-6);
    const { logits } = (await evaluate({ model: recipe.model }, weights, train, { width }))!;
    expectNear('logit', logits, golden.logits, 3e-6);
  });

  test('the average is PyTorch’s, of parameters and buffers alike', async () => {
    const averaging = { ...recipe, ema: golden.decay, freeze: [] };
    const last = await end(averaging, { width });
    const weights = evaluatedWeights(last, averaging, Math.ceil(golden.labels.length / golden.batchSize));
    for (const [name, { data }] of Object.entries(golden.averaged))
      expectNear(name, weights.get(name)!.data, data, 3e-6);
    const { logits } = (await evaluate({ model: recipe.model }, weights, train, { width }))!;
    expectNear('logit', logits, golden.averagedLogits, 3e-6);
    expect(last.weights).toEqual((await end(recipe, { width })).weights);
  });
});

describe.each(golden.frozen)('$freeze frozen', (expected) => {
  /** Whether a tensor is of a frozen layer. */
  const isFrozen = (name: string) => expected.freeze.some((layer) => name.startsWith(`${layer}.`));
  const statistics = (name: string, length: number) =>
    Float32Array.from({ length }, (_, i) => (name.endsWith('running_mean') ? (i % 3) / 8 : 0.5 + (i % 4) / 4));
  const begin: StateDict = new Map(
    [...initial].map(([name, tensor]): [string, Tensor] => [
      name,
      name.includes('running_') ? { ...tensor, data: statistics(name, tensor.data.length) } : tensor,
    ]),
  );
  const settings: RecipeSettings = {
    ...recipe,
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, l2: 0.01 }),
    clipNorm: 0.5,
    freeze: expected.freeze,
  };

  test.each(widths)(
    '%s: losses, trained tensors and logits are PyTorch’s, frozen tensors keep their bits',
    async (width) => {
      const losses: number[] = [];
      const onProgress: FitOptions['onProgress'] = (progress) => void losses.push(...progress.losses);
      const { weights } = await end(settings, { width, initial: begin, onProgress });
      expectNear('loss', losses, expected.losses, 3e-6);
      for (const [name, { data }] of Object.entries(expected.final)) {
        if (isFrozen(name)) expect(weights.get(name)!.data, name).toEqual(begin.get(name)!.data);
        else expectNear(name, weights.get(name)!.data, data, 3e-6);
      }
      const { logits } = (await evaluate({ model: recipe.model }, weights, train, { width }))!;
      expectNear('logit', logits, expected.logits, 3e-6);
    },
  );

  test('threads, octs and a stop change no bit, and an average does not move frozen tensors', async () => {
    const random = { ...settings, model: network({ drop: dropout(0.25) }), shuffle: true, ema: 0.9 };
    const whole = await end(random, { initial: begin });
    expect(await end(random, { initial: begin, width: 'octs' })).toEqual(whole);
    for (const threads of [2, 3]) {
      const shared = { initial: begin, threads: nodeThreads(threads) };
      expect(await end(random, shared, built.fit as typeof fit)).toEqual(whole);
    }
    for await (const event of fit(random, { train, initial: begin })) {
      if (event.type !== 'epoch') continue;
      for (const [name, { data }] of event.weights) if (isFrozen(name)) expect(data).toEqual(begin.get(name)!.data);
      if (event.epoch === 1) expect(await end(random, { resume: event.checkpoint, initial: undefined })).toEqual(whole);
    }
  });
});

test.each([
  [['conv'], 'unknown layer to freeze in model residual "conv": allowed are conv1, bn1, block1, '],
  [['relu1'], 'freeze: layer relu1 of model residual has no parameters'],
  [
    ['conv1', 'bn1', 'block1', 'block2', 'fc'],
    'freeze: model residual has nothing left to train: all its layers are frozen',
  ],
])('%j cannot be frozen', async (freeze, message) => {
  await expect(end({ ...recipe, freeze })).rejects.toThrow(message);
});

/** Dropout makes the bits depend on the stream of each image. */
const random = { ...recipe, model: network({ drop: dropout(0.25) }), shuffle: true, ema: 0.9 };

test('threads and octs change no bit', async () => {
  const whole = await end(random);
  expect(await end(random, { width: 'octs' })).toEqual(whole);
  for (const threads of [2, 3]) {
    expect(await end(random, { threads: nodeThreads(threads) }, built.fit as typeof fit)).toEqual(whole);
  }
  expect(await end({ ...random, seed: 2 })).not.toEqual(whole);
});

test('a run continues from any epoch to the same bits, through the bytes of a checkpoint', async () => {
  const whole = await end(random);
  let epochs = 0;
  for await (const event of fit(random, { train, initial })) {
    if (event.type !== 'epoch' || event.epoch === golden.epochs) continue;
    const bytes = encodeCheckpoint(event.checkpoint, {});
    const resume = decodeCheckpoint(bytes, 'the checkpoint').checkpoint;
    expect(await end(random, { resume, initial: undefined })).toEqual(whole);
    epochs++;
  }
  expect(epochs).toBe(golden.epochs);
});

test('a run that is stopped within an epoch continues to the same bits', async () => {
  const whole = await end(random);
  const batches = Math.ceil(golden.labels.length / golden.batchSize);
  for (const stop of [1, batches + 1]) {
    const controller = new AbortController();
    let done = 0;
    const onProgress: FitOptions['onProgress'] = ({ losses }) => {
      done += losses.length;
      if (done >= stop) controller.abort();
    };
    const resume = await end(random, { signal: controller.signal, onProgress });
    expect(resume.batch).toBeGreaterThan(0);
    expect(await end(random, { resume, initial: undefined })).toEqual(whole);
  }
});

test('batches of one image, and of all', async () => {
  for (const batchSize of [1, 53]) {
    const { weights } = await end({ ...random, batchSize, epochs: 1 });
    for (const [name, { data }] of weights) expect(data.every(Number.isFinite), name).toBe(true);
  }
});

test('a batch that holds every image six times gives the gradient of one that holds each once', async () => {
  // 318 images: ten blocks of gradients, of two chunks each.
  const times = 6;
  const repeated = {
    ...train,
    images: Float32Array.from(Array.from({ length: times }, () => golden.images).flat()),
    labels: Array.from({ length: times }, () => golden.labels).flat(),
  };
  const step = { ...recipe, batchSize: 53, epochs: 1 };
  const many = { ...step, batchSize: 53 * times };
  const once = await end(step);
  const often = await end(many, { train: repeated });
  for (const [name, { data }] of once.weights) {
    // The variance of more numbers is corrected less, which moves the running one by less than 1e-3 of its step.
    const tolerance = name.endsWith('running_var') ? 2e-3 : 2e-6;
    expectNear(name, often.weights.get(name)!.data, [...data], tolerance);
  }
  expect(await end(many, { train: repeated, width: 'octs' })).toEqual(often);
  expect(await end(many, { train: repeated, threads: nodeThreads(3) }, built.fit as typeof fit)).toEqual(often);
});

test('a running variance below 0 is refused, since its deviation would not be a number', async () => {
  const weights = new Map(initial);
  const variance = weights.get('bn1.running_var')!;
  weights.set('bn1.running_var', { ...variance, data: variance.data.map((value, i) => (i === 1 ? -0.5 : value)) });
  const message = 'tensor bn1.running_var holds -0.5 at position 1, expected variances from 0';
  await expect(end({ ...recipe }, { initial: weights })).rejects.toThrow(message);
  await expect(evaluate({ model: recipe.model }, weights, train)).rejects.toThrow(message);
});
