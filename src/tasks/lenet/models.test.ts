/** The named networks for other images and classes than MNIST's. */
import { describe, expect, test } from 'vitest';
import { type Model, parametersOf } from '../../nn/model.ts';
import { lenet5 } from './lenet5.ts';
import { lenet5Original } from './lenet5-1998.ts';
import { modelByName } from './models.ts';

function shapesOf(model: Model): string[] {
  return parametersOf(model).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
}

const layersOf = (model: Model) => model.layers.map(({ name }) => name);

describe('lenet5', () => {
  // The layers of torch.nn.Conv2d and Linear that the same network has in PyTorch.
  test('reads colour images of 32x32 with 100 classes', () => {
    expect(shapesOf(modelByName('lenet5', { shape: [3, 32, 32], classes: 100 }))).toEqual([
      'conv1.weight [6, 3, 5, 5]',
      'conv1.bias [6]',
      'conv2.weight [16, 6, 5, 5]',
      'conv2.bias [16]',
      'fc1.weight [120, 400]',
      'fc1.bias [120]',
      'fc2.weight [84, 120]',
      'fc2.bias [84]',
      'fc3.weight [100, 84]',
      'fc3.bias [100]',
    ]);
  });

  test('reads images that are not square: 40x24 leave 16 maps of 7x3', () => {
    expect(shapesOf(lenet5({ shape: [1, 40, 24], classes: 2 }))).toContain('fc1.weight [120, 336]');
  });

  test('standardizes first, where it is asked to', () => {
    const model = lenet5({ normalization: { mean: [0.1307], deviation: [0.3081] } });
    expect(layersOf(model).slice(0, 2)).toEqual(['normalize', 'conv1']);
    expect(shapesOf(model)).toEqual(shapesOf(lenet5()));
  });

  test.each([
    [[1, 4, 28], 'model lenet5, layer conv1: conv2d: a 5x5 window does not fit into 4x28'],
    [[1, 28, 10], 'model lenet5, layer conv2: conv2d: a 5x5 window does not fit into 12x3'],
    [[1, 15, 15], 'model lenet5, layer pool2: maxPool2d: a 2x2 window does not fit into 1x1'],
  ] as const)('refuses images of %j with the layer that does not fit', (shape, message) => {
    expect(() => lenet5({ shape })).toThrow(message);
  });

  test('fits images of 16x16, the smallest', () => {
    expect(shapesOf(lenet5({ shape: [1, 16, 16] }))).toContain('fc1.weight [120, 16]');
  });
});

describe('lenet5-1998', () => {
  test('reads colour images of 32x32 without padding them, with the published sizes after C1', () => {
    const model = modelByName('lenet5-1998', { shape: [3, 32, 32], classes: 26 });
    expect(layersOf(model).slice(0, 2)).toEqual(['rescale', 'c1']);
    const published = shapesOf(lenet5Original());
    expect(shapesOf(model)).toEqual(
      [...published, 'output.weight [26, 84]', 'output.bias [26]'].map((shape) =>
        shape.replace('c1.weight [6, 1, 5, 5]', 'c1.weight [6, 3, 5, 5]'),
      ),
    );
  });

  test('pads smaller images to 32x32, and odd ones to 33', () => {
    const sizeAfterPadding = (height: number, width: number) =>
      lenet5Original({}, { shape: [1, height, width] }).layers.find(({ name }) => name === 'pad')?.output;
    expect(sizeAfterPadding(28, 28)).toEqual([1, 32, 32]);
    expect(sizeAfterPadding(8, 27)).toEqual([1, 32, 33]);
    expect(sizeAfterPadding(28, 64)).toEqual([1, 32, 64]);
  });

  test('has codes for ten classes only', () => {
    const last = (model: Model) => model.layers.at(-1)!.layer.type;
    expect(last(lenet5Original())).toBe('rbf');
    expect(last(lenet5Original({}, { classes: 11 }))).toBe('linear');
    expect(() => lenet5Original({ output: 'rbf' }, { classes: 11 })).toThrow(
      'output rbf has codes for 10 classes, but there are 11',
    );
  });

  test('standardizes after padding, in place of its own scale', () => {
    const model = lenet5Original({}, { normalization: { mean: [0.1307], deviation: [0.3081] } });
    expect(layersOf(model).slice(0, 3)).toEqual(['pad', 'normalize', 'c1']);
    expect(model.layers[0]!.layer).toMatchObject({ type: 'pad2d', value: 0 });
  });
});

test.each([
  [{ shape: [28, 28] }, 'lenet5(): shape: expected [channels, height, width], integers from 1, got [28, 28]'],
  [{ shape: 28 }, 'lenet5(): shape: expected [channels, height, width], integers from 1, got 28'],
  [{ classes: 257 }, 'lenet5(): classes: expected an integer from 1 to 256, got 257'],
  [{ channels: 3 }, 'unknown option of lenet5() "channels"'],
  [{ normalization: { mean: [0.5], deviation: [0] } }, 'normalize: deviation: expected numbers of at least 1e-30'],
  [{ shape: [3, 28, 28], normalization: { mean: [0.5], deviation: [1] } }, 'of 1 channels, got [3, 28, 28]'],
])('an impossible input is refused: %j', (input, message) => {
  expect(() => modelByName('lenet5', input as object)).toThrow(message);
});
