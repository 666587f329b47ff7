/** Models from bytes: networks that have no name here, ONNX files, and what their files say of the input. */
import { describe, expect, test } from 'vitest';
import { imagesFor, networks, weightsFor } from '../../../test/onnx-networks.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { exportOnnx } from '../../exchange/onnx/export.ts';
import { modelText } from '../../nn/model-data.ts';
import { encodeModel } from '../../train/checkpoint.ts';
import { evaluate } from '../../train/evaluate.ts';
import { mnistInput } from './model-input.ts';
import { modelByName } from './models.ts';
import { loadModel, readWeights } from './saved-model.ts';

const { model } = networks.at(-1)!;
const weights = weightsFor(model);
const input = {
  data: 'workshop',
  shape: model.input,
  classNames: ['bolt', 'nut', 'screw', 'nail', 'pin', 'clip', 'ring'],
  ground: 'light',
  framing: 'fill',
  orientation: 'upright',
  normalization: null,
};
const record = {
  model: model.name,
  hyperparameters: '{"model":"odd"}',
  dataHash: 'd',
  initHash: '',
  version: '0.1.0',
  network: modelText(model),
  input: JSON.stringify(input),
};

async function logitsOf(loaded: ReturnType<typeof loadModel>): Promise<Float32Array> {
  const images = imagesFor(loaded.model, 4);
  const set = { name: 'noise', images, labels: new Uint8Array(4), shape: model.input, classes: model.classes };
  return (await evaluate(loaded.recipe, loaded.weights, set))!.logits;
}

test('a network that has no name here is made again from its file, with its class names', async () => {
  const found = loadModel(encodeModel(weights, record));
  expect(found.model).toEqual(model);
  expect(found.input).toEqual(input);
  expect([found.weights, found.notes, found.hyperparameters]).toEqual([weights, [], undefined]);
  expect(await logitsOf(found)).toEqual(await logitsOf({ ...found, weights }));
});

test.each(networks)('every network comes back from its file, with what its layers keep: $name', ({ model }) => {
  const weights = weightsFor(model);
  const { input: _, ...origin } = record;
  const found = loadModel(encodeModel(weights, { ...origin, model: 'mine', network: modelText(model) }));
  expect([found.model, found.hyperparameters, found.notes]).toEqual([model, undefined, []]);
  expect(found.weights).toEqual(weights);
});

test('an ONNX file of ours gives the same logits, with its class names', async () => {
  const found = loadModel(exportOnnx(model, weights, record));
  expect(found.input).toEqual(input);
  expect(await logitsOf(found)).toEqual(await logitsOf(loadModel(encodeModel(weights, record))));
});

test('without our metadata, classes are numbers, and pictures are fitted in; images like MNIST’s are digits', () => {
  expect(loadModel(exportOnnx(model, weights)).input).toEqual({
    ...{ data: 'unknown', shape: model.input, classNames: ['0', '1', '2', '3', '4', '5', '6'] },
    ...{ ground: 'any', framing: 'fit', orientation: 'upright', normalization: null },
  });
  const digits = modelByName('lenet5-1998');
  const found = loadModel(exportOnnx(digits, weightsFor(digits)));
  expect([found.input, found.recipe.loss.name]).toEqual([mnistInput, 'map']);
});

describe('a file that contradicts itself is refused', () => {
  test.each([
    ['classes', { input: JSON.stringify({ ...input, classNames: ['a', 'b'] }) }, 'gives 7'],
    ['images', { input: JSON.stringify({ ...input, shape: [3, 17, 14] }) }, 'its input is of 3x17x14 and 7 classes'],
    [
      'layers',
      { network: modelText(modelByName('lenet5')) },
      'model lenet5 needs 4 tensors that are missing: fc2.weight',
    ],
    ['no network', { network: '{}' }, 'its network cannot be read'],
  ])('%s', (_, change, message) => {
    const bytes = encodeModel(weights, { ...record, ...change });
    expect(() => loadModel(bytes, 'f')).toThrow(WorldError);
    expect(() => loadModel(bytes, 'f')).toThrow(message);
  });
});

test('every other argument is refused', () => {
  for (const wrong of [undefined, 'model.safetensors', [8, 8], new ArrayBuffer(8)]) {
    expect(() => loadModel(wrong as never)).toThrow(UsageError);
  }
});

describe('weights for --init from an ONNX file', () => {
  const lenet5 = modelByName('lenet5');
  const own = weightsFor(lenet5);

  test('are found by their names', () => {
    expect(readWeights(lenet5, exportOnnx(lenet5, own), 'f')).toEqual({ weights: own, notes: [] });
  });

  test('are taken in their order where the names are others, and this is said', () => {
    const renamed = { ...lenet5, layers: lenet5.layers.map((each) => ({ ...each, name: `net_${each.name}` })) };
    const layers = Object.fromEntries(renamed.layers.map(({ name, layer }) => [name, layer]));
    const text = JSON.stringify({
      ...JSON.parse(modelText(lenet5)),
      layers: Object.entries(layers).map(([name, layer]) => ({ name, ...layer })),
    });
    const other = loadModel(
      encodeModel(new Map([...own].map(([name, tensor]) => [`net_${name}`, tensor])), {
        ...record,
        model: 'x',
        network: text,
        input: JSON.stringify(mnistInput),
      }),
    );
    const found = readWeights(lenet5, exportOnnx(other.model, other.weights), 'f');
    expect(found.weights).toEqual(own);
    expect(found.notes).toEqual([
      expect.stringMatching(/^f: its tensors have other names and were taken in their order: net_conv1\.weight, /),
    ]);
  });

  test('have the running statistics of batch normalization', () => {
    const { model: branched } = networks.find(({ name }) => name === 'branched')!;
    const all = weightsFor(branched);
    const found = readWeights(branched, exportOnnx(branched, all), 'f');
    expect(found).toEqual({ weights: all, notes: [] });
    const without = new Map([...all].filter(([name]) => name !== 'bn1.running_var'));
    expect(() => readWeights(branched, encodeModel(without, {}), 'f')).toThrow(
      'f: model branched needs a tensor bn1.running_var [6], which is missing',
    );
  });

  test('of another network are refused', () => {
    expect(() => readWeights(lenet5, exportOnnx(model, weights), 'f')).toThrow('f: model lenet5 needs');
  });
});
