import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { maximumAPosteriori } from '../nn/losses/maximum-a-posteriori.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { sequential } from '../nn/model.ts';
import { adabelief } from '../nn/optimizers/adabelief.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { nadam } from '../nn/optimizers/nadam.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import type { Optimizer } from '../nn/optimizers.ts';
import { relu } from '../nn/relu.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { evaluate, predictor } from './evaluate.ts';
import { type Checkpoint, type EpochEvent, type FitEvent, type FitOptions, fit } from './fit.ts';
import type { RecipeSettings } from './recipe.ts';

const model = sequential('small', [1, 8, 8], {
  conv1: conv2d(1, 3, 3),
  relu1: relu(),
  pool1: maxPool2d(2),
  flat: flatten(),
  fc1: linear(27, 4),
});

/** Four kinds of images: a bright quarter on noise. */
function quarters(name: string, size: number): Dataset {
  const random = randomStream(5, name);
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 4);
  const images = Uint8Array.from({ length: size * 64 }, (_, i) => {
    const [y, x] = [Math.floor((i % 64) / 8), i % 8];
    const lit = (y < 4 ? 0 : 2) + (x < 4 ? 0 : 1) === labels[Math.floor(i / 64)];
    return (lit ? 120 : 0) + random.below(136);
  });
  return { name, images, labels, shape: [1, 8, 8], classes: 4 };
}

const train = quarters('train', 203);
const testSet = quarters('test', 50);
const base: RecipeSettings = { model, optimizer: adam({ learningRate: 0.01 }), batchSize: 20, epochs: 3, seed: 4 };
const sets = { train, evaluation: testSet };

/** Recipe and options of a run that differ from those of most tests here. */
type Changes = Partial<RecipeSettings & FitOptions>;

function split({ train, evaluation, initial, resume, threads, signal, onProgress, ...rest }: Changes) {
  const { evaluateAt, evaluateTrain, ...recipe } = rest;
  const given = { train, evaluation, initial, resume, threads, signal, onProgress, evaluateAt, evaluateTrain };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { recipe: { ...base, ...recipe }, options: { ...sets, ...options } };
}

async function all(changes: Changes = {}): Promise<FitEvent[]> {
  const events = [];
  const { recipe, options } = split(changes);
  for await (const event of fit(recipe, options)) events.push(event);
  return events;
}

async function finalCheckpoint(changes: Changes = {}): Promise<Checkpoint> {
  const last = (await all(changes)).at(-1);
  if (last?.type !== 'epoch') throw new Error(`ended as ${last?.type}`);
  return last.checkpoint;
}

const flat = (weights: StateDict) => [...weights.values()].flatMap(({ data }) => [...data]);

