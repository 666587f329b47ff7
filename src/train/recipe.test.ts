/** Recipes: defaults, and values at and beyond the allowed limits. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { augmentation } from '../data/augmentations.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { maximumAPosteriori } from '../nn/losses/maximum-a-posteriori.ts';
import { sequential } from '../nn/model.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { sdlm } from '../nn/optimizers/sdlm.ts';
import { rbf } from '../nn/rbf.ts';
import { constantRate } from '../nn/schedules/constant.ts';
import { completeEvaluation, completeRecipe, type RecipeSettings } from './recipe.ts';
import { batchParts, evaluationParts } from './session.ts';

const softmax = sequential('s', [1, 2, 2], { flat: flatten(), fc: linear(4, 2) });
const distances = sequential('d', [1, 2, 2], {
  flat: flatten(),
  out: rbf([
    [1, 0, 0, 1],
    [0, 1, 1, 0],
  ]),
});
const given: RecipeSettings = { model: softmax, optimizer: adam() };

test('settings that are left out have their defaults', () => {
  expect(completeRecipe(given)).toEqual({
    ...given,
    loss: crossEntropy(),
    schedule: constantRate(),
    augmentation: augmentation(),
    clipNorm: 0,
    ema: 0,
    freeze: [],
    batchSize: 128,
    epochs: 10,
    seed: 1,
    shuffle: true,
    arithmetic: 'strict',
  });
  expect(completeEvaluation({ model: softmax })).toEqual({
    model: softmax,
    loss: crossEntropy(),
    arithmetic: 'strict',
  });
});

test.each<Partial<RecipeSettings>>([
  { batchSize: 1 },
  { batchSize: Number.MAX_SAFE_INTEGER },
  { epochs: 0 },
  { epochs: 1_000_000 },
  { seed: 0 },
  { seed: Number.MAX_SAFE_INTEGER },
  { shuffle: false },
  { arithmetic: 'fused' },
  { model: distances, loss: maximumAPosteriori() },
  { model: distances, optimizer: sdlm() },
  { optimizer: sdlm() },
])('%j, at the limit, is allowed and kept', (settings) => {
  expect(completeRecipe({ ...given, ...settings })).toMatchObject(settings);
});

describe('refused', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ batchSize: 0 }, 'batchSize: expected an integer of at least 1, got 0'],
    [{ batchSize: 2 ** 53 }, 'batchSize: expected an integer from 1 to 9007199254740991, got 9007199254740992'],
    [{ epochs: -1 }, 'epochs: expected an integer from 0 to 1000000, got -1'],
    [{ epochs: 1_000_001 }, 'epochs: expected an integer from 0 to 1000000, got 1000001'],
    [{ seed: -1 }, 'seed: expected an integer of at least 0, got -1'],
    [{ shuffle: 1 }, 'shuffle: expected true or false, got 1'],
    [{ arithmetic: 'fast' }, 'arithmetic'],
    [{ optimizer: 'adam' }, 'optimizer: expected the object that a constructor makes (sgd, adam'],
    [{ optimizer: { name: 'adam2' } }, 'got one named "adam2"'],
    [{ loss: { name: 7 } }, 'loss: expected the object that a constructor makes'],
    [{ schedule: 'cosine' }, 'schedule: expected the object that a constructor makes (constant, cosine'],
    [{ model: 'lenet5' }, 'model: expected a model, as sequential() makes it'],
    [{ model: undefined }, 'model: expected a model, as sequential() makes it'],
    [
      { loss: crossEntropy({ classWeights: [1, 2, 3] }) },
      'classWeights: model s has 2 classes, so it needs as many weights, got 3',
    ],
    [
      { loss: crossEntropy({ classWeights: [1, 2] }), optimizer: sdlm() },
      'optimizer sdlm needs second derivatives, which loss cross-entropy with class weights does not give for this output',
    ],
    [{ loss: maximumAPosteriori() }, 'loss map is for an rbf output only, the last layer of model s is no rbf'],
  ])('%j', (settings, message) => {
    const wrong = { ...given, ...settings } as RecipeSettings;
    expect(() => completeRecipe(wrong)).toThrow(UsageError);
    expect(() => completeRecipe(wrong)).toThrow(message);
  });
});

test('the number of useful threads: one per chunk of 16 images, at most 16 per batch', () => {
  expect([1, 16, 17, 240, 241, 256, 257, 10_000].map(batchParts)).toEqual([1, 1, 2, 15, 16, 16, 16, 16]);
  expect([0, 1, 16, 17, 10_000].map(evaluationParts)).toEqual([0, 1, 1, 2, 625]);
});

test('a recipe is plain data: JSON and structuredClone keep it unchanged', () => {
  const recipe = completeRecipe({ model: distances, optimizer: adam(), loss: maximumAPosteriori() });
  expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  expect(structuredClone(recipe)).toEqual(recipe);
});
