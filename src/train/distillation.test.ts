import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { flatten } from '../nn/flatten.ts';
import { initialWeights } from '../nn/initialize.ts';
import { leakyRelu } from '../nn/leaky-relu.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { type Model, sequential } from '../nn/model.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { relu } from '../nn/relu.ts';
import { completeDistillation, type Distillation } from './distillation.ts';
import { type FitOptions, fit } from './fit.ts';
import type { RecipeSettings } from './recipe.ts';

const network = (name: string, size: number, classes: number) =>
  sequential(name, [1, size, size], { flat: flatten(), fc: linear(size * size, classes) });
const teacher = (model: Model) => ({ model, weights: initialWeights(model, randomStream(1, 'init')) });
const student = network('student', 3, 4);
const fitting = teacher(network('teacher', 3, 4));

test('temperature 2 and teachers alone are the defaults', () => {
  expect(completeDistillation({ teachers: [fitting] }, student)).toEqual({
    teachers: [fitting],
    temperature: 2,
    weight: 1,
  });
});

test.each<[object, string]>([
  [{ teachers: [] }, 'distill.teachers: expected a list of one or more { model, weights }'],
  [{ teachers: [fitting], temperature: -1 }, 'distill.temperature: expected a'],
  [{ teachers: [fitting], weight: 2 }, 'distill.weight: expected a number from 0 to 1, got 2'],
  [{ teachers: [fitting], weigth: 1 }, 'Did you mean weight?'],
  [
    { teachers: [fitting, { ...teacher(network('other', 3, 5)), name: 'five.safetensors' }] },
    'teacher five.safetensors knows 5 classes, model student has 4',
  ],
  [
    { teachers: [teacher(network('large', 4, 4))] },
    'teacher distill.teachers[0] expects images [1, 4, 4], model student [1, 3, 3]',
  ],
  [{ teachers: [{ model: student, weights: new Map() }] }, 'model student needs a tensor fc.weight'],
])('%o is refused', (given, message) => {
  expect(() => completeDistillation(given as Distillation, student)).toThrow(message);
});

/** 40 images of pixels around 0. */
const random = randomStream(2, 'images');
const train = {
  name: 'noise',
  images: Float32Array.from({ length: 40 * 9 }, () => 2 * random.uniform() - 1),
  labels: Uint8Array.from({ length: 40 }, (_, i) => i % 4),
  shape: [1, 3, 3] as const,
  classes: 4,
};

async function taught(recipe: Partial<RecipeSettings>, distill: FitOptions['distill']) {
  const initial = teacher(student).weights;
  const settings = { model: student, optimizer: sgd({ learningRate: 0.5 }), batchSize: 8, epochs: 1, ...recipe };
  for await (const event of fit(settings, { train, initial, distill, evaluateTrain: false }))
    if (event.type === 'epoch' && event.epoch === 1) return event.weights;
  throw new Error('the run has not ended');
}

test('class weights do not change the part of the teachers', async () => {
  const distill = {
    teachers: [{ ...fitting, weights: initialWeights(student, randomStream(3, 'init')) }],
    weight: 0.5,
  };
  const equal = crossEntropy({ classWeights: [4, 4, 4, 4] });
  expect(await taught({ loss: equal }, distill)).toEqual(await taught({}, distill));
});

test('teachers see the images, whatever the first layer of the network does', async () => {
  const layers = { flat: flatten(), fc: linear(9, 4) };
  const teachers = [{ ...fitting, weights: initialWeights(student, randomStream(3, 'init')) }];
  const [one, other] = await Promise.all(
    [relu(), leakyRelu(0)].map((first) =>
      taught({ model: sequential('student', [1, 3, 3], { first, ...layers }) }, { teachers }),
    ),
  );
  for (const [name, { data }] of one!)
    for (const [i, value] of data.entries()) expect(other!.get(name)!.data[i], `${name} ${i}`).toBeCloseTo(value, 6);
});
