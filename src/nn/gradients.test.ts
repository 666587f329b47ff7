/**
 * Finite differences: the gradient of every layer, and of whole networks, is the slope of its own forward pass.
 */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { type Width, widths } from '../engine/kernels.ts';
import { digitCodes } from '../tasks/lenet/lenet5-1998.ts';
import { evaluate } from '../train/evaluate.ts';
import { fit } from '../train/fit.ts';
import { add } from './add.ts';
import { avgPool2d } from './avg-pool2d.ts';
import { batchNorm2d } from './batch-norm2d.ts';
import { conv2d } from './conv2d.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { gelu } from './gelu.ts';
import { globalAvgPool2d } from './global-avg-pool2d.ts';
import { glorotUniform } from './initialize.ts';
import { placeAlone } from './layer.testing.ts';
import { about, type Layer } from './layers.ts';
import { leakyRelu } from './leaky-relu.ts';
import { linear } from './linear.ts';
import { maxPool2d } from './max-pool2d.ts';
import { sequential } from './model.ts';
import { normalize } from './normalize.ts';
import { sgd } from './optimizers/sgd.ts';
import { outputOf } from './output-of.ts';
import { pad2d } from './pad2d.ts';
import { rbf } from './rbf.ts';
import { relu } from './relu.ts';
import { rescale } from './rescale.ts';
import { silu } from './silu.ts';
import { sigmoid, squash } from './squash.ts';
import { subsample2d } from './subsample2d.ts';

/** Each test has a random stream of its own, so that a new test does not change the others. */
function drawing(name: string): (length: number) => number[] {
  const random = randomStream(3, name);
  return (length) => Array.from({ length }, () => Math.fround(2 * random.uniform() - 1));
}
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => value * b[i]!).reduce((x, y) => x + y, 0);
const along = (x: readonly number[], direction: readonly number[], h: number) =>
  x.map((value, i) => value + h * direction[i]!);

/** @param tolerance the largest relative error. Rounding and the step leave at most 0.6e-3 in any layer here. */
function expectNear(slope: number, gradient: number, tolerance: number): void {
  expect(Math.abs(slope / gradient - 1), `slope ${slope}, gradient ${gradient}`).toBeLessThan(tolerance);
}

const layers: [string, Layer, number[]][] = [
  ['conv2d', conv2d(2, 3, [3, 2], { stride: [1, 2], padding: [1, 0] }), [5, 2, 6, 5]],
  ['conv2d of one channel in a narrow image', conv2d(1, 2, 3), [3, 1, 4, 3]],
  ['maxPool2d', maxPool2d([2, 3], { stride: 2 }), [3, 2, 6, 7]],
  ['relu', relu(), [2, 3, 3, 3]],
  ['flatten', flatten(), [3, 2, 3, 2]],
  ['linear', linear(7, 5), [6, 7]],
  ['conv2d that sees the whole image', conv2d(3, 4, [3, 2]), [5, 3, 3, 2]],
  ['avgPool2d', avgPool2d([2, 3], { stride: [1, 2] }), [3, 2, 4, 7]],
  ['subsample2d', subsample2d(3, 2), [5, 3, 4, 5]],
  ['tanh', squash(), [3, 2, 3, 2]],
  ['sigmoid', sigmoid(), [3, 7]],
  ['rbf', rbf(digitCodes.map((code) => code.slice(0, 6))), [5, 6]],
  ['pad2d', pad2d([1, 2], 0.5), [3, 2, 3, 2]],
  ['rescale', rescale(-0.1, 1.175), [3, 2, 3, 2]],
  ['normalize', normalize([0.5, -0.25], [0.3, 2]), [3, 2, 3, 2]],
  ['leakyRelu', leakyRelu(0.2), [2, 3, 3, 3]],
  ['gelu', gelu(), [2, 3, 3, 3]],
  ['silu', silu(), [2, 3, 3, 3]],
  ['globalAvgPool2d', globalAvgPool2d(), [3, 5, 4, 3]],
  ['conv2d of the same size', conv2d(2, 3, [3, 4], { padding: 'same' }), [5, 2, 4, 5]],
  ['conv2d in groups', conv2d(4, 6, [3, 2], { groups: 2, stride: [2, 1], padding: [0, 1] }), [5, 4, 5, 4]],
  ['conv2d, depthwise', conv2d(5, 10, 3, { groups: 5 }), [3, 5, 4, 4]],
  ['batchNorm2d', batchNorm2d(3), [6, 3, 3, 2]],
  ['dropout', dropout(0.3), [3, 2, 3, 2]],
];

