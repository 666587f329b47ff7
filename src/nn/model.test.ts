import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { add } from './add.ts';
import { batchNorm2d } from './batch-norm2d.ts';
import { conv2d } from './conv2d.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { glorotUniform, initialWeights } from './initialize.ts';
import { initializations } from './initializers.ts';
import type { Layer } from './layers.ts';
import { leakyRelu } from './leaky-relu.ts';
import { linear } from './linear.ts';
import { maxPool2d } from './max-pool2d.ts';
import { describeModel, parameterCount, parametersOf, sequential } from './model.ts';
import { outputOf } from './output-of.ts';
import { relu } from './relu.ts';

test('LeNet-5 prints its layers, shapes, 44,426 parameters and 281,640 multiply-accumulates', () => {
  expect(describeModel(lenet5())).toBe(
    `
layer                                               output   parameters  connections     MACs
input                                               1x28x28           -            -        -
conv1    Conv2d(1, 6, kernel_size=5)                6x24x24         156       89,856   86,400
relu1    ReLU()                                     6x24x24           -            -        -
pool1    MaxPool2d(kernel_size=2, stride=2)         6x12x12           -        3,456        -
conv2    Conv2d(6, 16, kernel_size=5)               16x8x8        2,416      154,624  153,600
relu2    ReLU()                                     16x8x8            -            -        -
pool2    MaxPool2d(kernel_size=2, stride=2)         16x4x4            -        1,024        -
flatten  Flatten()                                  256               -            -        -
fc1      Linear(in_features=256, out_features=120)  120          30,840       30,840   30,720
relu3    ReLU()                                     120               -            -        -
fc2      Linear(in_features=120, out_features=84)   84           10,164       10,164   10,080
relu4    ReLU()                                     84                -            -        -
fc3      Linear(in_features=84, out_features=10)    10              850          850      840
total                                                            44,426      290,814  281,640`.slice(1),
  );
  expect(parameterCount(lenet5())).toBe(44_426);
});

test('parameters have the names and shapes of a PyTorch state dict', () => {
  expect(parametersOf(lenet5()).map(({ name, shape }) => `${name} [${shape}]`)).toEqual([
    'conv1.weight [6,1,5,5]',
    'conv1.bias [6]',
    'conv2.weight [16,6,5,5]',
    'conv2.bias [16]',
    'fc1.weight [120,256]',
    'fc1.bias [120]',
    'fc2.weight [84,120]',
    'fc2.bias [84]',
    'fc3.weight [10,84]',
    'fc3.bias [10]',
  ]);
});

test('Glorot uniform stays within the bounds of reference numbers and fills them; biases are zero', () => {
  const weights = glorotUniform(lenet5(), randomStream(1, 'init'));
  const bounds = { conv1: 0.18516, conv2: 0.10445, fc1: 0.12632, fc2: 0.1715, fc3: 0.25265 };
  for (const [layer, bound] of Object.entries(bounds)) {
    const { data } = weights.get(`${layer}.weight`)!;
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(bound + 1e-5);
    expect(largest).toBeGreaterThan(bound * 0.97);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * data.length));
    expect(weights.get(`${layer}.bias`)!.data.every((value) => value === 0)).toBe(true);
  }
  expect(glorotUniform(lenet5(), randomStream(1, 'init'))).toEqual(weights);
  expect(glorotUniform(lenet5(), randomStream(2, 'init'))).not.toEqual(weights);
});

test.each([
  ['model m, layer fc: linear expects flat features, got [1, 8, 8]; put flatten() before it', { fc: linear(64, 10) }],
  ['model m, layer fc: linear expects 60 features, got 64', { flat: flatten(), fc: linear(60, 10) }],
  ['model m, layer c: conv2d expects 3 channels, got 1', { c: conv2d(3, 6, 5) }],
  ['model m, layer c: conv2d: a 9x9 window does not fit into 8x8', { c: conv2d(1, 6, 9) }],
  [
    'model m, layer p: maxPool2d expects images [channels, height, width], got [64]',
    { flat: flatten(), p: maxPool2d(2) },
  ],
  ['layer name "1" must be a letter', { 1: flatten() }],
  ['the last layer must give 1 to 256 logits, got [1, 8, 8]', {}],
])('%s', (message, layers) => {
  expect(() => sequential('m', [1, 8, 8], layers)).toThrow(UsageError);
  expect(() => sequential('m', [1, 8, 8], layers)).toThrow(message);
});

