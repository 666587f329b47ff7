import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imagesFor, networks, weightsFor } from '../../../test/onnx-networks.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { type OnnxModel, type OnnxNode, type OnnxTensor, readOnnx, writeOnnx } from '../../formats/onnx.ts';
import { batchNorm2d } from '../../nn/batch-norm2d.ts';
import { conv2d } from '../../nn/conv2d.ts';
import { gelu } from '../../nn/gelu.ts';
import { globalAvgPool2d } from '../../nn/global-avg-pool2d.ts';
import type { Layer } from '../../nn/layers.ts';
import { leakyRelu } from '../../nn/leaky-relu.ts';
import { type Model, tensorsOf } from '../../nn/model.ts';
import { silu } from '../../nn/silu.ts';
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
  // Dropout has no node. A way back to an earlier value has none either, so its layer loses its name.
  const kept = model.layers.filter(({ layer }) => layer.type !== 'dropout');
  const nameOf = ({ name, layer }: Model['layers'][number]) => [layer.type === 'outputOf' ? '' : name, layer.type];
  expect(found.model.layers.filter(({ layer }) => layer.type !== 'dropout').map(nameOf)).toEqual(kept.map(nameOf));
  expect([...found.weights]).toEqual(tensorsOf(model).map(({ name }) => [name, weights.get(name)]));
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
      'features.0',
      'features.1',
      'features.2',
      'flatten1',
      'fc',
    ]);
  });

  test('branches become layers in the order of the file, under the names of PyTorch’s modules', () => {
    const { model } = importOnnx(bytesOf(foreign.read.resnet!.onnx), 'a.onnx');
    expect(model.layers.map(({ name, layer, reads }) => `${name} = ${layer.type}(${reads})`)).toEqual([
      'conv1 = conv2d()',
      'layer1.0.conv1 = conv2d(conv1)',
      'layer1.0 = relu(layer1.0.conv1)',
      'layer1.0.conv2 = conv2d(layer1.0)',
      'layer1.0_1 = add(layer1.0.conv2,conv1)',
      'layer1.0_2 = relu(layer1.0_1)',
      'layer1.1.conv1 = conv2d(layer1.0_2)',
      'layer1.1 = relu(layer1.1.conv1)',
      'layer1.1.conv2 = conv2d(layer1.1)',
      'outputOf1 = outputOf(layer1.0_2)',
      'layer1.1.shortcut.0 = conv2d(outputOf1)',
      'layer1.1_1 = add(layer1.1.shortcut.0,layer1.1.conv2)',
      'layer1.1_2 = relu(layer1.1_1)',
      'globalAvgPool2d1 = globalAvgPool2d(layer1.1_2)',
      'flatten1 = flatten(globalAvgPool2d1)',
      'fc = linear(flatten1)',
    ]);
  });

  test('batch normalization keeps its numbers', () => {
    const { model } = importOnnx(bytesOf(foreign.read.doubled!.onnx), 'a.onnx');
    expect(model.layers[0]!.layer).toEqual(batchNorm2d(2, { eps: 0.01, momentum: 0.3 }));
  });

  test.each([
    ['softplus', 'x.onnx: /0/Softplus (Softplus): this operator is not supported here'],
    ['dilation', 'x.onnx: /0/Conv (Conv): dilations 2,2 is not supported, only 1,1'],
    ['ceil', 'x.onnx: /0/MaxPool (MaxPool): ceil_mode 1 is not supported, only 0'],
    ['computed borders', 'x.onnx: /0/Pad (Pad): its input /0/Cast_output_0 is no constant and no output of a layer'],
    ['flat', 'x.onnx: input x has the shape [batch, 5]; expected [N, channels, height, width]'],
    ['gated', 'x.onnx: /Mul (Mul): it joins x and /conv/Conv_output_0; only Add joins two outputs of layers here'],
    [
      'joined',
      'x.onnx: /Concat (Concat): it joins x and /conv/Conv_output_0; only Add joins two outputs of layers here',
    ],
    [
      'broadcast',
      'x.onnx: /Add (Add): its inputs have the shapes [2, 1, 1] and [2, 4, 4]; only equal shapes are added',
    ],
    ['tanh form', 'x.onnx: /0/Mul (Mul): it joins x with itself; only Add joins two outputs of layers here'],
  ])('%s is refused by name', (name, message) => {
    expect(() => importOnnx(bytesOf(foreign.refused[name]!), 'x.onnx')).toThrow(new WorldError(message));
  });
});

const { model: small } = networks.at(-1)!;
const { model: branched } = networks.find(({ name }) => name === 'branched')!;
const file = exportOnnx(small, weightsFor(small), { model: 'odd' });

