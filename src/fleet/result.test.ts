import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Of } from '../disk/sha256.ts';
import { digestOfResult, mostResultText, parseResult, type WorkResult } from './result.ts';

const model = sha256Of('model');
const predictions = sha256Of('predictions');
const result: WorkResult = {
  points: [
    { epoch: 0, score: 10, selection: { loss: 2.3, accuracy: 0.1 }, seconds: { train: 0, evaluate: 0.5 } },
    { epoch: 1, score: 97.5, selection: { loss: 0.1, accuracy: 0.975 }, seconds: { train: 2, evaluate: 0.5 } },
  ],
  end: { state: 'finished', wrong: 'AAEC' },
  files: { config: '{}', model, predictions },
};

test('a result is read as it was sent', () => {
  expect(parseResult(JSON.stringify(result), digestOfResult(result), 'worker a')).toEqual(result);
});

test('times and the text of config.json do not change the digest; every number of the training does', () => {
  const digest = digestOfResult(result);
  const [first, last] = result.points;
  const slower = [first!, { ...last!, seconds: { train: 9, evaluate: 9 } }];
  expect(digestOfResult({ ...result, points: slower, files: { ...result.files!, config: 'other' } })).toBe(digest);
  const others: WorkResult[] = [
    { ...result, points: [first!] },
    { ...result, points: [first!, { ...last!, score: 97.50000000000001 }] },
    { ...result, points: [first!, { ...last!, selection: { loss: 0.1, accuracy: 0.976 } }] },
    { ...result, end: { state: 'finished', wrong: 'AAED' } },
    { ...result, end: { state: 'paused' } },
    { ...result, files: { ...result.files!, model: predictions } },
    { ...result, files: undefined },
  ];
  expect(new Set([digest, ...others.map(digestOfResult)]).size).toBe(others.length + 1);
});

test.each([
  ['a longer text than allowed', ' '.repeat(mostResultText + 1), 'characters'],
  ['what is no JSON', '{', 'expected object'],
  ['an accuracy above 1', JSON.stringify(withSelection({ loss: 0, accuracy: 1.5 })), 'Too big'],
  ['a loss that is a text', JSON.stringify(withSelection({ loss: '0', accuracy: 1 })), 'expected number'],
  ['further fields', JSON.stringify({ ...result, more: 1 }), 'Unrecognized key'],
  ['epochs out of order', JSON.stringify({ ...result, points: [...result.points].reverse() }), 'out of order'],
])('%s is refused with the name of the worker', (_, text, why) => {
  expect(() => parseResult(text, digestOfResult(result), 'worker a')).toThrow(
    expect.objectContaining({ name: 'WorldError', message: expect.stringContaining(why) }),
  );
  expect(() => parseResult(text, digestOfResult(result), 'worker a')).toThrow(
    'the result of worker a is not acceptable',
  );
});

function withSelection(selection: unknown): unknown {
  return { ...result, points: [{ epoch: 0, score: 1, selection }] };
}

test('a result with another digest than the worker says is refused', () => {
  expect(() => parseResult(JSON.stringify(result), sha256Of('other'), 'worker a')).toThrow('digest');
});

test('whatever JSON a worker sends, it is a result or a refusal in words', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(() => parseResult(text, '', 'worker a')).toThrow(expect.objectContaining({ name: 'WorldError' }));
    }),
  );
});
