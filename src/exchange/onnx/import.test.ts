import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imagesFor, networks, weightsFor } from '../../../test/onnx-networks.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { type OnnxModel, readOnnx, writeOnnx } from '../../formats/onnx.ts';
import { evaluate } from '../../train/evaluate.ts';
import { exportOnnx } from './export.ts';
import { importOnnx } from './import.ts';
import { translations } from './translations.ts';

const fixture = new URL('../../../test/golden/foreign-onnx.json', import.meta.url);
const foreign: {
  readonly read: Readonly<Record<string, { onnx: string; shape: number[]; images: number[]; logits: number[][] }>>;
  readonly refused: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(fixture, 'utf8'));
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

test('the networks of these tests have every type of layer', () => {
  const types = networks.flatMap(({ model }) => model.layers.map(({ layer }) => layer.type));
  expect([...new Set(types)].sort()).toEqual(Object.keys(translations).sort());
});

test.each(networks)('a network comes back with its layers, its names and the same bits: $name', async ({ model }) => {
  const weights = weightsFor(model);
  const metadata = { model: model.name, note: 'ß' };
  const found = importOnnx(exportOnnx(model, weights, metadata), 'a.onnx');
  expect(found.model.layers.map(({ name, layer }) => [name, layer.type])).toEqual(
    model.layers.map(({ name, layer }) => [name, layer.type]),
  );
  expect(found.weights).toEqual(weights);
  expect(found.metadata).toEqual(new Map(Object.entries(metadata)));
  expect(found.notes).toEqual([]);
  const images = imagesFor(model, 3);
  const set = { name: 'noise', images, labels: new Uint8Array(3), shape: model.input, classes: model.classes };
  const before = await evaluate({ model }, weights, set);
  const after = await evaluate({ model: found.model }, found.weights, set);
  expect(after!.logits).toEqual(before!.logits);
});

describe("files of PyTorch's exporter", () => {
  test.each(Object.keys(foreign.read))('%s gives the logits of PyTorch', async (name) => {
    const { onnx, shape, images, logits } = foreign.read[name]!;
    const { model, weights, notes } = importOnnx(bytesOf(onnx), `${name}.onnx`);
    expect(model.input).toEqual(shape);
    const found = await evaluate({ model }, weights, {
      name,
      images: Float32Array.from(images),
      labels: new Uint8Array(2),
      shape: model.input,
      classes: model.classes,
    });
    const wanted = logits.flat();
    // The logarithm of the softmax differs from the logits by a constant for each image.
    const ends = name === 'viewed' ? ['viewed.onnx: /Softmax at its end was left out: the outputs are logits.'] : [];
    expect(notes).toEqual(ends);
    const shift = (image: number) => (name === 'viewed' ? found!.logits[image * 4]! - wanted[image * 4]! : 0);
    for (const [i, value] of wanted.entries()) {
      expect(found!.logits[i]! - shift(Math.floor(i / model.classes))).toBeCloseTo(value, 5);
    }
  });

  test('layers get the names of their weights', () => {
    const { model } = importOnnx(bytesOf(foreign.read.viewed!.onnx), 'a.onnx');
    expect(model.layers.map(({ name }) => name)).toEqual([
      'rescale1',
      'features_0',
      'features_features_1',
      'features_features_2',
      'flatten1',
      'fc',
    ]);
  });

  test.each([
    ['softplus', 'x.onnx: /0/Softplus (Softplus): this operator is not supported here'],
    ['groups', 'x.onnx: /0/Conv (Conv): group 2 is not supported, only 1'],
    ['dilation', 'x.onnx: /0/Conv (Conv): dilations 2,2 is not supported, only 1,1'],
    ['ceil', 'x.onnx: /0/MaxPool (MaxPool): ceil_mode 1 is not supported, only 0'],
    [
      'computed borders',
      'x.onnx: /0/Pad (Pad): its input /0/Cast_output_0 is no constant; only a chain of layers is supported',
    ],
    ['flat', 'x.onnx: input x has the shape [batch, 5]; expected [N, channels, height, width]'],
    ['residual', 'x.onnx: /conv/Conv (Conv): its input also goes to /Add; only a chain of layers is supported'],
  ])('%s is refused by name', (name, message) => {
    expect(() => importOnnx(bytesOf(foreign.refused[name]!), 'x.onnx')).toThrow(new WorldError(message));
  });
});

const { model: small } = networks.at(-1)!;
const file = exportOnnx(small, weightsFor(small), { model: 'odd' });

