/** Whole runs give the same bits in quads and in octs, and go on in the other width. */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, test, vi } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { supportsFused, type Width, widths } from '../engine/kernels.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { maximumAPosteriori } from '../nn/losses/maximum-a-posteriori.ts';
import { mse } from '../nn/losses/mse.ts';
import { givesDistances, type Model } from '../nn/model.ts';
import { adabelief } from '../nn/optimizers/adabelief.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { adamw } from '../nn/optimizers/adamw.ts';
import { lion } from '../nn/optimizers/lion.ts';
import { nadam } from '../nn/optimizers/nadam.ts';
import { sdlm } from '../nn/optimizers/sdlm.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { type Optimizer, optimizerNames } from '../nn/optimizers.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import {
  lenet5Original,
  published,
  type Variant,
  type VariantName,
  variantChoices,
} from '../tasks/lenet/lenet5-1998.ts';
import { modelByName, modelNames } from '../tasks/lenet/models.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { type Checkpoint, type EpochEvent, fit } from './fit.ts';
import type { RecipeSettings } from './recipe.ts';

/** The widths whose kernels were compiled, in order. */
const used = vi.hoisted((): string[] => []);
vi.mock(import('../engine/kernels.ts'), async (original) => {
  const real = await original();
  const compile: typeof real.compileKernels = (arithmetic, width) => {
    used.push(width);
    return real.compileKernels(arithmetic, width);
  };
  return { ...real, compileKernels: compile };
});

if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Random pixels, with dark borders as in MNIST, and random labels. */
function noise(size: number): Dataset {
  const random = randomStream(9, `noise ${size}`);
  const images = Uint8Array.from({ length: size * 784 }, (_, i) => {
    const [y, x] = [Math.floor((i % 784) / 28), i % 28];
    const value = random.below(256);
    return Math.min(x, y, 27 - x, 27 - y) < 4 || value < 128 ? 0 : value;
  });
  return {
    name: 'noise',
    images,
    labels: Uint8Array.from({ length: size }, () => random.below(10)),
    shape: [1, 28, 28],
    classes: 10,
  };
}

/** Everything that a run computes. */
interface Outcome {
  /** Of every batch. */
  readonly losses: readonly number[];
  readonly events: readonly EpochEvent[];
}

async function run(settings: RecipeSettings, train: Dataset, width: Width, evaluation?: Dataset): Promise<Outcome> {
  const losses: number[] = [];
  const events: EpochEvent[] = [];
  const onProgress = (progress: { readonly losses: readonly number[] }) => void losses.push(...progress.losses);
  for await (const event of fit(settings, { train, evaluation, width, onProgress })) {
    if (event.type !== 'epoch') throw new Error(`ended as ${event.type}`);
    events.push(event);
  }
  expect(used.at(-1)).toBe(width);
  return { losses, events };
}

