/** Network files: the layers that they make, and their mistakes with their places. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { conv2d } from '../../nn/conv2d.ts';
import { gelu } from '../../nn/gelu.ts';
import { parametersOf } from '../../nn/model.ts';
import { residual } from '../../nn/residual.ts';
import { tanh } from '../../nn/squash.ts';
import { lenet5 } from './lenet5.ts';
import { parseNetworkFile } from './network-file.ts';

const lenetFile = `
name: lenet5
parameters: { filters: 6, units: 84 }
layers:
  - Conv2d: { out_channels: {filters}, kernel_size: 5 }
  - ReLU
  - MaxPool2d: { kernel_size: 2 }
  - Conv2d: { out_channels: 16, kernel_size: 5 }
  - ReLU
  - MaxPool2d: { kernel_size: 2 }
  - Flatten: { name: flatten }
  - Linear: { out_features: 120 }
  - ReLU
  - Linear: { out_features: "{units}" }
  - ReLU
  - Linear
`;

test('LeNet-5 in a file is LeNet-5', () => {
  const file = parseNetworkFile(lenetFile, 'f');
  expect(file.make()).toEqual(lenet5());
  expect(Object.entries(file.parameters).map(([name, entry]) => [name, entry.kind, entry.default])).toEqual([
    ['filters', 'integer', 6],
    ['units', 'integer', 84],
  ]);
  expect(file.make({ shape: [3, 32, 32], classes: 7 })).toEqual(lenet5({ shape: [3, 32, 32], classes: 7 }));
  const normalization = { mean: [0.1307], deviation: [0.3081] };
  expect(file.make({ normalization })).toEqual(lenet5({ normalization }));
});

test('numbers in braces are parameters', () => {
  const { make } = parseNetworkFile(lenetFile, 'f');
  const shapes = parametersOf(make({}, { filters: 12 })).map(({ name, shape }) => `${name} ${shape.join('x')}`);
  expect(shapes).toContain('conv1.weight 12x1x5x5');
  expect(shapes).toContain('conv2.weight 16x12x5x5');
});

test.each([
  ['without a shortcut', '', {}],
  ['with one', ', shortcut: [{ Conv2d: { out_channels: 1, kernel_size: 1 } }]', { conv1: conv2d(1, 1, 1) }],
])('a block of a file %s has the layers of residual()', (_, written, shortcut) => {
  const text = `name: n\nlayers: [ReLU, { Residual: { layers: [Tanh, GELU]${written} } }, Flatten, Linear]`;
  const block = residual('block1', { from: 'relu1', layers: { tanh1: tanh(), gelu1: gelu() }, shortcut });
  const { layers } = parseNetworkFile(text, 'f').make();
  expect(layers.slice(1, -2).map(({ name, layer }) => [name, layer])).toEqual(Object.entries(block));
});

test('other defaults are written into the text, and all else stays', () => {
  const text = `# mine\n${lenetFile}# end\n`;
  const folded = parseNetworkFile(text, 'f').withDefaults({ units: 10, filters: 12 });
  expect(folded).toBe(text.replace('filters: 6, units: 84', 'filters: 12, units: 10'));
  expect(parseNetworkFile(folded, 'f').make()).toEqual(
    parseNetworkFile(text, 'f').make({}, { filters: 12, units: 10 }),
  );
  const long =
    'name: n\nparameters:\n  units: { default: 3, least: 2, most: 5 } # few\nlayers: [Flatten, Linear: { out_features: { units } }, Linear]';
  const file = parseNetworkFile(long, 'f');
  expect(file.withDefaults({ units: 4 })).toBe(long.replace('default: 3', 'default: 4'));
  expect(() => file.make({}, { units: 6 })).toThrow('units: expected an integer from 2 to 5, got 6');
  expect(() => file.make({}, { unit: 3 })).toThrow(
    'unknown hyperparameter unit: network n has the numbers units. Did you mean units?',
  );
});

test('a network is the same whatever its comments, its line ends and its defaults’ places are', () => {
  const plain = parseNetworkFile('name: n\nlayers: [Flatten, Linear: { out_features: 6 }, Linear]', 'f');
  const other = parseNetworkFile(
    'name: n # mine\nparameters: { half: 3 }\nlayers:\n  - Flatten\n  - Linear: { out_features: "{2*half}" }\n  - Linear\n',
    'g',
  );
  expect(other.resolved).toEqual(plain.resolved);
  expect(parseNetworkFile(other.withDefaults({ half: 4 }), 'g').resolved).not.toEqual(plain.resolved);
});

test('a residual network has the names of PyTorch’s modules', () => {
  const { make } = parseNetworkFile(
    `
name: residual
parameters: { filters: 8 }
layers:
  - Conv2d: { out_channels: {filters}, kernel_size: 3, padding: same }
  - BatchNorm2d
  - ReLU
  - Residual:
      layers:
        - Conv2d: { out_channels: {2*filters}, kernel_size: 3, stride: 2, padding: 1 }
        - BatchNorm2d
        - SiLU
      shortcut:
        - Conv2d: { out_channels: {2*filters}, kernel_size: 1, stride: 2 }
  - Residual: { name: depthwise, layers: [{ Conv2d: { out_channels: 16, kernel_size: 3, padding: same, groups: 16 } }] }
  - GlobalAvgPool2d
  - Flatten
  - Dropout: { p: 0.1 }
  - Linear
`,
    'f',
  );
  const { layers } = make({ classes: 5 });
  expect(layers.map(({ name, output }) => `${name} ${output.join('x')}`)).toEqual([
    'conv1 8x28x28',
    'bn1 8x28x28',
    'relu1 8x28x28',
    'block1.shortcut.conv1 16x14x14',
    'block1.input 8x28x28',
    'block1.conv1 16x14x14',
    'block1.bn1 16x14x14',
    'block1.silu1 16x14x14',
    'block1.add 16x14x14',
    'depthwise.conv1 16x14x14',
    'depthwise.add 16x14x14',
    'pool1 16x1x1',
    'flatten1 16',
    'drop1 16',
    'fc1 5',
  ]);
});

describe('mistakes point at their place', () => {
  const file = (layers: string, more = '') => `name: net\n${more}layers:\n${layers}`;
  test.each([
    ['- 1', 'f:1:1: a network file is a map with name and layers'],
    [
      'name: net\nlayer: []',
      'f:2:1: unknown key "layer": allowed are name, initialization, parameters, layers. Did you mean layers?',
    ],
    ['layers: [Linear]', 'f:1:1: name: expected a text, got undefined'],
    [file('  []'), 'f:3:3: layers: expected a list of layers, one at least'],
    [file('  - Relu'), 'f:3:5: unknown layer "Relu": allowed are Conv2d, '],
    [
      file('  - Conv2d: { out_channels: 3, kernel_sise: 5 }'),
      'f:3:32: unknown option of Conv2d "kernel_sise": allowed are name, out_channels, kernel_size',
    ],
    [file('  - Conv2d: { out_channels: 3 }'), 'f:3:5: layer conv1, whose input is 1x28x28: kernel_size is missing'],
    [
      file('  - Conv2d: { out_channels: 3, kernel_size: 29 }'),
      'f:3:45: layer conv1, whose input is 1x28x28: conv2d: a 29x29 window does not fit into 28x28',
    ],
    [
      file('  - Conv2d: { out_channels: 0, kernel_size: 2 }'),
      'f:3:29: layer conv1, whose input is 1x28x28: conv2d: out channels: expected an integer from 1 to',
    ],
    [
      file('  - Conv2d: { out_channels: {filter}, kernel_size: 2 }', 'parameters: { filters: 3 }\n'),
      'f:4:29: unknown parameter {filter}: parameters names {filters}. Did you mean {filters}?',
    ],
    [file('  - Flatten\n  - Linear', 'parameters: { filters: 3 }\n'), 'f:2:24: no layer uses {filters}'],
    [
      file('  - Linear'),
      'f:3:5: layer fc1, whose input is 1x28x28: Linear needs flat features, got 1x28x28; put Flatten before it',
    ],
    [
      file('  - Flatten\n  - Linear: { out_features: 5 }'),
      'f:4:29: the last layer gives 5, but the data have 10 classes',
    ],
    [file('  - Residual: { layers: [ReLU] }'), 'f:3:15: Residual needs a layer before it'],
    [
      file('  - ReLU\n  - Residual: { layers: [MaxPool2d: { kernel_size: 2 }] }'),
      'f:4:15: block block1, whose layers give 1x14x14 and its shortcut 1x28x28: add expects two outputs of one shape, got [1, 14, 14]',
    ],
    [
      file('  - ReLU: { name: a }\n  - ReLU: { name: a }'),
      'f:4:19: layer a, whose input is 1x28x28: two layers are named a',
    ],
    [
      file('  - Flatten\n  - Linear: { out_features: 100000 }\n  - Linear'),
      'f:4:5: the network has 79,500,010 parameters, 78,500,000 of them in layer fc1: at most 67,108,864 fit',
    ],
    [
      file('  - Dropout: { p: 1 }'),
      'f:3:19: layer drop1, whose input is 1x28x28: dropout: p: expected a number from 0 to below 1, got 1',
    ],
    [
      `initialization: glorto\n${file('  - Flatten\n  - Linear')}`,
      'f:1:17: unknown initialization "glorto": allowed are glorot, lecun, lecun1998, torch. Did you mean glorot?',
    ],
    [
      file(`${'  - ReLU\n'.repeat(1001)}  - Flatten\n  - Linear`),
      'f:1003:5: layer relu1001, whose input is 1x28x28: more than 1000 layers',
    ],
    [
      file('  - Conv2d: { out_channels: 30000, kernel_size: 1 }'),
      'f:3:29: layer conv1, whose input is 1x28x28: an output of 30000x28x28 is too large: at most 16,777,216 numbers fit',
    ],
    [
      file('  - Conv2d: { out_channels: 6, kernel_size: 3, groups: 4 }'),
      'f:3:56: layer conv1, whose input is 1x28x28: conv2d: ',
    ],
    [file('  - ReLU: { name: 1a }'), 'f:3:19: name: expected a letter, then letters, digits or _, got "1a"'],
    [
      file('  - Flatten\n  - ReLU\n  - Residual: { layers: [Linear: { out_features: 784 }, Dropout: { p: -1 }] }'),
      'f:5:71: layer block1.drop1, whose input is 784: dropout: p: ',
    ],
    [file('  - &a [ *a ]'), 'f:3:10: the alias *a stands inside of what it stands for'],
    [
      file('  - Flatten\n  - Linear: { out_features: 2000000 }\n  - Linear'),
      'f:4:5: the network has 1,590,000,010 parameters, 1,570,000,000 of them in layer fc1: at most 67,108,864 fit',
    ],
    ...['../../evil', '/evil', 'a\\b', '.', 'two\nlines', 'a'.repeat(65)].map((name) => [
      `name: ${JSON.stringify(name)}\nlayers: [Flatten, Linear]\n`,
      'f:1:7: name: expected at most 64 letters, digits, spaces and _ . -',
    ]),
    [file('  - Flatten', 'parameters: { a: none }\n'), 'f:2:18: parameter a: expected a number, got "none"'],
    [
      file('  - Flatten', 'parameters: { a: { default: 1.5, kind: integer } }\n'),
      'f:2:29: parameter a: expected an integer from 0 to 1000000, got 1.5',
    ],
    [
      file('  - Flatten', 'parameters: { a: { default: 1, lest: 1 } }\n'),
      'f:2:32: unknown key of parameter a "lest": allowed are default, kind, least, most. Did you mean least?',
    ],
    [file('  - Linear: { out_features: {n} }'), 'f:3:29: unknown parameter {n}: the file names no parameters.'],
  ])('%s', (text, message) => {
    const parse = () => parseNetworkFile(text, 'f').make();
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });
});

const folder = new URL('../../../networks/', import.meta.url);

test.each(readdirSync(folder))(
  '%s has the name of its file, and fits grey images of 28x28 and colour images of 32x32',
  (name) => {
    const file = parseNetworkFile(readFileSync(new URL(name, folder), 'utf8'), name);
    expect(`${file.name}.yaml`).toBe(name);
    expect(file.make().classes).toBe(10);
    expect(file.make({ shape: [3, 32, 32], classes: 100 }).classes).toBe(100);
  },
);
