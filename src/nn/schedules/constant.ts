/** The learning rate stays as it is. */
import { completeSchedule, type ScheduleKind, type WarmUp, type WarmUpOptions } from './schedule.ts';

/** The plain data of the schedule `constant`. */
export interface ConstantRate extends WarmUp {
  readonly name: 'constant';
}

/** The same learning rate in every step after the warm-up. @throws UsageError for values out of range, and for unknown options. */
export function constantRate(options: WarmUpOptions = {}): ConstantRate {
  return { name: 'constant', ...completeSchedule('constantRate()', {}, options) };
}

export const constantRateKind: ScheduleKind<ConstantRate, Record<never, never>> = {
  hyperparameters: {},
  make: ({ warmUp, warmUpFrom }) => constantRate({ warmUp, warmUpFrom }),
  remake: ({ name: _, ...options }) => constantRate(options),
  describe: ({ name }) => name,
  factor: () => 1,
  dependsOnEpochs: false,
};