/** The file after a change of its plain data. */
function changed(change: (model: OnnxModel) => OnnxModel): Uint8Array {
  return writeOnnx(change(readOnnx(file, 'a.onnx')));
}

describe('damage and size', () => {
  test.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(0), 'x.onnx is no ONNX file but an empty file'],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), 'x.onnx is no ONNX file but a PNG picture'],
    ['other fields', Uint8Array.of(8, 8), 'x.onnx is damaged: it holds no ONNX model'],
    ['half a file', file.subarray(0, file.length / 2), 'x.onnx is damaged: a field of '],
    [
      'opset 3',
      changed((model) => ({ ...model, opset: 3 })),
      'x.onnx has operators of version 3 (opset); 7 to 24 are read',
    ],
    [
      'another domain',
      changed((m) => ({
        ...m,
        graph: { ...m.graph, nodes: m.graph.nodes.map((n) => ({ ...n, domain: 'com.acme' })) },
      })),
      'x.onnx: normalize/Mul (Mul): operators of com.acme are not supported',
    ],
    [
      'a loop',
      changed((m) => ({
        ...m,
        graph: {
          ...m.graph,
          nodes: [{ name: '', operator: 'Relu', domain: '', inputs: ['image'], outputs: ['image'], attributes: {} }],
        },
      })),
      'x.onnx: no way leads from input image to output logits',
    ],
    [
      'an unknown attribute',
      changed((m) => ({
        ...m,
        graph: {
          ...m.graph,
          nodes: m.graph.nodes.map((n) => ({ ...n, attributes: { ...n.attributes, warp: { integer: 1 } } })),
        },
      })),
      'x.onnx: normalize/Mul (Mul): attribute warp is not supported',
    ],
    [
      'images that do not fit in memory',
      changed((m) => ({ ...m, graph: { ...m.graph, inputs: [{ name: 'image', shape: ['N', 3, 100_000, 100_000] }] } })),
      'x.onnx: model odd: input: 3x100000x100000 is too large: at most 16777216 numbers fit',
    ],
    [
      'a negative size',
      changed((m) => ({ ...m, graph: { ...m.graph, inputs: [{ name: 'image', shape: ['N', -3, 17, 13] }] } })),
      'x.onnx: input image has the shape [N, -3, 17, 13]; expected [N, channels, height, width]',
    ],
    [
      'a layer that does not fit',
      changed((m) => ({ ...m, graph: { ...m.graph, inputs: [{ name: 'image', shape: ['N', 3, 27, 13] }] } })),
      'x.onnx: model odd, layer fc1: linear expects 80 features, got ',
    ],
  ])('%s is refused in one line', (_, bytes, message) => {
    let told: unknown;
    try {
      importOnnx(bytes, 'x.onnx');
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(WorldError);
    expect((told as WorldError).message).toContain(message);
    expect((told as WorldError).message).not.toContain('\n');
  });

  test('a border that would take all memory is refused', () => {
    const bytes = changed((m) => ({
      ...m,
      graph: {
        ...m.graph,
        initializers: new Map([
          ...m.graph.initializers,
          ['pad/pads', { shape: [8], integers: [0, 0, 9e6, 9e6, 0, 0, 9e6, 9e6] }],
        ]),
      },
    }));
    expect(() => importOnnx(bytes, 'x.onnx')).toThrow('is too large: at most 16777216 numbers fit');
  });

  /** Reading succeeds or throws a WorldError of one line. */
  function survives(bytes: Uint8Array): void {
    try {
      importOnnx(bytes, 'x.onnx');
    } catch (error) {
      if (!(error instanceof WorldError) || error.message.includes('\n')) throw error;
    }
  }

  test('any bytes, and any change of some bytes, are read or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 500 });
    const places = fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(places, (changes) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at] = value;
        survives(bytes);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.nat(file.length), fc.nat(200), (from, length) => {
        survives(Uint8Array.from([...file.subarray(0, from), ...file.subarray(from + length)]));
      }),
      { numRuns: 300 },
    );
  });
});

test('exportOnnx checks its arguments', () => {
  expect(() => exportOnnx(small, new Map())).toThrow(UsageError);
  const weights = new Map(weightsFor(small));
  weights.set('conv1.bias', { shape: [5], data: Float32Array.of(0, 1, Number.NaN, 0, 0) });
  expect(() => exportOnnx(small, weights)).toThrow('tensor conv1.bias holds NaN');
});
