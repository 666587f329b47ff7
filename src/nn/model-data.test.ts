/** A model as JSON: the same model again, and texts that are damaged, hostile or too large. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networks } from '../../test/onnx-networks.ts';
import { WorldError } from '../base/errors.ts';
import { modelText, parseModelText } from './model-data.ts';

test.each(networks)('gives the same model: $name', ({ model }) => {
  expect(parseModelText(modelText(model), 'f')).toEqual(model);
});

test('is plain JSON with the layers in order', () => {
  expect(JSON.parse(modelText(networks[0]!.model))).toMatchObject({
    name: 'lenet5',
    input: [1, 28, 28],
    layers: [
      {
        name: 'conv1',
        type: 'conv2d',
        inChannels: 1,
        outChannels: 6,
        kernelSize: [5, 5],
        stride: [1, 1],
        padding: [0, 0],
      },
      { name: 'relu1', type: 'relu' },
      { name: 'pool1', type: 'maxPool2d', kernelSize: [2, 2], stride: [2, 2] },
      { name: 'conv2' },
      { name: 'relu2' },
      { name: 'pool2' },
      { name: 'flatten' },
      { name: 'fc1', type: 'linear', inFeatures: 256, outFeatures: 120 },
      { name: 'relu3' },
      { name: 'fc2' },
      { name: 'relu4' },
      { name: 'fc3' },
    ],
    initialization: 'glorot',
  });
});

const dense = { name: 'fc', type: 'linear', inFeatures: 4, outFeatures: 2 };
const text = (change: object) =>
  JSON.stringify({
    name: 'm',
    input: [1, 2, 2],
    layers: [{ name: 'flat', type: 'flatten' }, dense],
    initialization: 'glorot',
    ...change,
  });

test('the text of these tests is sound', () => {
  expect(parseModelText(text({}), 'f').classes).toBe(2);
});

describe('what cannot be a model is refused in one line', () => {
  test.each([
    ['no JSON', '{"name"', 'it is not valid JSON'],
    ['a number', '7', 'layers: expected a list, got undefined'],
    ['no layers', text({ layers: [] }), 'model m: the last layer must give 1 to 256 logits, got [1, 2, 2]'],
    ['a layer without a name', text({ layers: [{ type: 'relu' }] }), 'a layer: expected a name and a type'],
    ['two layers of one name', text({ layers: [dense, dense] }), 'two layers are named "fc"'],
    ['an unknown layer', text({ layers: [{ name: 'a', type: 'attention' }] }), 'model m, layer a: expected a layer'],
    [
      'a layer that inherits',
      text({ layers: [{ name: 'a', type: 'constructor' }] }),
      'model m, layer a: expected a layer',
    ],
    [
      'a layer with too much',
      text({ layers: [{ ...dense, bias: false }] }),
      'model m, layer fc: layer linear: expected',
    ],
    [
      'a layer that does not fit',
      text({ layers: [dense] }),
      'model m, layer fc: linear expects flat features, got [1, 2, 2]',
    ],
    [
      'sizes that are texts',
      text({ layers: [{ ...dense, inFeatures: '4' }] }),
      'layer fc: linear: in features: expected an integer',
    ],
    ['another rule', text({ initialization: 'zeros' }), 'unknown initialization of model m "zeros"'],
    ['a picture of 10^12 pixels', text({ input: [1, 1e6, 1e6] }), 'model m: input: 1x1000000x1000000 is too large'],
    [
      '10^12 weights',
      text({
        input: [1, 1, 1e6],
        layers: [
          {
            name: 'c',
            type: 'conv2d',
            inChannels: 1,
            outChannels: 1e6,
            kernelSize: [1, 1e6],
            stride: [1, 1],
            padding: [0, 0],
          },
        ],
      }),
      'parameter c.weight: 1000000x1x1x1000000 is too large',
    ],
    [
      'a table of 10^8 pairs',
      text({
        input: [1e7, 1, 1],
        layers: [
          {
            name: 'c',
            type: 'conv2d',
            inChannels: 1e7,
            outChannels: 10,
            kernelSize: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            connections: Array(10).fill([0]),
          },
        ],
      }),
      'conv2d connections: a table of 10000000 x 10 channels is too large: at most 1048576 pairs fit',
    ],
    [
      'too many layers',
      text({ layers: Array.from({ length: 1001 }, (_, i) => ({ name: `r${i}`, type: 'relu' })) }),
      'it has 1001 layers; at most 1000 are read',
    ],
  ])('%s', (_, given, message) => {
    let told = '';
    try {
      parseModelText(given, 'f');
    } catch (error) {
      if (error instanceof WorldError) told = error.message;
    }
    expect(told).toContain('f: its network cannot be read: ');
    expect(told).toContain(message);
  });

  test('deep nesting', () => {
    for (const deep of [
      '['.repeat(1e5) + ']'.repeat(1e5),
      `{"layers":[{"name":"a","type":"rbf","codes":${'['.repeat(1e5) + ']'.repeat(1e5)}}]}`,
    ]) {
      expect(() => parseModelText(deep, 'f')).toThrow(WorldError);
    }
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.jsonValue(), (json, value) => {
        for (const each of [
          json,
          text({ layers: [value] }),
          text({ layers: [{ name: 'a', type: 'conv2d', ...Object(value) }] }),
        ]) {
          try {
            parseModelText(each, 'f');
          } catch (error) {
            if (!(error instanceof WorldError)) throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
