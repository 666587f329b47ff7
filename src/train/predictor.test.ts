/** A single image is computed in other layouts than a batch, with the same bits as in a batch. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import type { Layer } from '../nn/layers.ts';
import { linear } from '../nn/linear.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { parametersOf, sequential } from '../nn/model.ts';
import { relu } from '../nn/relu.ts';
import { lenet5Original } from '../tasks/lenet/lenet5-1998.ts';
import { evaluate, predictor, softmax } from './evaluate.ts';

const models: [string, [number, number, number], Record<string, Layer>][] = [
  [
    'two pooled convolutions, strips of both',
    [1, 28, 28],
    {
      conv1: conv2d(1, 6, 5),
      relu1: relu(),
      pool1: maxPool2d(2),
      conv2: conv2d(6, 16, 5),
      relu2: relu(),
      pool2: maxPool2d(2),
      flat: flatten(),
      fc1: linear(256, 30),
      relu3: relu(),
      fc2: linear(30, 10),
    },
  ],
  [
    'a padded convolution with strides and no pooling',
    [2, 16, 9],
    { conv1: conv2d(2, 5, 3, { stride: [2, 1], padding: 1 }), relu1: relu(), flat: flatten(), fc1: linear(360, 7) },
  ],
  [
    'overlapping pools',
    [1, 13, 11],
    { conv1: conv2d(1, 3, 5), relu1: relu(), pool1: maxPool2d(3, { stride: 2 }), flat: flatten(), fc1: linear(36, 3) },
  ],
  [
    'the network of 1998',
    [1, 28, 28],
    Object.fromEntries(lenet5Original().layers.map(({ name, layer }) => [name, layer])),
  ],
  ['lines that four do not divide', [1, 9, 9], { conv1: conv2d(1, 2, 3), flat: flatten(), fc1: linear(98, 5) }],
];

describe.each(models)('%s', (name, input, layers) => {
  const model = sequential('model', input, layers);
  const random = randomStream(7, name);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const images = Float32Array.from({ length: 9 * elementsOf(input) }, () => between(-1, 1));
  const set = { name, images, labels: new Uint8Array(9), shape: input, classes: model.classes };

  test.each([0, 0.1])('biases of up to %f', async (bias) => {
    const weights = new Map(
      parametersOf(model).map(({ name: parameter, shape }) => {
        const most = parameter.endsWith('bias') ? bias : 0.3;
        return [
          parameter,
          { shape, data: Float32Array.from({ length: elementsOf(shape) }, () => between(-most, most)) },
        ];
      }),
    );
    const { logits } = (await evaluate({ model }, weights, set))!;
    const predict = predictor(model, weights);
    for (let i = 0; i < 9; i++) {
      const row = logits.subarray(i * model.classes, (i + 1) * model.classes);
      const { probabilities } = predict(images.subarray(i * elementsOf(input), (i + 1) * elementsOf(input)));
      expect(probabilities).toEqual(softmax(row));
      expect(Math.max(...probabilities)).toBeGreaterThan(1 / model.classes);
    }
  });
});
