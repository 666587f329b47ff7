/** The learning rate falls on a straight line, step by step. */
import type { HyperparameterTable } from '../../base/hyperparameter.ts';
import type { FallingOptions } from './cosine.ts';
import { completeSchedule, finalRate, finalText, type ScheduleKind, type WarmUp } from './schedule.ts';

/** The plain data of the schedule `linear`. */
export interface LinearRate extends WarmUp {
  readonly name: 'linear';
  readonly finalRate: number;
}

const hyperparameters = { finalRate } as const satisfies HyperparameterTable;

/**
 * learningRate · (1 - (1 - finalRate) · v), v the share of the steps after the warm-up that are done:
 * torch.optim.lr_scheduler.LinearLR from 1 to finalRate, stepped after every step.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function linearRate(options: FallingOptions = {}): LinearRate {
  return { name: 'linear', ...completeSchedule('linearRate()', hyperparameters, options) };
}

export const linearRateKind: ScheduleKind<LinearRate, typeof hyperparameters> = {
  summary: 'falls on a straight line',
  hyperparameters,
  make: ({ warmUp, warmUpFrom, finalRate }) => linearRate({ warmUp, warmUpFrom, finalRate }),
  remake: ({ name: _, ...options }) => linearRate(options),
  describe: ({ name, finalRate }) => `${name}${finalText(finalRate)}`,
  factor: ({ finalRate }, { done, steps }) => finalRate + (1 - finalRate) * ((steps - done) / steps),
  dependsOnEpochs: true,
};
