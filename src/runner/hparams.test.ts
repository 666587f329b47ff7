import { describe, expect, test } from 'vitest';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { networkValue } from '../tasks/lenet/networks.ts';
import { experimentOf, sessionOf } from './hparams.ts';

const origin = { data: { folder: null, hash: 'a'.repeat(64) }, init: null };
const session = (settings: object) =>
  sessionOf({ ...origin, hyperparameters: completeHyperparameters({ ...settings }) });

describe('a session', () => {
  test('has the settings that always count, and those that differ from their defaults', () => {
    expect(session({ batchSize: 32, l2: 0.001, shuffle: false }).hyperparameters).toEqual({
      model: 'lenet5',
      optimizer: 'adam',
      learningRate: 0.0003,
      batchSize: 32,
      l2: 0.001,
      epochs: 10,
      shuffle: false,
    });
  });

  test('is in one group with those that differ in their seed alone', () => {
    const { group } = session({ seed: 1 });
    expect(session({ seed: 2 })).toEqual({ ...session({ seed: 1 }), group });
    expect(session({ seed: 1, batchSize: 64 }).group).not.toBe(group);
  });
});

test('the network of a file has its name, and its numbers beside', () => {
  const text = 'name: n\nparameters: { units: 8 }\nlayers: [Flatten, Linear: { out_features: { units } }, Linear]\n';
  const found = session({ model: networkValue('my-net', text) });
  expect(found.hyperparameters).toMatchObject({ model: 'my-net', units: 8 });
  expect(session({ model: networkValue('my-net', `# mine\n${text}`) }).group).toBe(found.group);
  const definition = { name: 'nets' } as never;
  expect(experimentOf(definition, new Set(['model', 'units'])).hyperparameters).toMatchObject([
    { name: 'model', type: 'text' },
    { name: 'units', type: 'number', description: '{units} of the network file' },
  ]);
});

test('an experiment lists what a study varies', () => {
  const definition = { name: 'post', protocol: 'held-out' } as never;
  const { name, hyperparameters, metrics } = experimentOf(definition, new Set(['optimizer', 'batchSize', 'shuffle']));
  expect(name).toBe('post');
  expect(Object.fromEntries(hyperparameters.map((each) => [each.name, each.type]))).toEqual({
    optimizer: 'text',
    batchSize: 'number',
    shuffle: 'flag',
  });
  expect(metrics[0]).toEqual({ tag: 'validation/acc', set: 'validation' });
});
