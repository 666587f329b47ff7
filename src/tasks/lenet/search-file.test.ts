/** Study files with a search: what they declare, and one line for each mistake. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plannedLevels } from '../../study/strategies.ts';
import { completeSettings } from './configuration.ts';
import { parseStudyFile } from './study-file.ts';

const file = (search: string, more = '') => `name: s
protocol: held-out
base: { epochs: 9 }
${more}search:
${search
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;
const parse = (search: string, more?: string) => parseStudyFile(file(search, more), 's.yaml');
const rate = 'space: { learningRate: { low: 1e-4, high: 1e-1, log: true } }';

test('a space is enough', () => {
  const { plan, space, seeds } = parse(rate);
  expect(plan).toEqual({
    kind: 'search',
    sampler: 'tpe',
    trainings: 120,
    earlyStopping: 'none',
    confirm: 5,
    parallel: 4,
    seed: 1,
  });
  expect(space).toEqual({ learningRate: { kind: 'float', low: 1e-4, high: 1e-1, log: true } });
  expect(seeds).toEqual([1, 2, 3]);
});

test('every key is kept, and a budget may be in epochs or hours', () => {
  const all = parse(`${rate}
epochs: 900
sampler: random
earlyStopping: halving
finalists: 8
confirm: 3
parallel: 2
seed: 7
resolve: 0.2`);
  expect(all.plan).toEqual({
    kind: 'search',
    sampler: 'random',
    epochs: 900,
    earlyStopping: 'halving',
    finalists: 8,
    confirm: 3,
    parallel: 2,
    seed: 7,
    resolve: 0.2,
  });
  expect(parse(`${rate}\nhours: 0.5`).plan).toMatchObject({ hours: 0.5 });
  expect(parse(`${rate}\nhours: 0.5`).plan).not.toHaveProperty('trainings');
});

test('hyperparameters that count under others are conditional, and a level may set several', () => {
  const { space } = parse(`space:
  optimizer: [adam, adamw, { label: nesterov, optimizer: sgd, nesterov: true }]
  momentum: { low: 0.5, high: 0.99 }
  weightDecay: { low: 1e-3, high: 1, log: true }
  batchSize: { low: 32, high: 128, step: 32 }`);
  expect(space.optimizer).toEqual({
    kind: 'choices',
    values: ['adam', 'adamw', 'nesterov'],
    settings: [{ optimizer: 'adam' }, { optimizer: 'adamw' }, { optimizer: 'sgd', nesterov: true }],
  });
  expect(space.momentum).toMatchObject({ when: { optimizer: ['sgd'] } });
  expect(space.weightDecay?.when?.optimizer).toContain('adamw');
  expect(space.batchSize).toEqual({ kind: 'int', low: 32, high: 128, step: 32 });
});

describe('a mistake has one line with its place', () => {
  test.each<[string, string, string?]>([
    ['trainings: 120', 's.yaml:5:3: search.space is missing'],
    ['space: {}', 's.yaml:5:10: space is empty: at least one hyperparameter is needed'],
    [
      'space: { learningRate: { low: 1e-1, high: 1e-4 } }',
      's.yaml:5:26: the range of learningRate is empty: low 0.1 is not below high 0.0001',
    ],
    [`${rate}\ntrainings: 0`, 'search.trainings'],
    [`${rate}\ntrainings: 5`, 'a budget of 5 trainings is too small: a search needs 6 trainings or more'],
    [
      `${rate}\ntrainings: 20\nfinalists: 15`,
      '15 finalists are more than the 14 settings that a budget of 20 trainings tries',
    ],
    [
      `${rate}\ntrainings: 60\nfinalists: 16`,
      '16 finalists need 30 trainings in the finals, a budget of 60 trainings leaves 18',
    ],
    [`${rate}\ntrainings: 60\nhours: 1`, 's.yaml:7:3: the budget is given in trainings and in hours: keep one'],
    [`${rate}\nconfirm: 1`, 'search.confirm'],
    [`${rate}\nsampler: bayes`, 's.yaml:6:12: search.sampler: allowed are tpe, random, got "bayes"'],
    [`${rate}\nparalel: 3`, 'unknown key "paralel" in search; did you mean parallel?'],
    [`${rate}\ncolour: red`, 'allowed are space, trainings, epochs, hours, sampler, earlyStopping, finalists,'],
    [
      'space: { epochs: { low: 3, high: 9 } }\nearlyStopping: halving',
      'epochs cannot be searched with early stopping or a budget in epochs',
    ],
    [
      'space: { optimizer: [adam, { label: a, optimizer: sgd, momentum: 0.5 }], momentum: [0.9] }',
      'momentum is set by optimizer and by momentum: a setting has one value',
    ],
    [
      rate,
      'seeds: a search trains its finalists with as many seeds as the budget allows',
      'seeds: { atLeast: 3, atMost: 9, resolve: 0.1 }\n',
    ],
    [rate, 'search takes seeds up to 1000', 'seeds: [1001]\n'],
    [rate, 'grid and search are given, a study has one of them', 'grid: { batchSize: [32, 64] }\n'],
    [rate, 'compare: a search has no order of levels to compare', 'compare: previous\n'],
  ])('%s', (search, message, more) => {
    expect(() => parse(search, more)).toThrow(message);
    try {
      parse(search, more);
    } catch (error) {
      expect((error as Error).message).toMatch(/^s\.yaml:\d+:\d+: [^\n]*$/);
    }
  });

  test('a budget in epochs that pays for too many trainings', () => {
    const long = file(`${rate}\nepochs: 1000000`).replace('epochs: 9', 'epochs: 99');
    expect(() => parseStudyFile(long, 's.yaml')).toThrow(
      'the search has a budget of 10,101 trainings, at most 10,000 are allowed; give less',
    );
    expect(() => parseStudyFile(long.replace('epochs: 99', 'epochs: 100'), 's.yaml')).not.toThrow();
  });

  test('trainings too short for early stopping', () => {
    const short = file(`${rate}\nearlyStopping: halving`).replace('epochs: 9', 'epochs: 2');
    expect(() => parseStudyFile(short, 's.yaml')).toThrow('early stopping needs trainings of 3 epochs or more');
  });
});

test('the settings that are checked before the start fit each other, where a value needs another of the space', () => {
  const shipped = readFileSync(new URL('../../../studies/search.yaml', import.meta.url), 'utf8');
  const definition = parseStudyFile(shipped, 'search.yaml');
  const levels = plannedLevels(definition)[0]!;
  const complete = levels.map(({ settings }) => completeSettings({ ...definition.base, ...settings }));
  // Nesterov needs a momentum, which the base has not.
  expect(complete.filter(({ nesterov }) => nesterov).map(({ momentum }) => momentum)).toEqual([0.5]);
  expect(new Set(complete.map(({ weightDecay }) => weightDecay))).toEqual(new Set([0, 1e-3, 1]));
});
