/** The model card: front matter as the Hub reads it, and every number with its seeds and its protocol. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { mnistInput } from '../tasks/lenet/model-input.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { type CardFacts, modelCard } from './model-card.ts';

const facts: CardFacts = {
  model: modelByName('lenet5'),
  input: mnistInput,
  data: { name: 'mnist', hash: '8d6e669bb02f'.padEnd(64, '0') },
  results: [
    {
      split: 'test',
      seeds: [
        { seed: 3, accuracy: 0.99 },
        { seed: 4, accuracy: 0.992 },
      ],
      interval: [0.985, 0.997],
      protocol: 'Nothing was selected on these images.',
    },
  ],
  settings: [
    ['optimizer', 'adam'],
    ['epochs', '10'],
  ],
  arithmetic: 'strict',
  selection: ['Protocol held-out: ...'],
  version: '0.1.0',
};

function parts(card: string): { readonly matter: Record<string, unknown>; readonly body: string } {
  const [, matter = '', body = ''] = /^---\n([\s\S]*?)\n---\n\n([\s\S]*)$/.exec(card) ?? [];
  return { matter: parse(matter), body };
}

test('the front matter is a model-index of the Hub', () => {
  expect(parts(modelCard(facts)).matter).toEqual({
    library_name: 'lenet-lab',
    pipeline_tag: 'image-classification',
    tags: ['image-classification', 'lenet-lab', 'onnx'],
    datasets: ['mnist'],
    metrics: ['accuracy'],
    'model-index': [
      {
        name: 'lenet5-mnist',
        results: [
          {
            task: { type: 'image-classification' },
            dataset: { name: 'mnist', type: 'mnist', split: 'test' },
            metrics: [{ type: 'accuracy', value: 0.991, name: 'mean of 2 seeds' }],
          },
        ],
      },
    ],
  });
});

test('the body says seeds, interval, protocol, input and settings', () => {
  const { body } = parts(modelCard(facts));
  for (const text of [
    '# lenet5 for mnist',
    '44,426 parameters that tells 10 classes apart',
    '99.1 % on the test set (mean of 2 seeds, 95 % interval of the mean 98.5 to 99.7 %). Nothing was selected on these images.',
    '| 3 | 99 % |',
    '| 4 | 99.2 % |',
    'Protocol held-out',
    'Float32 \\[N, 1, 28, 28\\], pixels from 0 to 1, light on dark.',
    'Data: mnist, SHA-256 8d6e669bb02f.',
    '- optimizer: adam',
  ]) {
    expect(body).toContain(text);
  }
});

test('the same bits on every machine are promised of strict arithmetic alone', () => {
  expect(modelCard(facts)).toContain('give the same bits on every machine.');
  expect(modelCard({ ...facts, arithmetic: 'fused' })).not.toContain('bits on every machine.');
});

test('one seed is called one seed, and names of classes and data cannot break out', () => {
  const hostile = 'a\n---\n# b: [x](y) <script>';
  const { matter, body } = parts(
    modelCard({
      ...facts,
      input: { ...mnistInput, classNames: [hostile, 'b'] },
      data: { name: hostile, hash: 'a'.repeat(64) },
      results: [{ split: 'validation', seeds: [{ seed: 7, accuracy: 0.5 }], protocol: 'Held out.' }],
    }),
  );
  expect(matter.datasets).toEqual([hostile.replaceAll('\n', '\\n')]);
  expect(body).toContain(
    '50 % on the held-out part of the training set (seed 7). Held out. One seed says nothing about others.',
  );
  expect(body).not.toMatch(/^---|^# b|(?<!\\)<script>/m);
});
