/** Hyperparameters become the recipe that they describe, and the table of them keeps its order. */
import { describe, expect, test } from 'vitest';
import { augmentation } from '../../data/augmentations.ts';
import { cosineRate } from '../../nn/schedules/cosine.ts';
import { completeHyperparameters, hyperparameterNames, hyperparameters, type Row } from './hyperparameters.ts';
import { mnistInput } from './model-input.ts';
import { type DataFacts, factsOf, recipeOf } from './recipe.ts';

test('hyperparameters keep the order in which files record them', () => {
  expect(hyperparameterNames.join(' ')).toBe(
    'model optimizer learningRate schedule warmUp warmUpFrom finalRate peakAt startRate dropEvery dropFactor batchSize l2 decayBiases weightDecay momentum nesterov biasCorrection beta1 beta2 eps lionBeta2 mu loss labelSmoothing classWeights mapConstant ' +
      'activation pooling poolActivation output connections inputSize initialization normalization flip scale shear rotation shift elastic elasticSigma erase eraseLeast eraseMost clipNorm ema freeze epochs seed shuffle trainLimit testLimit arithmetic',
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
    rotation: 12,
    clipNorm: 1,
    ema: 0.99,
    freeze: 'conv1, fc1',
  };
  const { model, ...recipe } = recipeOf(completeHyperparameters(chosen));
  expect(recipe).toEqual({
    loss: { name: 'cross-entropy', labelSmoothing: 0.1 },
    optimizer: { name: 'sgd', learningRate: 0.1, l2: 0.01, decayBiases: false, momentum: 0.9, nesterov: true },
    schedule: cosineRate(),
    augmentation: augmentation({ rotation: 12 }),
    clipNorm: 1,
    ema: 0.99,
    freeze: ['conv1', 'fc1'],
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

describe('class weights', () => {
  const lossOf = (settings: object, facts?: DataFacts) => recipeOf(completeHyperparameters(settings), facts).loss;
  const facts: DataFacts = { ...mnistInput, classNames: ['a', 'b', 'c'], classCounts: [50, 30, 20] };

  test('are given for each class, or balanced by the training images', () => {
    expect(lossOf({ classWeights: '1,2,0.5' }, facts)).toMatchObject({ classWeights: [1, 2, 0.5] });
    // scikit-learn's compute_class_weight('balanced', ...)
    expect(lossOf({ classWeights: 'balanced' }, facts)).toMatchObject({
      classWeights: [0.6666666666666666, 1.1111111111111112, 1.6666666666666667],
    });
    expect(lossOf({ classWeights: 'none' }, facts)).toEqual({ name: 'cross-entropy', labelSmoothing: 0 });
  });

  test('must be as many as there are classes, once these are known', () => {
    expect(lossOf({ classWeights: '1,2' })).toMatchObject({ classWeights: [1, 2] });
    expect(() => lossOf({ classWeights: '1,2' }, facts)).toThrow('model lenet5 has 3 classes');
  });

  test('are for cross-entropy only, and not for second derivatives', () => {
    expect(() => lossOf({ model: 'lenet5-1998', classWeights: 'balanced' })).toThrow(
      'classWeights balanced is for loss cross-entropy only, the loss is map',
    );
    const online = { model: 'lenet5-1998', output: 'softmax', optimizer: 'sdlm', classWeights: '1,1,2' };
    expect(() => lossOf(online)).toThrow('with class weights does not give for this output');
  });
});

test('the facts of a training set are those that the hyperparameters ask for', () => {
  const train = {
    name: 'few',
    images: Uint8Array.from([0, 255, 255, 255, 0, 0]),
    labels: Uint8Array.from([1, 1, 0]),
    shape: [1, 1, 2] as const,
    classes: 3,
  };
  const usual = { shape: [1, 1, 2], classNames: ['0', '1', '2'], normalization: null };
  expect(factsOf({ normalization: 'none', classWeights: 'none' }, train)).toEqual(usual);
  expect(factsOf({ normalization: 'standard', classWeights: 'balanced' }, train)).toEqual({
    ...usual,
    normalization: { mean: [0.5], deviation: [0.5] },
    classCounts: [1, 2, 0],
  });
});