/** The file after a change of its plain data. */
function changed(change: (model: OnnxModel) => OnnxModel): Uint8Array {
  return writeOnnx(change(readOnnx(file, 'a.onnx')));
}

/** A file with these nodes `[name, operator, inputs, output]` between image [1, 4, 3] and value y, then Flatten. */
type DrawnNode = readonly [
  name: string,
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes?: OnnxNode['attributes'],
];
const number = (value: number) => ({ shape: [], data: Float32Array.of(value) });
function fileOf(...nodes: readonly DrawnNode[]): Uint8Array {
  const whole: readonly DrawnNode[] = [...nodes, ['end', 'Flatten', ['y'], 'logits']];
  return writeOnnx({
    producer: { name: 'a test', version: '' },
    opset: 17,
    metadata: new Map(),
    graph: {
      name: 'drawn',
      nodes: whole.map(([name, operator, inputs, output, attributes = {}]) => ({
        ...{ name, operator, domain: '', inputs, outputs: [output], attributes },
      })),
      initializers: new Map<string, OnnxTensor>([
        ...Object.entries({ one: 1, two: 2, half: 0.5, inverseRoot: Math.SQRT1_2 }).map(
          ([name, value]) => [name, number(value)] as const,
        ),
        ['window', { shape: [1, 1, 2, 4], data: new Float32Array(8).fill(0.5) }],
      ]),
      inputs: [{ name: 'image', shape: ['N', 1, 4, 3] }],
      outputs: [{ name: 'logits', shape: ['N', 12] }],
      values: [],
    },
  });
}
const layersOf = (bytes: Uint8Array) =>
  importOnnx(bytes, 'x.onnx').model.layers.map(({ name, layer, reads }) => `${name} = ${layer.type}(${reads})`);

