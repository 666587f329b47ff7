/** Hyperparameters become the recipe that they describe, and the table of them keeps its order. */
import { expect, test } from 'vitest';
import { cosineRate } from '../../nn/schedules/cosine.ts';
import { completeHyperparameters, hyperparameterNames, hyperparameters, type Row } from './hyperparameters.ts';
import { recipeOf } from './recipe.ts';

test('hyperparameters keep the order in which files record them', () => {
  expect(hyperparameterNames.join(' ')).toBe(
    'model optimizer learningRate schedule warmUp warmUpFrom finalRate peakAt startRate dropEvery dropFactor batchSize l2 decayBiases weightDecay momentum nesterov biasCorrection beta1 beta2 eps lionBeta2 mu loss labelSmoothing mapConstant ' +
      'activation pooling poolActivation output connections inputSize initialization normalization epochs seed shuffle trainLimit testLimit arithmetic',
  );
});

test('the condition of a hyperparameter follows from the kinds that read it', () => {
  const rows: Readonly<Record<string, Row>> = hyperparameters;
  const when = (name: string) => rows[name]!.when;
  expect(when('momentum')).toEqual({ optimizer: ['sgd'] });
  expect(when('biasCorrection')).toEqual({ optimizer: ['adam', 'adabelief'] });
  expect(when('weightDecay')).toEqual({ optimizer: ['adamw', 'lion'] });
  expect(when('beta2')).toEqual({ optimizer: ['adam', 'adamw', 'nadam', 'adabelief'] });
  expect(when('mapConstant')).toEqual({ loss: ['map', 'published'] });
  expect(when('learningRate')).toBeUndefined();
  expect(rows.biasCorrection!.sentence).toBe('Correct the moments for their start at zero (adam, adabelief)');
  expect(rows.momentum!.sentence).toBe('Memory of past gradients (sgd only)');
});

test('the recipe has every setting', () => {
  const chosen = {
    optimizer: 'sgd',
    learningRate: 0.1,
    l2: 0.01,
    decayBiases: false,
    momentum: 0.9,
    nesterov: true,
    schedule: 'cosine',
    batchSize: 32,
    epochs: 7,
    seed: 5,
    shuffle: false,
    arithmetic: 'fused',
    initialization: 'lecun',
    labelSmoothing: 0.1,
  };
  const { model, ...recipe } = recipeOf(completeHyperparameters(chosen));
  expect(recipe).toEqual({
    loss: { name: 'cross-entropy', labelSmoothing: 0.1 },
    optimizer: { name: 'sgd', learningRate: 0.1, l2: 0.01, decayBiases: false, momentum: 0.9, nesterov: true },
    schedule: cosineRate(),
    batchSize: 32,
    epochs: 7,
    seed: 5,
    shuffle: false,
    arithmetic: 'fused',
  });
  expect([model.name, model.initialization]).toEqual(['lenet5', 'lecun']);
});

test('the published loss depends on the output', () => {
  const lossOf = (settings: object) => recipeOf(completeHyperparameters(settings)).loss;
  expect(lossOf({ model: 'lenet5-1998', mapConstant: 2 })).toEqual({ name: 'map', j: 2 });
  expect(lossOf({ model: 'lenet5-1998', output: 'softmax' })).toEqual({ name: 'cross-entropy', labelSmoothing: 0 });
  expect(() => lossOf({ mapConstant: 2 })).toThrow('mapConstant 2 is for loss map only, the loss is cross-entropy');
  expect(() => lossOf({ loss: 'mse' })).toThrow(
    'loss mse is for an rbf output only, the output of this lenet5 is softmax',
  );
});
