/** Which settings train the same network. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import type { Settings } from '../../study/definition.ts';
import { canonicalSettings, completeSettings, lenetSettings } from './configuration.ts';
import { hyperparameterNames, hyperparameters } from './hyperparameters.ts';
import { published, variantChoices } from './lenet5-1998.ts';
import { recipeOf } from './recipe.ts';

const old = { model: 'lenet5-1998' } as const;

test('AdamW without weight decay is the same as Adam, with weight decay it is not', () => {
  const adam = canonicalSettings({ optimizer: 'adam' });
  expect(canonicalSettings({ optimizer: 'adamw' })).toEqual(adam);
  expect(canonicalSettings({ optimizer: 'adamw', weightDecay: 0.1 })).toEqual({ optimizer: 'adamw', weightDecay: 0.1 });
});

describe('whySame gives the reason why two settings are the same', () => {
  const why = 'AdamW with weight decay 0 is Adam';
  test.each<[Settings, Settings, string | undefined]>([
    [{ optimizer: 'adam' }, { optimizer: 'adamw' }, why],
    [{ optimizer: 'adamw' }, {}, why],
    [{ optimizer: 'adamw', l2: 0.1 }, { optimizer: 'adamw', l2: 0.1 }, undefined],
    [{ batchSize: 128 }, {}, undefined],
  ])('%j and %j', (a, b, expected) => {
    expect(canonicalSettings(a)).toEqual(canonicalSettings(b));
    expect(lenetSettings.whySame(a, b)).toBe(expected);
  });
});

describe('defaults are left out of canonical settings', () => {
  // The seed is not part of a configuration: a study varies it for every configuration.
  const plain = hyperparameterNames.filter((name) => name !== 'seed');
  test.each(plain)('%s', (name) => {
    expect(canonicalSettings({ [name]: hyperparameters[name].default })).toEqual({});
  });

  test('with any seed', () => expect(canonicalSettings({ batchSize: 128, optimizer: 'adam', seed: 9 })).toEqual({}));
});

/** Pairs of settings that train different networks: before and after a change. */
const changes: [Settings, Settings][] = [
  [{}, { ...old }],
  [{}, { learningRate: 0.002 }],
  [{}, { batchSize: 64 }],
  [{}, { l2: 1e-4 }],
  [{}, { epochs: 11 }],
  [{}, { shuffle: false }],
  [{}, { trainLimit: 100 }],
  [{}, { testLimit: 100 }],
  [{}, { arithmetic: 'fused' }],
  [old, { ...old, loss: 'mse' }],
  ...['cosine', 'linear', 'one-cycle', 'step', 'cosine-by-epochs', 'lecun1998'].map(
    (schedule): [Settings, Settings] => [{}, { schedule }],
  ),
  [{}, { warmUp: 0.1 }],
  [{ warmUp: 0.1 }, { warmUpFrom: 0.1, warmUp: 0.1 }],
  [{ schedule: 'linear' }, { schedule: 'linear', finalRate: 0.1 }],
  [{}, { rotation: 10 }],
  [{}, { clipNorm: 1 }],
  [{}, { ema: 0.9 }],
  [{}, { flip: 'horizontal' }],
  [{ elastic: 1 }, { elastic: 1, elasticSigma: 3 }],
  [{ erase: 0.5 }, { erase: 0.5, eraseMost: 8 }],
  [{}, { beta1: 0.8 }],
  [{}, { beta2: 0.99 }],
  [{}, { eps: 1e-6 }],
  [{}, { labelSmoothing: 0.1 }],
  [{ optimizer: 'lion' }, { optimizer: 'lion', lionBeta2: 0.9 }],
  ...['sgd', 'nadam', 'adabelief', 'lion'].map((optimizer): [Settings, Settings] => [{}, { optimizer }]),
  [{ optimizer: 'sgd' }, { optimizer: 'sgd', momentum: 0.5 }],
  [
    { optimizer: 'sgd', momentum: 0.5 },
    { optimizer: 'sgd', momentum: 0.5, nesterov: true },
  ],
  ...['lecun', 'lecun1998', 'torch'].map((initialization): [Settings, Settings] => [{}, { initialization }]),
  ...Object.entries(variantChoices).flatMap(([name, [, ...others]]) =>
    others.map((other): [Settings, Settings] => [old, { ...old, [name]: other }]),
  ),
];

test.each(changes)('%j and %j are different configurations, and the changed settings are kept', (before, after) => {
  expect(canonicalSettings(after)).not.toEqual(canonicalSettings(before));
  for (const [name, value] of Object.entries(after)) expect(canonicalSettings(after)[name]).toBe(value);
  expect(canonicalSettings(canonicalSettings(after))).toEqual(canonicalSettings(after));
  // Canonical settings are in the order of the table, for any order of the given settings.
  const backwards = Object.fromEntries(Object.entries(after).reverse());
  expect(JSON.stringify(canonicalSettings(backwards))).toBe(JSON.stringify(canonicalSettings(after)));
});