test.each([
  () => conv2d(0, 1, 5),
  () => conv2d(1, 1.5, 5),
  () => linear(3, -1),
  () => maxPool2d(0),
  () => conv2d(1, 1, 3, { padding: -1 }),
])('a layer of impossible size is refused: %s', (make) => expect(make).toThrow(UsageError));

test('an unknown model name suggests the nearest one', () => {
  expect(() => modelByName('lennet5')).toThrow(
    'unknown model "lennet5": allowed are lenet5, lenet5-1998. Did you mean lenet5?',
  );
});

test('layers are read by name: only earlier ones, of the right shape, and every output is read', () => {
  const build = (layers: Readonly<Record<string, Layer>>) => () =>
    sequential('m', [1, 4, 4], {
      conv1: conv2d(1, 2, 3, { padding: 'same' }),
      ...layers,
      flat: flatten(),
      fc: linear(32, 2),
    });
  expect(build({ relu: relu(), sum: add('conv1') })().layers.map(({ reads }) => reads)).toEqual([
    [],
    ['conv1'],
    ['relu', 'conv1'],
    ['sum'],
    ['flat'],
  ]);
  for (const [layers, message] of [
    [{ sum: add('conv9') }, 'layer sum: reads layer "conv9", but only layers before it can be read (conv1)'],
    [{ sum: add('fc') }, 'layer sum: reads layer "fc", but only layers before it can be read (conv1)'],
    [{ sum: add('sum') }, 'layer sum: reads layer "sum", but only layers before it can be read (conv1)'],
    [
      { pool: maxPool2d(2), sum: add('conv1') },
      'layer sum: add expects two outputs of one shape, got [2, 2, 2] from the layer before and [2, 4, 4] from conv1',
    ],
    [{ relu: relu(), again: outputOf('conv1') }, 'layer relu: no layer reads its output'],
    [{ 'optimizer.relu': relu() }, 'in files, "optimizer." begins the names of an optimizer'],
    [{ 'a..b': relu() }, 'must be a letter followed by letters, digits or _; dots may divide it'],
  ] as const) {
    expect(build(layers), message).toThrow(message);
  }
});

test('layers refuse values that cannot be right', () => {
  for (const [make, message] of [
    [() => dropout(1), 'dropout: p: expected a number from 0 to below 1, got 1'],
    [() => leakyRelu(-1), 'leakyRelu: negative slope: expected a number of at least 0, got -1'],
    [() => batchNorm2d(3, { momentum: 0 }), 'batchNorm2d: momentum: expected a number above 0, at most 1, got 0'],
    [() => batchNorm2d(3, { eps: 0 }), 'batchNorm2d: eps: expected a number above 0, got 0'],
    [() => conv2d(4, 6, 3, { groups: 3 }), 'conv2d: 3 groups cannot divide 4 in channels evenly'],
    [() => conv2d(4, 6, 3, { groups: 4 }), 'conv2d: 4 groups cannot divide 6 out channels evenly'],
    [() => conv2d(1, 1, 3, { padding: 'same', stride: 2 }), "conv2d: padding 'same' needs stride 1, got 2"],
    [
      () => sequential('m', [1, 9, 9], { conv: conv2d(1, 1, 1, { padding: 100_000, stride: 200_000 }) }),
      'layer conv: conv2d: its padded input 1x200009x200009 is too large: at most 16777216 numbers fit',
    ],
    [() => sequential('m', [2, 1, 1], { bn: batchNorm2d(3) }), 'layer bn: batchNorm2d expects 3 channels, got 2'],
  ] as const) {
    expect(make, message).toThrow(message);
  }
});

test('normalizations start at weight 1 by every rule, and keep PyTorch’s buffers', () => {
  const layers = { bn: batchNorm2d(2), flat: flatten(), fc: linear(2, 2) };
  for (const rule of initializations) {
    const model = sequential('m', [2, 1, 1], layers, rule);
    const weights = initialWeights(model, randomStream(1, 'init'));
    expect(
      ['weight', 'bias', 'running_mean', 'running_var'].map((name) => [...weights.get(`bn.${name}`)!.data]),
    ).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
    expect(parameterCount(model)).toBe(2 + 2 + 4 + 2);
  }
});
