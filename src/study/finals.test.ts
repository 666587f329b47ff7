/** The finals of a search: rounds, drops, and what is asked for. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { type Finals, followFinals } from './finals.ts';
import type { Trial } from './trial.ts';

const finalistsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `${index}`, configuration: {}, settings: {} }));

/** Plays the finals to their end. @param score of a finalist with a seed; undefined: the training fails. */
function play(
  count: number,
  budget: number,
  score: (finalist: number, seed: number) => number | undefined,
  {
    known = [1],
    paused = [],
    resolve = 1e-9,
  }: { readonly known?: readonly number[]; readonly paused?: readonly number[]; readonly resolve?: number } = {},
): { steps: Finals[]; trained: number; last: Finals } {
  const trials = new Map<string, Trial>();
  const train = (key: string, seed: number) => {
    const value = score(Number(key), seed);
    const common = { number: trials.size, configuration: {}, seed, curve: [] };
    trials.set(
      `${key}/${seed}`,
      value === undefined ? { ...common, state: 'failed' } : { ...common, state: 'complete', score: value },
    );
  };
  for (const { key } of finalistsOf(count)) for (const seed of known) train(key, seed);
  const before = trials.size;
  const steps: Finals[] = [];
  for (;;) {
    const state = followFinals({
      finalists: finalistsOf(count),
      known,
      paused,
      seed: (index) => index + 2,
      budget,
      objective: 'score',
      resolve,
      history: { find: (key, seed) => trials.get(`${key}/${seed}`) },
    });
    steps.push(state);
    if (state.finished) return { steps, trained: trials.size - before, last: state };
    for (const { key, seed } of state.pending) train(key, seed);
  }
}

/** Uniform noise of -0.1 to 0.1. */
const noise = (finalist: number, seed: number) => randomStream(seed, 'noise', finalist).uniform() / 5 - 0.1;

test('sixteen finalists have rounds of 16, 8, 4 and 2, and the last gets what is left', () => {
  const { last, trained } = play(16, 36, (finalist, seed) => -finalist / 100 + 60 * noise(finalist, seed));
  expect(last.rounds.map(({ finalists, seeds }) => [finalists.length, seeds.length])).toEqual([
    [16, 1],
    [8, 1],
    [4, 1],
    [2, 4],
  ]);
  expect(trained).toBe(36);
  // One known seed and seven new ones.
  expect(last.seeds).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(last.ranking).toHaveLength(16);
});

test('the best is ranked first, and those who were dropped later before those who were dropped earlier', () => {
  const { last } = play(4, 12, (finalist) => -finalist);
  expect(last.ranking).toEqual([0, 1, 2, 3]);
  expect(last.dropped.map((drop) => drop?.round)).toEqual([undefined, 1, 0, 0]);
});

describe('from the third seed on', () => {
  test('a paired t test drops a finalist early, and its trainings go to the others', () => {
    // 30 trainings: rounds of four with two new seeds each, then two.
    const { last } = play(
      4,
      30,
      (finalist, seed) => (finalist === 1 ? -5 : 0) - finalist + seed + noise(finalist, seed),
    );
    expect(last.dropped.some((drop) => drop?.by === 'test')).toBe(true);
    expect(last.ranking[0]).toBe(0);
  });

  test('finals end when the difference is known well enough', () => {
    const score = (finalist: number, seed: number) => seed + noise(finalist, seed) / 100;
    expect(play(4, 40, score, { resolve: 0.1 }).last.dropped).toContainEqual({ round: 0, by: 'resolved' });
  });
});

test('the first round finishes paused trainings, which cost nothing, and leaves as many as can be trained again', () => {
  const { last, trained } = play(16, 11, (finalist) => -finalist, { known: [], paused: [1] });
  expect(last.rounds.map(({ finalists, seeds, resumed }) => [finalists.length, seeds, resumed])).toEqual([
    [16, [1], true],
    [6, [2], false],
    [3, [3], false],
  ]);
  expect(trained).toBe(16 + 9);
  expect(last.dropped.filter((drop) => drop?.round === 0).map((drop) => drop?.by)).toEqual([
    ...['budget', 'budget'],
    ...Array.from({ length: 8 }, () => 'half'),
  ]);
});

test('a finalist whose training fails is out, and is not ranked', () => {
  const { last } = play(3, 12, (finalist, seed) => (finalist === 0 && seed === 2 ? undefined : -finalist));
  expect(last.dropped[0]).toEqual({ round: 0, by: 'failed' });
  expect(last.ranking).toEqual([1, 2]);
});

test('where all fail nobody is ranked', () => {
  const { last } = play(2, 4, (_, seed) => (seed > 1 ? undefined : 0));
  expect([last.finished, last.ranking]).toEqual([true, []]);
});
