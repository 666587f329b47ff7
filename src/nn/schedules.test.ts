/** Every schedule against PyTorch or its paper, step by step (test/golden/make_schedules.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { completeValues } from '../base/hyperparameter.ts';
import { constantRate } from './schedules/constant.ts';
import { cosineRate } from './schedules/cosine.ts';
import { cosineByEpochsRate } from './schedules/cosine-by-epochs.ts';
import { lecun1998Rate } from './schedules/lecun1998.ts';
import { linearRate } from './schedules/linear.ts';
import { oneCycleRate } from './schedules/one-cycle.ts';
import { warmUpHyperparameters } from './schedules/schedule.ts';
import { stepRate } from './schedules/step.ts';
import { aboutSchedule, dependsOnEpochs, type Schedule, type ScheduleName, scheduleKinds } from './schedules.ts';

interface Case {
  readonly name: ScheduleName;
  readonly options: Readonly<Record<string, number>>;
  /** One a step. */
  readonly factors: readonly number[];
}

const golden: { readonly epochs: number; readonly batches: number; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../../test/golden/schedules.json', import.meta.url), 'utf8'),
);

const constructors: Readonly<Record<ScheduleName, (options: object) => Schedule>> = {
  constant: constantRate,
  cosine: cosineRate,
  linear: linearRate,
  'one-cycle': oneCycleRate,
  step: stepRate,
  'cosine-by-epochs': cosineByEpochsRate,
  lecun1998: lecun1998Rate,
};

const factors = (schedule: Schedule, epochs: number, batches: number) =>
  Array.from({ length: epochs * batches }, (_, step) =>
    aboutSchedule(schedule).factor({ step, steps: epochs * batches, epoch: Math.floor(step / batches), epochs }),
  );

describe('PyTorch’s factors', () => {
  test.each(golden.cases.map((each) => [`${each.name} ${JSON.stringify(each.options)}`, each] as const))(
    '%s',
    (_, { name, options, factors: expected }) => {
      const found = factors(constructors[name](options), golden.epochs, golden.batches);
      expect(found).toHaveLength(expected.length);
      for (const [step, factor] of expected.entries()) expect(Math.abs(found[step]! - factor)).toBeLessThan(1e-11);
    },
  );

  test('every schedule has cases but lecun1998, and no two of one schedule are alike', () => {
    for (const name of Object.keys(scheduleKinds).filter((each) => each !== 'lecun1998')) {
      const cases = golden.cases.filter((each) => each.name === name);
      expect(cases.length, name).toBeGreaterThan(1);
      expect(new Set(cases.map((each) => JSON.stringify(each.factors))).size, name).toBe(cases.length);
    }
  });
});

test('lecun1998 gives the paper’s rates for 20 passes', () => {
  const paper = [0.0005, 0.0005, 0.0002, 0.0002, 0.0002, 0.0001, 0.0001, 0.0001, 0.00005, 0.00005, 0.00005, 0.00005];
  const rates = factors(lecun1998Rate(), 20, 1).map((factor) => 0.0005 * factor);
  for (const [epoch, rate] of [...paper, ...new Array<number>(8).fill(0.00001)].entries())
    expect(rates[epoch]).toBeCloseTo(rate, 12);
  expect(aboutSchedule(lecun1998Rate()).factor({ step: 1000, steps: 20, epoch: 1000, epochs: 20 })).toBe(0.02);
});

test('the cosines are exact to 1e-15, whatever the length', () => {
  for (const epochs of [1, 2, 7, 20, 1000]) {
    for (const schedule of [cosineRate(), cosineByEpochsRate()]) {
      for (const [epoch, factor] of factors(schedule, epochs, 1).entries())
        expect(Math.abs(factor - (1 + Math.cos((Math.PI * epoch) / epochs)) / 2)).toBeLessThan(1e-15);
    }
  }
});

test('a warm-up that ends within a step has its last step below the rate, and falls from there', () => {
  // 0.3 of 5 steps are 1.5 steps.
  expect(factors(linearRate({ warmUp: 0.3, warmUpFrom: 0.1 }), 1, 5)).toEqual([
    0.1,
    expect.closeTo(0.1 + 0.9 / 1.5, 12),
    expect.closeTo(3 / 3.5, 12),
    expect.closeTo(2 / 3.5, 12),
    expect.closeTo(1 / 3.5, 12),
  ]);
});

test.each(Object.entries(scheduleKinds))(
  '%s says rightly whether its factors depend on the planned length',
  (_, kind) => {
    for (const warmUp of [0, 0.1]) {
      const values = { ...completeValues({ ...warmUpHyperparameters, ...kind.hyperparameters }, { warmUp }) };
      const schedule = kind.make(values as never);
      const first = (epochs: number) => factors(schedule, epochs, 3).slice(0, 15);
      const differs = JSON.stringify(first(6)) !== JSON.stringify(first(30));
      expect(differs).toBe(dependsOnEpochs(schedule));
      expect(differs).toBe(aboutSchedule(schedule).dependsOnEpochs);
    }
  },
);

test('schedules describe themselves', () => {
  const said = [
    constantRate({ warmUp: 0.1 }),
    linearRate({ warmUp: 0.1, warmUpFrom: 0.5 }),
    cosineRate({ finalRate: 0.1 }),
    oneCycleRate(),
    stepRate({ dropFactor: 0.5 }),
  ].map((schedule) => aboutSchedule(schedule).describe());
  expect(said).toEqual([
    'constant, warm-up 0.1 from 0.04',
    'linear, warm-up 0.1 from 0.5',
    'cosine to 0.1',
    'one-cycle from 0.04, peak at 0.3',
    'step, times 0.5 every 5 epochs',
  ]);
});

test.each<[string, () => Schedule]>([
  ['warmUp: expected a number from 0 to 0.9999999', () => constantRate({ warmUp: 1 })],
  ['warmUpFrom: expected a number from 0 to 1, got -1', () => lecun1998Rate({ warmUpFrom: -1 })],
  ['finalRate: expected a number from 0 to 1, got NaN', () => cosineRate({ finalRate: NaN })],
  ['peakAt: expected a number above 0 and up to 0.9999999', () => oneCycleRate({ peakAt: 0 })],
  ['startRate: expected a number from 0 to 1, got 2', () => oneCycleRate({ startRate: 2 })],
  ['dropEvery: expected an integer from 1 to 1000000, got 0.5', () => stepRate({ dropEvery: 0.5 })],
  ['dropFactor: expected a number above 0 and up to 1, got 0', () => stepRate({ dropFactor: 0 })],
  ['cosineByEpochsRate()', () => cosineByEpochsRate({ finalRate: 0 } as object)],
])('refused: %s', (message, make) => {
  expect(make).toThrow(UsageError);
  expect(make).toThrow(message);
});
