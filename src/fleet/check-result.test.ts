import { expect, test } from 'vitest';
import { checkResult, type ResultFacts } from './check-result.ts';
import type { WorkResult } from './result.ts';

const facts: ResultFacts = { objective: 'accuracy', evaluated: 10, epochs: 1 };
const order = { number: 7, configuration: {}, seed: 1, threads: 1, again: false };
const seconds = { train: 1, evaluate: 1 };
const point = (epoch: number, accuracy: number) => ({
  epoch,
  score: accuracy * 100,
  selection: { loss: 1, accuracy },
  seconds,
});
/** Images 0 and 9 of ten are wrong. */
const wrong = Buffer.from([1, 2]).toString('base64');
const good: WorkResult = { points: [point(0, 0.1), point(1, 0.8)], end: { state: 'finished', wrong } };

test('a result whose parts fit together is accepted', () => {
  expect(() => checkResult(order, good, facts)).not.toThrow();
  const paused: WorkResult = { points: [point(0, 0.1)], end: { state: 'paused' } };
  expect(() => checkResult({ ...order, until: 0 }, paused, facts)).not.toThrow();
  const failed: WorkResult = { points: [point(0, 0.1)], end: { state: 'failed', message: 'diverged' } };
  expect(() => checkResult(order, failed, facts)).not.toThrow();
});

test.each<[string, WorkResult, string]>([
  ['an epoch is missing', { ...good, points: [point(1, 0.8)] }, 'epoch 0 has the number 1'],
  ['the last epoch is missing', { ...good, points: [point(0, 0.8)] }, 'ends after epoch 0 instead of 1'],
  [
    'the score is another than its metrics say',
    { ...good, points: [point(0, 0.1), { ...point(1, 0.8), score: 81 }] },
    'the score of epoch 1',
  ],
  ['the accuracy is another than its answers', { ...good, points: [point(0, 0.1), point(1, 0.9)] }, 'contradict'],
  ['answers are missing', { ...good, end: { state: 'finished' } }, 'not of 10 images'],
  ['it pauses where no pause was asked for', { ...good, end: { state: 'paused' } }, 'instead of undefined'],
])('a result is refused if %s', (_, result, why) => {
  expect(() => checkResult(order, result, facts)).toThrow(why);
});
