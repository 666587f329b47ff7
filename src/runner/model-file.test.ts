/** The network of a model file, from our metadata or other software's, and folders that are not run folders. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { writeSafetensors } from '../base/safetensors.ts';
import type { StateDict } from '../base/tensor.ts';
import { initialWeights } from '../nn/initialize.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { readWeights } from '../tasks/lenet/saved-model.ts';
import { loadModel } from './model-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lenet-model-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lenet5 = modelByName('lenet5');
const weights = initialWeights(lenet5, randomStream(1, 'test'));
const ours = { model: 'lenet5', hyperparameters: '{"model":"lenet5"}', dataHash: 'd', initHash: '', version: '0.1.0' };
let files = 0;

function saved(tensors: StateDict, metadata: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, writeSafetensors(tensors, metadata));
  return path;
}

describe('metadata', () => {
  test.each([
    ['none', {}],
    ['PyTorch’s', { format: 'pt' }],
    ['of a network we do not know', { format: 'pt', model: 'resnet50' }],
    ['hyperparameters that are no JSON', { hyperparameters: 'lr=0.1', model: 'lenet5' }],
    ['hyperparameters of another program', { hyperparameters: '{"batchSize":"many","lr":0.1}' }],
  ])('of other software is ignored: %s', (_, metadata) => {
    const found = loadModel(saved(weights, metadata));
    expect([found.model.name, found.notes]).toEqual(['lenet5', []]);
    expect(found.weights).toEqual(weights);
  });

  test('of other software may name one of our networks', () => {
    const model = modelByName('lenet5-1998');
    expect(loadModel(saved(initialWeights(model, randomStream(1, 'test')), { model: 'lenet5-1998' })).model.name).toBe(
      'lenet5-1998',
    );
  });

  test('of our own files is checked', () => {
    expect(loadModel(saved(weights, ours)).weights).toEqual(weights);
    const load = (change: Readonly<Record<string, string>>) => () => loadModel(saved(weights, { ...ours, ...change }));
    expect(load({ model: 'resnet50' })).toThrow('holds a network "resnet50", which this version does not know');
    expect(load({ hyperparameters: 'lr' })).toThrow('its hyperparameters cannot be read');
    expect(load({ model: 'lenet5-1998' })).toThrow('needs');
  });

  test('of our own files must name the network whose weights are wanted', () => {
    const bytes = writeSafetensors(weights, { ...ours, model: 'lenet5-1998' });
    expect(() => readWeights(lenet5, bytes, 'f')).toThrow('f holds a lenet5-1998, not a lenet5');
    expect(readWeights(lenet5, writeSafetensors(weights, { model: 'resnet' }), 'f').weights).toEqual(weights);
  });
});

test('our checkpoints are read as models, without a note on the optimizer state', () => {
  const state = [...weights].map(([name, tensor]) => [`optimizer.exp_avg.${name}`, tensor] as const);
  const found = loadModel(saved(new Map([...weights, ...state]), { ...ours, recordFormat: '2' }));
  expect([found.weights, found.notes]).toEqual([weights, []]);
});

test('for a folder that is not a run folder the error says which path to give instead', () => {
  const study = join(folder, 'study');
  const models = join(folder, 'models');
  for (const path of [study, models]) mkdirSync(path);
  writeFileSync(join(study, 'study.journal'), '');
  writeFileSync(join(models, 'best.safetensors'), '');
  expect(() => loadModel(study)).toThrow(WorldError);
  expect(() => loadModel(study)).toThrow('is a study folder; name one of its trials');
  expect(() => loadModel(models)).toThrow(`name a file in it: ${join(models, 'best.safetensors')}`);
});
