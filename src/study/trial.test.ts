/** Trials and the table that finds them. */
import { expect, test } from 'vitest';
import {
  completeTrials,
  configurationKey,
  isBetter,
  isComplete,
  scoreOf,
  secondsOf,
  type Trial,
  TrialTable,
} from './trial.ts';

const trial = (number: number, more: Partial<Trial> = {}): Trial => ({
  number,
  configuration: { a: 1 },
  seed: 1,
  state: 'complete',
  score: number,
  curve: [],
  ...more,
});

test('a trial is complete if it has ended with a score', () => {
  const trials = [
    trial(0),
    undefined,
    trial(1, { state: 'running' }),
    trial(2, { state: 'failed' }),
    trial(3, { state: 'pruned' }),
    trial(4, { score: undefined }),
    trial(5, { score: 0 }),
  ];
  expect(trials.map(isComplete)).toEqual([true, false, false, false, false, false, true]);
  expect(completeTrials(trials).map(({ number }) => number)).toEqual([0, 5]);
});

test('seconds include training and evaluation if they are known', () => {
  const seconds = { train: 2, evaluate: 0.5 };
  const curve = [
    { epoch: 0, score: 1, seconds },
    { epoch: 1, score: 1 },
    { epoch: 2, score: 1, seconds },
  ];
  expect(secondsOf({ curve })).toBe(5);
  expect(secondsOf({ curve: [] })).toBe(0);
});

test('scores are accuracies in percent or losses; isBetter follows the objective', () => {
  const metrics = { loss: 0.25, accuracy: 0.5 };
  expect([scoreOf(metrics, 'accuracy'), scoreOf(metrics, 'loss')]).toEqual([50, 0.25]);
  expect(scoreOf({ ...metrics, balancedAccuracy: 0.75 }, 'balanced-accuracy')).toBe(75);
  expect(scoreOf(metrics, 'balanced-accuracy')).toBeUndefined();
  for (const objective of ['accuracy', 'score'] as const)
    expect([isBetter(2, 1, objective), isBetter(1, 2, objective), isBetter(1, 1, objective)]).toEqual([
      true,
      false,
      false,
    ]);
  expect([isBetter(2, 1, 'loss'), isBetter(1, 2, 'loss'), isBetter(1, 1, 'loss')]).toEqual([false, true, false]);
});

test('a key sorts the settings by name', () => {
  expect(configurationKey({ b: 1, a: null })).toBe('{"a":null,"b":1}');
  expect(configurationKey({})).toBe('{}');
});

test('of several trials of one configuration and seed the last number counts, in any order', () => {
  // A default of 7 is left out.
  const canonical = ({ size, ...rest }: Trial['configuration']) => (size === 7 ? rest : { ...rest, size: size ?? 0 });
  for (const numbers of [
    [1, 2, 3],
    [3, 1, 2],
    [2, 3, 1],
  ]) {
    const table = new TrialTable(
      { canonical, complete: canonical },
      numbers.map((number) => trial(number, { configuration: { size: 7 } })),
    );
    expect([table.size, table.find('{}', 1)?.number, table.find('{}', 2)]).toEqual([1, 3, undefined]);
    // The same number once more: what is known of a running trial grows.
    table.set(trial(3, { configuration: { size: 7 }, score: 50 }));
    expect([...table].map(({ score }) => score)).toEqual([50]);
    table.delete({ configuration: {}, seed: 1 });
    expect(table.size).toBe(1);
    table.delete({ configuration: { size: 7 }, seed: 1 });
    expect(table.size).toBe(0);
  }
});

test('the canonical settings of a configuration are computed once', () => {
  let calls = 0;
  const canonical = (settings: Trial['configuration']) => {
    calls++;
    return settings;
  };
  const table = new TrialTable({ canonical, complete: (settings) => settings });
  expect([table.keyOf({ a: 1 }), table.keyOf({ a: 1 }), table.keyOf({ a: 2 })]).toEqual([
    '{"a":1}',
    '{"a":1}',
    '{"a":2}',
  ]);
  expect(calls).toBe(2);
});
