/** An inspector shows the outputs of all layers with the bits of an evaluation. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import { add } from '../nn/add.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import { initialWeights } from '../nn/initialize.ts';
import type { Layer } from '../nn/layers.ts';
import { linear } from '../nn/linear.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { type Model, sequential } from '../nn/model.ts';
import { relu } from '../nn/relu.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { lenet5Original } from '../tasks/lenet/lenet5-1998.ts';
import { evaluate } from './evaluate.ts';
import { inspector } from './inspector.ts';

const branched: Record<string, Layer> = {
  conv1: conv2d(2, 3, 3, { padding: 1 }),
  relu1: relu(),
  conv2: conv2d(3, 3, 3, { padding: 1 }),
  sum: add('relu1'),
  relu2: relu(),
  pool: maxPool2d(2),
  flat: flatten(),
  fc: linear(3 * 4 * 3, 5),
};
const models: readonly Model[] = [lenet5(), lenet5Original(), sequential('branched', [2, 8, 6], branched)];

const drawn = (model: Model, seed: number) => initialWeights(model, randomStream(seed, 'init'));

function imagesOf({ input }: Model): Float32Array {
  const random = randomStream(2, 'pixels');
  return Float32Array.from({ length: 5 * elementsOf(input) }, () => random.uniform() - 0.3);
}

describe.each(models.map((model) => [model.name, model] as const))('%s', (_, model) => {
  const images = imagesOf(model);
  const pixels = elementsOf(model.input);
  const set = { name: 'noise', images, labels: new Uint8Array(5), shape: model.input, classes: model.classes };
  const logitsOf = async (weights: StateDict) => (await evaluate({ model }, weights, set))!.logits;

  test('the last output has the bits of an evaluation, also after other weights', async () => {
    const seeing = inspector(model, drawn(model, 1));
    for (const seed of [1, 2]) {
      seeing.setWeights(drawn(model, seed));
      const logits = await logitsOf(drawn(model, seed));
      for (let i = 0; i < 5; i++) {
        const outputs = seeing.look(images.subarray(i * pixels, (i + 1) * pixels));
        expect(outputs.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
        expect(outputs.map(({ shape }) => shape)).toEqual(model.layers.map(({ output }) => output));
        expect(outputs.at(-1)!.data).toEqual(logits.slice(i * model.classes, (i + 1) * model.classes));
      }
    }
  });
});

test('each layer keeps its own output: by hand, for a convolution, relu and pooling', () => {
  const model = sequential('hand', [1, 3, 3], {
    conv: conv2d(1, 2, 2),
    relu: relu(),
    pool: maxPool2d(2),
    flat: flatten(),
    fc: linear(2, 2),
  });
  const tensor = (shape: readonly number[], ...values: number[]) => ({ shape, data: Float32Array.from(values) });
  const weights: StateDict = new Map([
    ['conv.weight', tensor([2, 1, 2, 2], 1, 0, 0, -1, 0, 1, 1, 0)],
    ['conv.bias', tensor([2], 0, 1)],
    ['fc.weight', tensor([2, 2], 1, 2, 3, 4)],
    ['fc.bias', tensor([2], 0, 10)],
  ]);
  const outputs = inspector(model, weights).look(Float32Array.of(9, 2, 3, 4, 5, 6, 7, 8, 1));
  // Rows of the image: 9 2 3, 4 5 6, 7 8 1. Filter 0: upper left minus lower right. Filter 1: upper right plus lower left, plus 1.
  expect(outputs.map(({ data }) => [...data])).toEqual([
    [4, -4, -4, 4, 7, 9, 13, 15],
    [4, 0, 0, 4, 7, 9, 13, 15],
    [4, 15],
    [4, 15],
    [34, 82],
  ]);
});

test('bytes count as pixel / 255, and another size is refused', () => {
  const model = lenet5();
  const seeing = inspector(model, drawn(model, 1));
  const bytes = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
  const floats = Float32Array.from(bytes, (value) => value / 255);
  expect(seeing.look(bytes)).toEqual(seeing.look(floats));
  expect(() => seeing.look(bytes.subarray(1))).toThrow(UsageError);
  expect(() => seeing.setWeights(new Map())).toThrow('conv1.weight');
});
