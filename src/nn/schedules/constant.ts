/** The learning rate stays as it is. */
import type { ScheduleKind } from './schedule.ts';

/** The plain data of the schedule `constant`. */
export interface ConstantRate {
  readonly name: 'constant';
}

/** The same learning rate in every epoch. */
export function constantRate(): ConstantRate {
  return { name: 'constant' };
}

export const constantRateKind: ScheduleKind<ConstantRate, Record<never, never>> = {
  hyperparameters: {},
  make: constantRate,
  remake: constantRate,
  describe: ({ name }) => name,
  factor: () => 1,
  dependsOnEpochs: false,
};
