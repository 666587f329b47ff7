import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { flatten } from '../nn/flatten.ts';
import { initialWeights } from '../nn/initialize.ts';
import { linear } from '../nn/linear.ts';
import { type Model, sequential } from '../nn/model.ts';
import { completeDistillation, type Distillation } from './distillation.ts';

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