describe.each(widths)('%s', (width) => {
  test.each(layers)('%s', (name, layer, shape) => slopes(name, layer, shape, width));
});

function slopes(name: string, layer: Layer, shape: readonly number[], width: Width): void {
  const draw = drawing(`slope of ${name}`);
  const x = draw(elementsOf(shape));
  const parameters = about(layer)
    .parameters()
    .map((parameter) => draw(elementsOf(parameter.shape)));
  const [images = 1] = shape;
  const place = (values: readonly (readonly number[])[]) =>
    placeAlone(layer, shape, { arithmetic: 'strict', width }, values);
  const dy = draw(images * elementsOf(place(parameters).outputShape));
  const value = (input: readonly number[], values: readonly (readonly number[])[]) =>
    dot(place(values).run(input, dy).output, dy);
  const { gradInput, gradients } = place(parameters).run(x, dy);
  const h = 1e-3;
  const direction = draw(x.length);
  const slope = (value(along(x, direction, h), parameters) - value(along(x, direction, -h), parameters)) / (2 * h);
  expectNear(slope, dot(gradInput, direction), 1e-3);
  expect(Math.abs(slope)).toBeGreaterThan(0.1);
  for (const [i, parameter] of parameters.entries()) {
    const way = draw(parameter.length);
    const moved = (step: number) =>
      value(
        x,
        parameters.map((values, j) => (j === i ? along(values, way, step) : values)),
      );
    expectNear((moved(h) - moved(-h)) / (2 * h), dot(gradients[i]!, way), 1e-3);
  }
}

const networks = [
  sequential('odd', [3, 11, 9], {
    conv1: conv2d(3, 5, 3, { padding: 1 }),
    relu1: relu(),
    pool1: maxPool2d([3, 2], { stride: 2 }),
    conv2: conv2d(5, 4, [2, 3], { stride: [2, 1] }),
    relu2: relu(),
    flatten: flatten(),
    fc1: linear(16, 9),
    relu3: relu(),
    fc2: linear(9, 7),
  }),
  // Outputs that three layers read, that only layers further on read, and that relu would overwrite.
  sequential('branched', [3, 11, 9], {
    conv0: conv2d(3, 4, 3, { stride: 2 }),
    relu0: relu(),
    conv1: conv2d(4, 4, 3, { padding: 'same' }),
    sum1: add('conv0'),
    relu1: relu(),
    conv2: conv2d(4, 4, 1),
    again: outputOf('conv0'),
    relu2: relu(),
    conv3: conv2d(4, 4, 1, { groups: 2 }),
    sum3: add('conv2'),
    sum4: add('conv0'),
    sum5: add('relu1'),
    flatten: flatten(),
    fc: linear(80, 7),
  }),
];

describe.each(networks.map((model) => [model.name, model] as const))('the %s network, 23 images', (_, model) => {
  const size = 23;
  const train: Dataset = {
    name: 'random',
    images: Float32Array.from(drawing('images')(size * 3 * 11 * 9)),
    labels: Uint8Array.from({ length: size }, (_, i) => i % 7),
    shape: [3, 11, 9],
    classes: 7,
  };
  const initial = glorotUniform(model, randomStream(1, 'init'));

  /** One step of SGD with rate 1 over all images changes the weights exactly by the gradient. */
  async function gradient(): Promise<StateDict> {
    const recipe = { model, optimizer: sgd({ learningRate: 1 }), batchSize: size, epochs: 1, shuffle: false };
    for await (const event of fit(recipe, { train, initial })) {
      if (event.type !== 'epoch' || event.epoch !== 1) continue;
      const { weights } = event.checkpoint;
      return new Map(
        [...initial].map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((v, i) => v - weights.get(name)!.data[i]!) },
        ]),
      );
    }
    throw new Error('no epoch');
  }

  test.each([...initial.keys()])('slope along %s', async (name) => {
    const { shape, data } = initial.get(name)!;
    const direction = drawing(name)(data.length);
    const loss = async (h: number) => {
      const moved = new Map(initial).set(name, { shape, data: data.map((value, i) => value + h * direction[i]!) });
      return (await evaluate({ model }, moved, train))!.loss;
    };
    const expected = dot((await gradient()).get(name)!.data, direction);
    // Within the step a relu or maximum may switch, which changes the slope; smaller steps avoid this but add noise.
    const errors = [];
    for (const h of [1e-3, 2e-4, 5e-5])
      errors.push(Math.abs(((await loss(h)) - (await loss(-h))) / (2 * h) - expected));
    expect(Math.min(...errors)).toBeLessThan(0.05 * Math.abs(expected));
    expect(Math.abs(expected)).toBeGreaterThan(1e-3);
  });
});
