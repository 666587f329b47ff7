/** Looking at a network while it trains, and holding it, changes no bit. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { sequential } from '../nn/model.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { relu } from '../nn/relu.ts';
import { evaluate } from './evaluate.ts';
import { type EpochEvent, type FitEvent, type FitOptions, fit, type Moment } from './fit.ts';

const model = sequential('small', [1, 6, 6], {
  conv1: conv2d(1, 3, 3),
  relu1: relu(),
  pool1: maxPool2d(2),
  flat: flatten(),
  fc1: linear(12, 4),
});

function noise(name: string, size: number): Dataset {
  const random = randomStream(3, name);
  const images = Uint8Array.from({ length: size * 36 }, () => random.below(256));
  const labels = Uint8Array.from({ length: size }, () => random.below(4));
  return { name, images, labels, shape: [1, 6, 6], classes: 4 };
}

const train = noise('train', 103);
const evaluation = noise('test', 41);
/** Eleven batches an epoch. */
const recipe = { model, optimizer: adam({ learningRate: 0.01 }), batchSize: 10, epochs: 2, seed: 4 };

async function run(options: Partial<FitOptions>, changes: object = {}): Promise<EpochEvent> {
  let last: FitEvent | undefined;
  for await (const event of fit({ ...recipe, ...changes }, { train, evaluation, ...options })) last = event;
  if (last?.type !== 'epoch') throw new Error(`the run ended with ${last?.type}`);
  return last;
}

const bits = (weights: StateDict) => [...weights.values()].flatMap(({ data }) => [...new Int32Array(data.buffer)]);

describe('beforeSlice', () => {
  test.each([{}, { ema: 0.9 }])(
    'a run with %j that is looked at, evaluated and held after every batch keeps its bits',
    async (changes) => {
      const alone = await run({}, changes);
      const places: [number, number][] = [];
      const looked = await run(
        {
          async beforeSlice(moment) {
            places.push([moment.epoch, moment.batch]);
            const found = await moment.evaluate();
            const afresh = await evaluate({ model }, moment.weights(), evaluation);
            expect([found?.loss, found?.accuracy]).toEqual([afresh?.loss, afresh?.accuracy]);
            expect(found?.logits).toEqual(afresh?.logits);
            await new Promise((resolve) => setTimeout(resolve));
            return 1;
          },
        },
        changes,
      );
      expect(places).toEqual([1, 2].flatMap((epoch) => Array.from({ length: 11 }, (_, batch) => [epoch, batch])));
      expect(bits(looked.checkpoint.weights)).toEqual(bits(alone.checkpoint.weights));
      expect(looked.evaluation?.loss).toBe(alone.evaluation?.loss);
    },
  );

  test('weights are those of the moment: the first are the initial ones, and each batch changes them', async () => {
    const seen: number[][] = [];
    let first: EpochEvent | undefined;
    const beforeSlice = async ({ weights }: Moment) => {
      seen.push(bits(weights()));
      return 1;
    };
    for await (const event of fit({ ...recipe, epochs: 1 }, { train, beforeSlice })) {
      if (event.type === 'epoch') first ??= event;
    }
    expect(seen[0]).toEqual(bits(first!.checkpoint.weights));
    expect(new Set(seen.map(String)).size).toBe(11);
  });

  test('without an evaluation set nothing is evaluated', async () => {
    const found: unknown[] = [];
    await run({
      evaluation: undefined,
      async beforeSlice({ evaluate }) {
        found.push(await evaluate());
        return undefined;
      },
    });
    expect(new Set(found)).toEqual(new Set([undefined]));
  });

  test('the signal ends a run that is held', async () => {
    const stopper = new AbortController();
    let last: FitEvent | undefined;
    const beforeSlice = async ({ batch }: Moment) => {
      if (batch === 3) stopper.abort();
      return 1;
    };
    for await (const event of fit(recipe, { train, beforeSlice, signal: stopper.signal })) last = event;
    expect(last).toMatchObject({ type: 'interrupted', checkpoint: { epoch: 0, batch: 4 } });
  });

  test('another answer than a number of batches is refused', async () => {
    for (const answer of [0, 1.5]) {
      await expect(run({ beforeSlice: async () => answer })).rejects.toThrow(UsageError);
    }
    await expect(run({ beforeSlice: 7 as never })).rejects.toThrow('beforeSlice');
  });
});
