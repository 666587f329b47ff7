/** Every schedule against its source. */
import { expect, test } from 'vitest';
import { completeValues } from '../base/hyperparameter.ts';
import { constantRate } from './schedules/constant.ts';
import { cosineRate } from './schedules/cosine.ts';
import { lecun1998Rate } from './schedules/lecun1998.ts';
import { aboutSchedule, type Schedule, scheduleKinds } from './schedules.ts';

const factors = (schedule: Schedule, epochs: number) =>
  Array.from({ length: epochs }, (_, epoch) => aboutSchedule(schedule).factor({ epoch, epochs }));

test('lecun1998 gives the paper’s rates for 20 passes', () => {
  const paper = [0.0005, 0.0005, 0.0002, 0.0002, 0.0002, 0.0001, 0.0001, 0.0001, 0.00005, 0.00005, 0.00005, 0.00005];
  const rates = factors(lecun1998Rate(), 20).map((factor) => 0.0005 * factor);
  for (const [epoch, rate] of [...paper, ...new Array<number>(8).fill(0.00001)].entries())
    expect(rates[epoch]).toBeCloseTo(rate, 12);
  expect(aboutSchedule(lecun1998Rate()).factor({ epoch: 1000, epochs: 20 })).toBe(0.02);
});

test('cosine gives the factors of CosineAnnealingLR', () => {
  for (const epochs of [1, 2, 7, 20, 1000]) {
    for (const [epoch, factor] of factors(cosineRate(), epochs).entries()) {
      expect(Math.abs(factor - (1 + Math.cos((Math.PI * epoch) / epochs)) / 2)).toBeLessThan(1e-15);
    }
  }
});

test('constant gives the factor 1', () => expect(factors(constantRate(), 3)).toEqual([1, 1, 1]));

test.each(Object.entries(scheduleKinds))(
  '%s declares correctly whether its factors depend on the number of epochs',
  (_, kind) => {
    const schedule = kind.make(completeValues(kind.hyperparameters, {}));
    const first = (epochs: number) => factors(schedule, epochs).slice(0, 5);
    const differs = JSON.stringify(first(6)) !== JSON.stringify(first(30));
    expect(differs).toBe(kind.dependsOnEpochs);
  },
);
