/** Networks as values of `model`: names, and contents of network files with their numbers. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { parametersOf } from '../../nn/model.ts';
import { canonicalSettings, completeSettings, isHyperparameter, lenetSettings } from './configuration.ts';
import { completeHyperparameters } from './hyperparameters.ts';
import { modelByValue, networkIn, networkName, networkValue, resolvedNetwork, withNumbers } from './networks.ts';
import { recipeOf } from './recipe.ts';
import { overRecipe, parseRecipeFile } from './recipe-file.ts';
import { parseStudyFile, studyFileNetworks } from './study-file.ts';

const text = `# two hidden layers
name: small
parameters: { units: 8, dropout: 0.5 }
layers:
  - Flatten
  - Linear: { out_features: { units } }
  - ReLU
  - Dropout: { p: { dropout } }
  - Linear
`;
const small = networkValue('my-net', text);
const wide = networkValue('wide', text.replaceAll('small', 'wide').replace('units: 8', 'units: 16'));
const shapes = (settings: Record<string, string | number>) =>
  parametersOf(recipeOf(completeSettings(settings)).model).map(({ name, shape }) => `${name} ${shape.join('x')}`);

test('a file is a value with its name, and makes its network', () => {
  expect(small.split('\n')[0]).toBe('my-net');
  expect(networkName(small)).toBe('small');
  expect(networkName('lenet5')).toBe('lenet5');
  expect(networkIn('lenet5')).toBeUndefined();
  expect(shapes({ model: small })).toEqual(['fc1.weight 8x784', 'fc1.bias 8', 'fc2.weight 10x8', 'fc2.bias 10']);
});

test('messages name the path of the file that was read, also with other numbers; a network of a record has its name alone', () => {
  const wrong = text.replace('dropout: 0.5', 'dropout: 1.5');
  const recorded = networkValue('other', wrong);
  expect(() => modelByValue(recorded)).toThrow('network other:8:19: layer drop1');
  const read = networkValue('mine', wrong, 'bad/mine.yml');
  expect(read).toBe(`mine\n${wrong}`);
  expect(() => modelByValue(read)).toThrow('bad/mine.yml:8:19: layer drop1');
  expect(() => modelByValue(withNumbers(read, { units: 3 }))).toThrow('bad/mine.yml:8:19: layer drop1');
});

test('settings set its numbers, which stand in the text of the complete model', () => {
  expect(shapes({ model: small, units: 3 })[0]).toBe('fc1.weight 3x784');
  const { model } = completeSettings({ model: small, units: 3 });
  expect(model).toBe(small.replace('units: 8', 'units: 3'));
  expect(withNumbers(small, { units: 3 })).toBe(model);
  expect(lenetSettings.complete({ model: small, units: 3 })).toMatchObject({ model: small, units: 3, dropout: 0.5 });
  expect(isHyperparameter('units', { model: small })).toBe(true);
  expect(isHyperparameter('units', {})).toBe(false);
});

test('canonical settings leave out a number that is the default', () => {
  expect(canonicalSettings({ model: small, units: 8, dropout: 0.1 })).toEqual({ model: small, dropout: 0.1 });
  expect(canonicalSettings({ model: small, initialization: 'glorot', loss: 'cross-entropy' })).toEqual({
    model: small,
  });
});

test('comments, spaces and the place of a number do not make another network', () => {
  const other = networkValue(
    'other',
    text.replace('# two hidden layers', '# mine').replace('{ units }', '8').replace('units: 8, ', ''),
  );
  expect(resolvedNetwork(other)).toBe(resolvedNetwork(small));
  expect(resolvedNetwork(withNumbers(small, { units: 9 }))).not.toBe(resolvedNetwork(small));
});

test.each<[string, () => unknown, string]>([
  [
    'an unknown number',
    () => completeSettings({ model: small, unit: 3 }),
    'unknown hyperparameter unit: network small has the numbers units, dropout. Did you mean units?',
  ],
  [
    'a number for a network without any',
    () => completeSettings({ units: 3 }),
    'unknown hyperparameter units: model lenet5 names no numbers',
  ],
  [
    'a number of the wrong kind',
    () => completeSettings({ model: small, units: 2.5 }),
    'units: expected an integer from 0 to 1000000, got 2.5',
  ],
  [
    'a number that the layer refuses',
    () => completeSettings({ model: small, dropout: 1 }),
    'network my-net:8:19: layer drop1, whose input is 8: dropout: p: expected a number from 0 to below 1, got 1',
  ],
  [
    'the name of a network of ours',
    () => networkValue('a', text.replace('small', 'lenet5')),
    'network a: name: lenet5 is a network of lenet-lab; give yours another name',
  ],
  [
    'second derivatives of batch normalization',
    () =>
      completeSettings({
        model: networkValue('bn', 'name: bn\nlayers: [BatchNorm2d, Flatten, Linear]'),
        optimizer: 'sdlm',
      }),
    'optimizer sdlm needs second derivatives, which layer bn1 (batchNorm2d) does not give',
  ],
  [
    'a variant of the network of 1998',
    () => completeSettings({ model: small, pooling: 'max' }),
    'pooling max is for model lenet5-1998 only, the model is my-net',
  ],
])('%s is one line', (_, work, message) => {
  expect(work).toThrow(UsageError);
  expect(work).toThrow(message);
});

/** Reads my-net.yaml and wide.yaml. */
const content = (name: string) => {
  if (name === 'my-net.yaml') return small;
  if (name === 'wide.yaml') return wide;
  throw new UsageError(`cannot read ${name}`);
};
const study = (rest: string) => `name: nets\nprotocol: held-out\n${rest}\nseeds: 1\n`;