/** All numbers of a state as bits: 0 and -0 differ. */
const bitsOf = (tensors: StateDict) =>
  new Map(
    [...tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  );

const bitsOfCheckpoint = ({ epoch, batch, weights, optimizerState }: Checkpoint) => ({
  at: [epoch, batch],
  weights: bitsOf(weights),
  state: [...optimizerState].map(([name, tensors]) => [name, bitsOf(tensors)]),
});

/** An outcome without its times, with all numbers as bits. */
function bitsOfRun({ losses, events }: Outcome) {
  return {
    losses: Buffer.from(Float64Array.from(losses).buffer).toString('base64'),
    epochs: events.map(({ train, evaluation, checkpoint }) => ({
      metrics: [train, evaluation && { loss: evaluation.loss, accuracy: evaluation.accuracy }],
      logits:
        evaluation && bitsOf(new Map([['logits', { shape: [evaluation.logits.length], data: evaluation.logits }]])),
      checkpoint: bitsOfCheckpoint(checkpoint),
    })),
  };
}

async function expectSameRuns(settings: RecipeSettings, train: Dataset, evaluation?: Dataset): Promise<void> {
  const quads = await run(settings, train, 'quads', evaluation);
  const octs = await run(settings, train, 'octs', evaluation);
  // Few numbers first, for a short message.
  expect(octs.losses).toEqual(quads.losses);
  expect(bitsOfRun(octs)).toEqual(bitsOfRun(quads));
  expect(quads.losses.every(Number.isFinite)).toBe(true);
  expect(bitsOf(quads.events.at(-1)!.checkpoint.weights)).not.toEqual(bitsOf(quads.events[0]!.checkpoint.weights));
}

const lossOf = (model: Model) => (givesDistances(model) ? maximumAPosteriori() : crossEntropy());

/** One or more whole batches and a ragged last one. */
const imagesOf = (batchSize: number) => (batchSize < 50 ? 2 : 1) * batchSize + Math.ceil(batchSize / 3);

const shipped: readonly (readonly [string, Model])[] = modelNames.map((name) => [name, modelByName(name)]);

const batchSizes = [1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 64, 100, 128, 511, 512];

describe.each(shipped)('%s', (_, model) => {
  test.each(batchSizes)('batches of %i', async (batchSize) => {
    const settings = { model, optimizer: adam(), loss: lossOf(model), batchSize, epochs: 1 };
    await expectSameRuns(settings, noise(imagesOf(batchSize)), noise(5));
  });

  test('fused', async () => {
    const settings = { model, optimizer: adam(), loss: lossOf(model), batchSize: 9, epochs: 1 };
    await expectSameRuns({ ...settings, arithmetic: 'fused' }, noise(30));
  });
});

/** The published network with one choice changed, and with all. */
const variants: Partial<Variant>[] = (Object.keys(variantChoices) as VariantName[]).flatMap((name) =>
  variantChoices[name].filter((choice) => choice !== published[name]).map((choice) => ({ [name]: choice })),
);
const last = Object.fromEntries(Object.entries(variantChoices).map(([name, choices]) => [name, choices.at(-1)]));

test.each([...variants, last as Partial<Variant>])('lenet5-1998 with %j', async (variant) => {
  const model = lenet5Original(variant);
  for (const batchSize of [1, 5, 12, 20]) {
    const settings = { model, optimizer: sgd({ learningRate: 0.01 }), loss: lossOf(model), batchSize, epochs: 1 };
    await expectSameRuns(settings, noise(imagesOf(batchSize)));
  }
});

const optimizers: readonly Optimizer[] = [
  sgd({ momentum: 0.9, nesterov: true, l2: 1e-3 }),
  adam({ l2: 1e-3 }),
  adamw(),
  nadam(),
  adabelief(),
  lion({ learningRate: 1e-3, weightDecay: 0.1 }),
  sdlm(),
];

describe.each(optimizers.map((optimizer) => [optimizer.name, optimizer] as const))('%s', (_, optimizer) => {
  test('three epochs of eleven batches', async () => {
    await expectSameRuns({ model: lenet5(), optimizer, batchSize: 5, epochs: 3 }, noise(53), noise(21));
  });
});

test('class weights', async () => {
  const loss = crossEntropy({ classWeights: Array.from({ length: 10 }, (_, c) => 0.1 + c), labelSmoothing: 0.1 });
  await expectSameRuns({ model: lenet5(), optimizer: adam(), loss, batchSize: 5, epochs: 2 }, noise(53), noise(21));
});

test('every optimizer was run', () =>
  expect(optimizers.map(({ name }) => name).sort()).toEqual([...optimizerNames].sort()));

test.each([maximumAPosteriori(), mse()])('lenet5-1998 by second derivatives, loss %j', async (loss) => {
  // More images than the 500 of the estimate.
  await expectSameRuns({ model: lenet5Original(), optimizer: sdlm(), loss, batchSize: 100, epochs: 1 }, noise(507));
});

/** Runs until it has done one more batch, which is the first slice; a file keeps what it has reached. */
async function oneMoreBatch(settings: RecipeSettings, train: Dataset, width: Width, resume?: Checkpoint) {
  const controller = new AbortController();
  const onProgress = ({ phase }: { readonly phase: string }) => {
    if (phase === 'train') controller.abort();
  };
  for await (const event of fit(settings, { train, width, resume, signal: controller.signal, onProgress })) {
    if (event.type !== 'interrupted') continue;
    return decodeCheckpoint(encodeCheckpoint(event.checkpoint, { model: settings.model.name }), 'checkpoint')
      .checkpoint;
  }
  throw new Error('the run was not interrupted');
}

describe.each([
  ['quads', 'octs'],
  ['octs', 'quads'],
] as const)('begun in %s, gone on in %s and back', (first, second) => {
  test.each([
    ['lenet5', adam()],
    ['lenet5', sgd({ momentum: 0.9 })],
    ['lenet5-1998', sdlm()],
  ])('%s, %j', async (name, optimizer) => {
    const model = modelByName(name);
    const settings = { model, optimizer, loss: lossOf(model), batchSize: 9, epochs: 2, seed: 3 };
    const train = noise(60);
    const whole = (await run(settings, train, 'quads')).events.at(-1)!.checkpoint;
    let at = await oneMoreBatch(settings, train, first);
    expect([at.epoch, at.batch]).toEqual([0, 1]);
    at = await oneMoreBatch(settings, train, second, at);
    expect([at.epoch, at.batch]).toEqual([0, 2]);
    const ends: Checkpoint[] = [];
    expect(used.slice(-2)).toEqual([first, second]);
    for (const width of [first, second])
      for await (const event of fit(settings, { train, width, resume: at }))
        if (event.type === 'epoch' && event.epoch === 2) ends.push(event.checkpoint);
    expect(ends.map(bitsOfCheckpoint)).toEqual([bitsOfCheckpoint(whole), bitsOfCheckpoint(whole)]);
  });
});

test('a run that diverges does so in the same batch, and says the same', async () => {
  const settings = { model: lenet5(), optimizer: sgd({ learningRate: 1e30 }), batchSize: 8, epochs: 1 };
  const [quads, octs] = await Promise.all(
    widths.map(async (width) => {
      const events = [];
      for await (const { type, ...event } of fit(settings, { train: noise(60), width }))
        if (type !== 'epoch') events.push({ type, ...event });
      return events;
    }),
  );
  expect(quads).toHaveLength(1);
  expect(octs).toEqual(quads);
});

test.each([
  ['octet', 'unknown width "octet": allowed are quads, octs'],
  ['', 'unknown width "": allowed are quads, octs'],
  [8, 'width: expected one of quads, octs, got 8'],
  [null, 'width: expected one of quads, octs, got null'],
])('width %j is refused in words', async (name, refusal) => {
  const width = name as Width;
  const settings = { model: lenet5(), optimizer: adam(), batchSize: 4, epochs: 1 };
  const train = noise(4);
  const started = fit(settings, { train, width }).next();
  await expect(started).rejects.toThrow(UsageError);
  await expect(started).rejects.toThrow(refusal);
  const weights = (await run({ ...settings, epochs: 0 }, train, 'quads')).events[0]!.checkpoint.weights;
  const evaluated = evaluate({ model: lenet5() }, weights, train, { width });
  await expect(evaluated).rejects.toThrow(UsageError);
  await expect(evaluated).rejects.toThrow(refusal);
});

test('evaluations are the same, of any number of images', async () => {
  for (const name of modelNames) {
    const model = modelByName(name);
    const { checkpoint } = (
      await run({ model, optimizer: adam(), loss: lossOf(model), batchSize: 8, epochs: 0 }, noise(8), 'quads')
    ).events[0]!;
    for (const size of [1, 3, 4, 5, 8, 9, 12, 15, 16, 17, 40]) {
      const [quads, octs] = await Promise.all(
        widths.map((width) => evaluate({ model, loss: lossOf(model) }, checkpoint.weights, noise(size), { width })),
      );
      expect(used.slice(-2)).toEqual(widths);
      const bits = [octs!, quads!].map(({ loss, accuracy, logits }) => ({
        metrics: [loss, accuracy],
        logits: bitsOf(new Map([['logits', { shape: [size, 10], data: logits }]])),
      }));
      expect(bits[0]).toEqual(bits[1]);
      expect(quads!.logits).toHaveLength(size * 10);
    }
  }
});