test('the start of a warm-up counts only with a warm-up', () => {
  expect(canonicalSettings({ warmUpFrom: 0.5 })).toEqual({});
});

test('sizes of an augmentation count only where it happens', () => {
  expect(canonicalSettings({ elasticSigma: 2, eraseLeast: 2, eraseMost: 3 })).toEqual({});
});

test('whether biases decay counts only where something decays', () => {
  expect(canonicalSettings({ decayBiases: false })).toEqual({});
  expect(canonicalSettings({ optimizer: 'adamw', decayBiases: false })).toEqual({});
  for (const decay of [{ l2: 0.1 }, { optimizer: 'adamw', weightDecay: 0.1 }])
    expect(canonicalSettings({ ...decay, decayBiases: false })).toEqual({ ...decay, decayBiases: false });
});

describe('defaults of the published network', () => {
  test.each(Object.entries(published))('%s %s is the same as published', (name, value) => {
    expect(canonicalSettings({ ...old, [name]: value })).toEqual(old);
    expect(recipeOf(completeSettings({ ...old, [name]: value }))).toEqual(recipeOf(completeSettings(old)));
  });

  test.each([
    ['lenet5', 'glorot', 'lecun1998'],
    ['lenet5-1998', 'lecun1998', 'glorot'],
  ])('%s has the initialization %s by default', (model, own, other) => {
    expect(canonicalSettings({ model, initialization: own })).toEqual(canonicalSettings({ model }));
    expect(canonicalSettings({ model, initialization: other }).initialization).toBe(other);
    expect(recipeOf(completeSettings({ model, initialization: own }))).toEqual(recipeOf(completeSettings({ model })));
  });

  test.each<[Settings, Settings]>([
    [{ loss: 'cross-entropy' }, {}],
    [{ ...old, loss: 'map' }, old],
    [
      { ...old, output: 'softmax', loss: 'cross-entropy' },
      { ...old, output: 'softmax' },
    ],
  ])('%j names the default loss of the network', (written, plain) => {
    expect(canonicalSettings(written)).toEqual(canonicalSettings(plain));
  });

  test('a cross-entropy of distances keeps its own hyperparameters', () => {
    const smoothed = { ...old, loss: 'cross-entropy', labelSmoothing: 0.1 };
    const weighed = { ...old, loss: 'cross-entropy', classWeights: 'balanced' };
    for (const settings of [smoothed, weighed]) expect(canonicalSettings(settings)).toEqual(settings);
  });

  test('the default loss is map for an rbf output and cross-entropy for others', () => {
    const loss = (settings: Settings) => recipeOf(completeSettings(settings)).loss.name;
    expect([loss({}), loss(old), loss({ ...old, output: 'softmax' })]).toEqual([
      'cross-entropy',
      'map',
      'cross-entropy',
    ]);
    expect(loss({ ...old, loss: 'mse' })).toBe('mse');
  });
});

describe('settings that would be ignored are refused', () => {
  test.each<[Settings, string]>([
    [{ momentum: 0.9 }, 'momentum 0.9 is for optimizer sgd only, the optimizer is adam'],
    [
      { optimizer: 'adam', weightDecay: 0.1 },
      'weightDecay 0.1 is for optimizer adamw and lion only, the optimizer is adam',
    ],
    [{ activation: 'relu' }, 'activation relu is for model lenet5-1998 only, the model is lenet5'],
    [{ inputSize: '32x32' }, 'inputSize 32x32 is for model lenet5-1998 only, the model is lenet5'],
    [{ loss: 'map' }, 'loss map is for an rbf output only, the output of this lenet5 is softmax'],
    [{ ...old, output: 'softmax', loss: 'mse' }, 'loss mse is for an rbf output only, the output of this lenet5-1998'],
    [{ rate: 1 }, 'unknown hyperparameter rate'],
    [{ batchSize: 0 }, 'batchSize'],
    [{ schedule: 'plateau' }, 'schedule'],
    [
      { finalRate: 0.1 },
      'finalRate 0.1 is for schedule cosine and linear and one-cycle only, the schedule is constant',
    ],
  ])('%j', (settings, message) => {
    for (const check of [canonicalSettings, completeSettings]) {
      expect(() => check(settings)).toThrow(UsageError);
      expect(() => check(settings)).toThrow(message);
    }
  });
});

test('settings are completed with the defaults of the table, in its order', () => {
  const complete = completeSettings({ epochs: 3 });
  expect(Object.keys(complete)).toEqual(hyperparameterNames);
  expect(complete).toMatchObject({ model: 'lenet5', optimizer: 'adam', learningRate: 3e-4, batchSize: 128, epochs: 3 });
});