describe('graphs with branches', () => {
  test('nodes may stand in any order, and those that the output does not need are left out', () => {
    const nodes = [
      ['s/Relu', 'Relu', ['c'], 's'],
      ['a/Relu', 'Relu', ['image'], 'a'],
      ['unread', 'NoOperator', ['a'], 'u'],
      ['b/Sigmoid', 'Sigmoid', ['p'], 'b'],
      ['pass', 'Identity', ['a'], 'p'],
      ['c/Add', 'Add', ['b', 'p'], 'c'],
      ['y/Tanh', 'Tanh', ['s'], 'y'],
    ] as const;
    const wanted = [
      ...['a = relu()', 'b = sigmoid(a)', 'c = add(b,a)', 's = relu(c)', 'y = tanh(s)', 'flatten1 = flatten(y)'],
    ];
    expect(layersOf(fileOf(...nodes))).toEqual(wanted);
    expect(layersOf(fileOf(...nodes.toReversed()))).toEqual(wanted);
  });

  test('where the image goes two ways, a layer before all others passes it on', () => {
    const bytes = fileOf(['input/Relu', 'Relu', ['image'], 'a'], ['y/Add', 'Add', ['a', 'image'], 'y']);
    expect(layersOf(bytes)).toEqual([
      'input1 = dropout()',
      'input = relu(input1)',
      'y = add(input,input1)',
      'flatten1 = flatten(y)',
    ]);
  });

  test('a value that other nodes read too is no inside of a layer', () => {
    const shared = fileOf(
      ['a/Mul', 'Mul', ['image', 'two'], 'a'],
      ['b/Add', 'Add', ['a', 'two'], 'b'],
      ['y/Add', 'Add', ['b', 'a'], 'y'],
    );
    expect(layersOf(shared)).toEqual(['a = rescale()', 'b = rescale(a)', 'y = add(b,a)', 'flatten1 = flatten(y)']);
    const sigmoidOfItsOwn = fileOf(
      ['s/Sigmoid', 'Sigmoid', ['image'], 's'],
      ['m/Mul', 'Mul', ['image', 's'], 'm'],
      ['y/Add', 'Add', ['m', 's'], 'y'],
    );
    expect(() => importOnnx(sigmoidOfItsOwn, 'x.onnx')).toThrow('x.onnx: m/Mul (Mul): it joins image and s; only Add');
  });

  test.each<readonly [string, readonly DrawnNode[], Layer]>([
    ['gelu of opset 20', [['', 'Gelu', ['image'], 'y', { approximate: { text: 'none' } }]], gelu()],
    [
      'gelu with factors in front',
      [
        ['', 'Mul', ['inverseRoot', 'image'], 'a'],
        ['', 'Erf', ['a'], 'b'],
        ['', 'Add', ['one', 'b'], 'c'],
        ['', 'Mul', ['c', 'half'], 'd'],
        ['', 'Mul', ['d', 'image'], 'y'],
      ],
      gelu(),
    ],
    ['silu of opset 24', [['', 'Swish', ['image'], 'y']], silu()],
    ['leaky relu as it is', [['', 'LeakyRelu', ['image'], 'y']], leakyRelu(0.01)],
    ['the mean of an image', [['', 'ReduceMean', ['image'], 'y', { axes: { integers: [-1, -2] } }]], globalAvgPool2d()],
    [
      'borders by name',
      [['', 'Conv', ['image', 'window'], 'y', { auto_pad: { text: 'SAME_UPPER' } }]],
      conv2d(1, 1, [2, 4], { padding: 'same' }),
    ],
    [
      'borders by number',
      [['', 'Conv', ['image', 'window'], 'y', { pads: { integers: [0, 1, 1, 2] } }]],
      conv2d(1, 1, [2, 4], { padding: 'same' }),
    ],
  ])('another spelling is read: %s', (_, drawn, layer) => {
    expect(importOnnx(fileOf(...drawn), 'x.onnx').model.layers[0]!.layer).toEqual(layer);
  });

  test.each<readonly [string, readonly DrawnNode[], string]>([
    [
      'borders larger above',
      [['c', 'Conv', ['image', 'window'], 'y', { pads: { integers: [1, 2, 0, 1] } }]],
      "x.onnx: c (Conv): pads 1,2,0,1 are not supported, only equal ones on opposite sides, or those that keep the image's size",
    ],
    [
      'gelu by tanh',
      [['g', 'Gelu', ['image'], 'y', { approximate: { text: 'tanh' } }]],
      'x.onnx: g (Gelu): approximate tanh is not supported, only none',
    ],
    [
      'the mean of channels',
      [['m', 'ReduceMean', ['image'], 'y', { axes: { integers: [1] } }]],
      'x.onnx: m (ReduceMean): axes 1 are not supported, only 2,3 of images',
    ],
    [
      'batch normalization that trains',
      [['n', 'BatchNormalization', ['image', 'two'], 'y', { training_mode: { integer: 1 } }]],
      'x.onnx: n (BatchNormalization): training_mode 1 is not supported, only 0',
    ],
    [
      'a cycle',
      [
        ['a', 'Add', ['image', 'b'], 'a'],
        ['b', 'Relu', ['a'], 'b'],
        ['y', 'Relu', ['b'], 'y'],
      ],
      'x.onnx: a (Add): its input depends on its own output',
    ],
    [
      'a cycle of nodes that do nothing',
      [
        ['a', 'Dropout', ['b', 'image'], 'a'],
        ['b', 'Identity', ['a'], 'b'],
        ['y', 'Relu', ['b'], 'y'],
      ],
      'x.onnx: value b depends on itself',
    ],
    [
      'a value of two nodes',
      [
        ['a', 'Relu', ['image'], 'y'],
        ['b', 'Relu', ['image'], 'y'],
      ],
      'x.onnx: value y is made twice, also by b',
    ],
    ['no way', [['a', 'Relu', ['image'], 'a']], 'x.onnx: no way leads from input image to output logits'],
    [
      'more layers than fit',
      [
        ...Array.from({ length: 1000 }, (_, i) => [`a${i}`, 'Relu', [i ? `${i}` : 'image'], `${i + 1}`] as const),
        ['y', 'Relu', ['1000'], 'y'],
      ],
      'x.onnx has more than 1000 layers; at most 1000 are read',
    ],
  ])('%s is refused', (_, drawn, message) => {
    expect(() => importOnnx(fileOf(...drawn), 'x.onnx')).toThrow(new WorldError(message));
  });

  test('as many nodes as are read take little time, however they are joined', () => {
    const wide = Array.from({ length: 4990 }, (_, i) => [`r${i}`, 'Relu', ['image'], `r${i}`] as const);
    const sums = wide.map((_, i) => [`s${i}`, 'Add', [`r${i}`, i ? `s${i - 1}` : 'image'], `s${i}`] as const);
    const passes = Array.from(
      { length: 9990 },
      (_, i) => [``, 'Identity', [i ? `p${i}` : 'image'], `p${i + 1}`] as const,
    );
    expect(() => importOnnx(fileOf(...wide, ...sums, ['y', 'Relu', ['s4989'], 'y']), 'x.onnx')).toThrow(
      'more than 1000',
    );
    expect(layersOf(fileOf(...passes.toReversed(), ['y/Relu', 'Relu', ['p9990'], 'y']))).toHaveLength(2);
  });
});

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
      'x.onnx: value image is made twice, also by Relu',
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

  test('any bytes are read or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 500 });
  });

  test.each([
    ['a chain', file],
    ['branches', exportOnnx(branched, weightsFor(branched))],
  ])('any change of some bytes of %s is read or refused', (_, file) => {
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