test('a small network learns, epoch by epoch from 0', async () => {
  const events = (await all({ epochs: 5 })) as EpochEvent[];
  expect(events.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(events[0]!.evaluation!.accuracy).toBeLessThan(0.6);
  expect(events[5]!.evaluation!.accuracy).toBeGreaterThan(0.95);
  expect(events[5]!.train!.loss).toBeLessThan(events[1]!.train!.loss);
  expect(events[5]!.evaluation!.logits).toHaveLength(50 * 4);
});

describe('evaluations left out', () => {
  const course = async (changes: Changes) => (await all(changes)) as EpochEvent[];

  test.each([
    ['every second epoch', { evaluateAt: (epoch: number) => epoch % 2 === 0 }, [0, 2, 3]],
    ['at no epoch but the last', { evaluateAt: () => false }, [3]],
    ['without the training set', { evaluateTrain: false }, [0, 1, 2, 3]],
    ['at no epoch but the last, without the training set', { evaluateAt: () => false, evaluateTrain: false }, [3]],
  ] as const)('%s: the same weights, and the same metrics where there are any', async (_, changes, evaluatedAt) => {
    const whole = await course({});
    const found = await course(changes);
    expect(found.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    const isTrainLeftOut = 'evaluateTrain' in changes;
    for (const [epoch, event] of found.entries()) {
      const { train, evaluation, checkpoint } = whole[epoch]!;
      const isEvaluated = evaluatedAt.some((at) => at === epoch);
      expect(event.checkpoint).toEqual(checkpoint);
      expect(event.evaluation).toEqual(isEvaluated ? evaluation : undefined);
      expect(event.train).toEqual(isEvaluated && !isTrainLeftOut ? train : undefined);
      expect(event.seconds.evaluate > 0).toBe(isEvaluated);
    }
  });

  test('only images of the sets asked for are evaluated', async () => {
    const heard: number[] = [];
    await all({
      evaluateAt: (epoch) => epoch === 1,
      evaluateTrain: false,
      onProgress: ({ epoch, phase, done, total }) => {
        if (phase === 'evaluate') expect(total).toBe(50);
        if (phase === 'evaluate' && done === total) heard.push(epoch);
      },
    });
    expect(heard).toEqual([1, 3]);
  });

  test('without an evaluation set nothing may be left to evaluate', async () => {
    const events = [];
    for await (const event of fit(base, { train, evaluateTrain: false })) events.push(event as EpochEvent);
    expect(events.map((event) => 'train' in event || 'evaluation' in event)).toEqual([false, false, false, false]);
    expect(events.at(-1)!.checkpoint).toEqual(await finalCheckpoint());
  });

  test('a run continues with other evaluations, to the same weights', async () => {
    const whole = await course({});
    const resumed = await course({ resume: whole[1]!.checkpoint, evaluateAt: () => false, evaluateTrain: false });
    expect(resumed.map(({ epoch, train }) => [epoch, train])).toEqual([
      [2, undefined],
      [3, undefined],
    ]);
    expect(resumed.at(-1)!.checkpoint).toEqual(whole[3]!.checkpoint);
    expect(resumed.at(-1)!.evaluation).toEqual(whole[3]!.evaluation);
  });

  test('a signal stops a run before an epoch that is not evaluated is reported', async () => {
    const events = await all({ evaluateAt: () => false, signal: AbortSignal.abort() });
    expect(events).toMatchObject([{ type: 'interrupted', checkpoint: { epoch: 0, batch: 0 } }]);
  });

  test.each([
    [{ evaluateAt: 2 }, 'fit(): evaluateAt: expected a function, got 2'],
    [{ evaluateAt: () => 1 }, 'fit(): evaluateAt(0): expected true or false, got 1'],
    [{ evaluateTrain: 'no' }, 'fit(): evaluateTrain: expected true or false, got "no"'],
  ])('refuses %o', async (changes, message) => {
    await expect(all(changes as never)).rejects.toThrow(message);
  });
});

test('the same inputs give the same bits, another seed different ones', async () => {
  const first = await finalCheckpoint();
  expect(await finalCheckpoint()).toEqual(first);
  expect(await finalCheckpoint({ seed: 5 })).not.toEqual(first);
  expect(await finalCheckpoint({ shuffle: false })).not.toEqual(first);
});

const optimizers: Optimizer[] = [sgd({ learningRate: 0.1, momentum: 0.9 }), adam({ l2: 1e-3 }), nadam(), adabelief()];
describe.each(optimizers.map((optimizer) => [optimizer.name, optimizer] as const))('%s', (_, optimizer) => {
  test('interrupted at any batch and resumed through a file, a run ends with the same bits', async () => {
    const whole = await finalCheckpoint({ optimizer });
    for (const stopAt of [1, 6, 11, 17]) {
      const controller = new AbortController();
      let batches = 0;
      let last = 0;
      const events = await all({
        optimizer,
        signal: controller.signal,
        onProgress: ({ phase, done, losses }) => {
          if (phase !== 'train') return;
          batches += losses.length;
          last = done;
          if (batches >= stopAt) controller.abort();
        },
      });
      const end = events.at(-1)!;
      if (end.type !== 'interrupted') throw new Error(`ended as ${end.type}`);
      expect(end.checkpoint.batch).toBe(last);
      const bytes = encodeCheckpoint(end.checkpoint, { model: 'small' });
      const { checkpoint, record } = decodeCheckpoint(bytes, 'checkpoint');
      expect(record.get('model')).toBe('small');
      expect(await finalCheckpoint({ optimizer, resume: checkpoint })).toEqual(whole);
    }
  });
});

test('a run interrupted during an evaluation reports that epoch when it is continued', async () => {
  const whole = await finalCheckpoint();
  const controller = new AbortController();
  const stop = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  const events: FitEvent[] = [];
  // The signal comes with the last batch of epoch 1, so that the evaluation finds it set.
  for await (const event of fit(base, {
    ...sets,
    signal: controller.signal,
    onProgress: ({ phase, epoch }) => {
      if (phase === 'evaluate' && epoch === 1) controller.abort();
    },
  })) {
    events.push(event);
  }
  await stop;
  const end = events.at(-1)!;
  if (end.type !== 'interrupted') throw new Error(`ended as ${end.type}`);
  expect([end.checkpoint.epoch, end.checkpoint.batch]).toEqual([0, 11]);
  const resumed = (await all({ resume: end.checkpoint })) as EpochEvent[];
  expect(resumed.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(resumed.at(-1)!.checkpoint).toEqual(whole);
});

test('a run that diverges ends at once with a `diverged` event', async () => {
  const events = await all({ optimizer: sgd({ learningRate: 1e30 }) });
  expect(events.map(({ type }) => type)).toEqual(['epoch', 'diverged']);
  const end = events.at(-1)!;
  expect(end.type === 'diverged' && end.epoch === 1 && (end.batch ?? 99) <= 4 && !Number.isFinite(end.loss)).toBe(true);
});

test('with zero epochs there is only epoch 0', async () => {
  expect((await all({ epochs: 0 })).map((event) => event.type === 'epoch' && event.epoch)).toEqual([0]);
});

test('the gradient of a large batch, summed in many chunks, is the mean of its halves’ gradients', async () => {
  const large = quarters('large', 700);
  const half = (from: number) => ({
    ...large,
    images: large.images.slice(from * 64, (from + 350) * 64),
    labels: large.labels.slice(from, from + 350),
  });
  const start = flat((await finalCheckpoint({ epochs: 0 })).weights);
  const gradient = async (set: Dataset) => {
    const options = {
      train: set,
      optimizer: sgd({ learningRate: 1 }),
      batchSize: set.labels.length,
      epochs: 1,
      shuffle: false,
    };
    return flat((await finalCheckpoint(options)).weights).map((value, i) => start[i]! - value);
  };
  const [whole, first, second] = [await gradient(large), await gradient(half(0)), await gradient(half(350))];
  for (const [i, value] of whole.entries()) expect(Math.abs(value - (first[i]! + second[i]!) / 2)).toBeLessThan(1e-6);
  expect(Math.max(...whole.map(Math.abs))).toBeGreaterThan(0.01);
});

test('evaluate and predictor give the numbers of the run', async () => {
  const last = (await all()).at(-1) as EpochEvent;
  const { weights } = last.checkpoint;
  const evaluation = (await evaluate({ model }, weights, testSet))!;
  expect(evaluation.loss).toBe(last.evaluation!.loss);
  expect(evaluation.logits).toEqual(last.evaluation!.logits);
  const predict = predictor(model, weights);
  const right = Array.from(testSet.labels).filter(
    (label, i) => predict(testSet.images.subarray(i * 64, i * 64 + 64)).class === label,
  );
  expect(right.length / 50).toBe(last.evaluation!.accuracy);
  const floats = Float32Array.from(testSet.images.subarray(0, 64), (value) => Math.fround(value / 255));
  expect(predict(floats)).toEqual(predict(testSet.images.subarray(0, 64)));
  const { probabilities } = predict(floats);
  expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test.each<[string, Changes]>([
  ['batchSize: expected an integer from 1 to 203 (the training images), got 204', { batchSize: 204 }],
  ['batchSize: expected an integer of at least 1, got 1.5', { batchSize: 1.5 }],
  ['epochs: expected an integer', { epochs: -1 }],
  ['seed: expected an integer', { seed: 0.5 }],
  ['loss map is for an rbf output only, the last layer of model small is no rbf', { loss: maximumAPosteriori() }],
  ['needs a tensor conv1.weight [3, 1, 3, 3], which is missing', { initial: new Map() }],
  ['test: label 3 is 3, expected 0 to 2', { evaluation: { ...testSet, classes: 3 } }],
  ['small expects images [1, 8, 8], test has [1, 4, 16]', { evaluation: { ...testSet, shape: [1, 4, 16] } }],
])('%s', async (message, options) => {
  await expect(all(options)).rejects.toThrow(UsageError);
  await expect(all(options)).rejects.toThrow(message);
});