describe('studies', () => {
  test('vary networks and their numbers, and hold the files’ contents', () => {
    const definition = parseStudyFile(
      study(
        'base: { model: my-net.yaml }\nstages:\n  - units: [4, 8]\n  - model: [my-net.yaml, { label: W, model: wide.yaml, dropout: 0 }]',
      ),
      's',
      { content },
    );
    expect(definition.base).toEqual({ model: small });
    expect(definition.plan).toMatchObject({
      stages: [
        { levels: [{ label: '4', settings: { units: 4 } }, { label: '8' }] },
        {
          levels: [
            { label: 'my-net', settings: { model: small } },
            { label: 'W', settings: { model: wide, dropout: 0 } },
          ],
        },
      ],
    });
    expect(definition.space.units).toEqual({
      kind: 'choices',
      values: [4, 8],
      numeric: 'int',
      when: { model: [small, wide] },
    });
  });

  test('a grid leaves a number out where the network does not have it', () => {
    const { space } = parseStudyFile(study('grid: { model: [lenet5, my-net.yaml], units: [4, 8] }'), 's', { content });
    expect(space.units?.when).toEqual({ model: [small] });
  });

  test('draw numbers from ranges', () => {
    const { space } = parseStudyFile(
      study(
        'base: { model: my-net.yaml }\nrandom: { trials: 3, space: { units: { low: 4, high: 64, log: true }, dropout: { low: 0, high: 0.5 } } }',
      ),
      's',
      { content },
    );
    expect(space).toMatchObject({
      units: { kind: 'int', low: 4, high: 64, log: true },
      dropout: { kind: 'float', low: 0, high: 0.5 },
    });
  });

  test('name the places of their files', () => {
    const written = study('base: { model: my-net.yaml }\ngrid: { model: ["wide.yaml", lenet5] }');
    const files = studyFileNetworks(written, 's', { content });
    expect(files.map(({ content: value, range: [start, end] }) => [value, written.slice(start, end)])).toEqual([
      [small, 'my-net.yaml'],
      [wide, '"wide.yaml"'],
    ]);
  });

  test.each([
    ['base: { model: my-nte.yaml }\ngrid: { epochs: [1, 2] }', 's:3:16: cannot read my-nte.yaml'],
    [
      'base: { model: my-net.yaml, unit: 4 }\ngrid: { epochs: [1, 2] }',
      's:3:29: unknown key "unit" in base; did you mean units?',
    ],
    [
      'base: { model: my-net.yaml, units: 4.5 }\ngrid: { epochs: [1, 2] }',
      's:3:36: base.units: expected an integer from 0 to 1000000, got 4.5',
    ],
    [
      'base: { units: 4 }\ngrid: { model: [my-net.yaml, wide.yaml] }',
      's:3:16: unknown hyperparameter units: model lenet5 names no numbers',
    ],
    [
      'base: { model: my-net.yaml }\ngrid: { dropout: [0, 1] }',
      's:4:22: network my-net:8:19: layer drop1, whose input is 8: dropout: p: expected a number from 0 to below 1, got 1',
    ],
    ['base: { model: my-net.yaml }\ngrid: { units: [4, many] }', 's:4:20: '],
  ])('%s', (rest, message) => {
    const read = () => parseStudyFile(study(rest), 's', { content });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

describe('recipes', () => {
  const recipe = parseRecipeFile('name: r\nsentence: S\nsettings: { model: my-net.yaml, units: 4, epochs: 2 }', 'r', {
    content,
  });

  test('hold a network’s content and numbers', () => {
    expect(recipe.settings).toEqual({ model: small, units: 4, epochs: 2 });
    const { hyperparameters, given } = overRecipe(recipe, { values: completeHyperparameters({}), given: new Set() });
    expect(hyperparameters).toMatchObject({ model: small.replace('units: 8', 'units: 4'), epochs: 2 });
    expect([...given]).toEqual(['model', 'epochs']);
  });

  test('and their numbers fall away under another network', () => {
    const own = { values: completeHyperparameters({ model: 'lenet5' }), given: new Set(['model'] as const) };
    expect(overRecipe(recipe, own).hyperparameters.model).toBe('lenet5');
    expect(() => overRecipe(recipe, { ...own, numbers: { units: 3 } })).toThrow('model lenet5 names no numbers');
  });
});
