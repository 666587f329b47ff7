import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { maximumAPosteriori } from '../nn/losses/maximum-a-posteriori.ts';
import { mse } from '../nn/losses/mse.ts';
import { sequential } from '../nn/model.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { rbf } from '../nn/rbf.ts';
import { constantRate } from '../nn/schedules/constant.ts';
import { completeEvaluation, completeRecipe, type RecipeSettings } from './recipe.ts';

const model = sequential('tiny', [1, 1, 2], { flat: flatten(), fc: linear(2, 2) });
const distances = sequential('coded', [1, 1, 2], {
  flat: flatten(),
  fc: linear(2, 2),
  out: rbf([
    [1, -1],
    [-1, 1],
  ]),
});
const optimizer = adam();

test('what is left out has the default', () => {
  const recipe = completeRecipe({ model, optimizer });
  expect(recipe).toEqual({
    model,
    loss: crossEntropy(),
    optimizer,
    schedule: constantRate(),
    batchSize: 128,
    epochs: 10,
    seed: 1,
    shuffle: true,
    arithmetic: 'strict',
  });
  expect(completeRecipe(recipe)).toEqual(recipe);
  expect(completeEvaluation({ model })).toEqual({ model, loss: crossEntropy(), arithmetic: 'strict' });
});

test('a recipe is plain data: it survives JSON and the way to a thread', () => {
  const recipe = completeRecipe({ model: distances, optimizer, loss: maximumAPosteriori() });
  expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  expect(structuredClone(recipe)).toEqual(recipe);
});

/** A recipe as a program without types may write it. */
const untyped = (text: string): RecipeSettings => ({ model, optimizer, ...JSON.parse(text) });

test.each<[string, RecipeSettings]>([
  ['model: expected a model, as sequential() makes it', untyped('{ "model": null }')],
  ['optimizer: expected the object that a constructor makes (sgd, adam', untyped('{ "optimizer": "adam" }')],
  ['got one named "lion"', untyped('{ "optimizer": { "name": "lion" } }')],
  [
    'schedule: expected the object that a constructor makes (constant, cosine, lecun1998',
    untyped('{ "schedule": "cosine" }'),
  ],
  [
    'loss: expected the object that a constructor makes (cross-entropy, map, mse',
    untyped('{ "loss": { "name": "hinge" } }'),
  ],
  ['shuffle: expected true or false, got 1', untyped('{ "shuffle": 1 }')],
  ['unknown arithmetic "exact"', untyped('{ "arithmetic": "exact" }')],
  ['batchSize: expected an integer of at least 1, got 0', { model, optimizer, batchSize: 0 }],
  ['epochs: expected an integer from 0 to 1000000, got 1.5', { model, optimizer, epochs: 1.5 }],
  ['seed: expected an integer of at least 0, got -1', { model, optimizer, seed: -1 }],
  ['loss mse is for an rbf output only, the last layer of model tiny is no rbf', { model, optimizer, loss: mse() }],
])('refused: %s', (message, settings) => {
  expect(() => completeRecipe(settings)).toThrow(UsageError);
  expect(() => completeRecipe(settings)).toThrow(message);
});
