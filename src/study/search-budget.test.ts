/** The parts of a search's budget. */
import { describe, expect, test } from 'vitest';
import type { SearchPlan } from './definition.ts';
import { budgetOf, measuredBudget, roundsOf, trainingsOf, withMeasuredBudget } from './search-budget.ts';

const usual: SearchPlan = {
  kind: 'search',
  sampler: 'tpe',
  earlyStopping: 'none',
  confirm: 5,
  parallel: 4,
  seed: 1,
};
const budget = (plan: Partial<SearchPlan>, epochs = 9) => budgetOf({ base: { epochs }, plan: { ...usual, ...plan } });

test('70 % of the trainings search, the rest are for the finals', () => {
  expect(budget({ trainings: 120 })).toEqual({ proposals: 84, finals: 36, finalists: 16, confirmation: 15 });
});

test('a small budget has fewer finalists', () => {
  // 8 + 4 + 2 trainings for 8 finalists; 9 + 5 + 3 + 2 = 19 for 9.
  expect(budget({ trainings: 50 })).toMatchObject({ finals: 15, finalists: 8 });
  expect(roundsOf(16)).toEqual([16, 8, 4, 2]);
  expect(roundsOf(9)).toEqual([9, 5, 3, 2]);
});

test('with early stopping both rungs have the same epochs, and all of it is a third of those without', () => {
  // 345 epochs: 120 for a first epoch of each, 120 for the other eight of 15 finalists, and 105 left.
  expect(budget({ trainings: 120, earlyStopping: 'halving' })).toMatchObject({
    proposals: 120,
    finalists: 15,
    finals: 11,
  });
  // 432 epochs: 30 times five, three times the other forty.
  expect(budget({ trainings: 30, earlyStopping: 'halving' }, 45)).toMatchObject({ proposals: 30, finalists: 3 });
  expect(budget({ trainings: 120, earlyStopping: 'halving', finalists: 16 })).toMatchObject({ finals: 10 });
});

test('a budget in epochs is spent whole', () => {
  expect(budget({ epochs: 1080 })).toMatchObject({ proposals: 84, finals: 36 });
  // 151 first epochs, 18 times eight, and 15 trainings of nine are 430.
  expect(budget({ epochs: 432, earlyStopping: 'halving' })).toMatchObject({
    proposals: 151,
    finalists: 18,
    finals: 15,
  });
});

test('the smallest search with early stopping has two finalists that are trained once again', () => {
  for (const epochs of [3, 4, 9, 100]) {
    expect(budget({ trainings: 6, earlyStopping: 'halving' }, epochs)).toMatchObject({ finalists: 2, finals: 2 });
  }
  expect(() => budget({ epochs: 45, earlyStopping: 'halving' })).toThrow('a budget of 45 epochs is too small');
  expect(() => budget({ epochs: 200, earlyStopping: 'halving', finalists: 30 })).toThrow(
    '30 finalists are more than a budget of 200 epochs trains to their last epoch: ask for at most 14 finalists',
  );
});

test('a budget in epochs pays for a number of trainings, however many epochs it has', () => {
  const trainings = (plan: Partial<SearchPlan>, epochs: number) =>
    trainingsOf({ base: { epochs }, plan: { ...usual, ...plan } });
  expect(trainings({ epochs: 1_000_000 }, 100)).toBe(10_000);
  expect(trainings({ epochs: 432, earlyStopping: 'halving' }, 9)).toBe(166);
  expect(trainings({ trainings: 120 }, 9)).toBe(120);
  expect(trainings({ trainings: 120, earlyStopping: 'halving' }, 9)).toBe(131);
});

describe('a budget that cannot pay', () => {
  test.each([
    [{ trainings: 5 }, 'a budget of 5 trainings is too small: a search needs 6 trainings or more'],
    [
      { trainings: 20, finalists: 15 },
      '15 finalists are more than the 14 settings that a budget of 20 trainings tries',
    ],
    [
      { trainings: 60, finalists: 16 },
      '16 finalists need 30 trainings in the finals, a budget of 60 trainings leaves 18: ask for at most 8 finalists, or give a larger budget',
    ],
  ])('%o is refused in one line', (plan, message) => {
    expect(() => budget(plan)).toThrow(message);
  });

  test('the smallest budget works', () => {
    expect(budget({ trainings: 6 })).toMatchObject({ proposals: 4, finals: 2, finalists: 2 });
  });
});

describe('a budget in hours', () => {
  const definition = {
    name: 's',
    objective: 'accuracy',
    base: { epochs: 9 },
    plan: { ...usual, hours: 1 },
    space: {},
    seeds: [1],
  } as const;

  test('is not known until the base was trained, and is then a number of trainings', () => {
    expect(budgetOf(definition)).toBeUndefined();
    const measured = measuredBudget(definition, 30);
    expect(measured.plan).toEqual({ ...usual, hours: 1, trainings: 120 });
    expect(withMeasuredBudget(definition, measured)).toEqual(measured);
    expect(withMeasuredBudget({ ...definition, plan: { ...usual, hours: 2 } }, measured).plan).not.toHaveProperty(
      'trainings',
    );
  });

  test('pays for more settings where they stop early', () => {
    const plan: SearchPlan = { ...usual, hours: 1, trainings: 40, earlyStopping: 'halving' };
    expect(budgetOf({ base: { epochs: 9 }, plan })).toMatchObject({ proposals: 126, finals: 12 });
  });

  test('is refused where it is too small', () => {
    expect(() => measuredBudget(definition, 1000)).toThrow(
      'search.hours: 1 hours are 3 trainings on this machine: a budget of 3 trainings is too small: a search needs 6 trainings or more',
    );
  });
});
