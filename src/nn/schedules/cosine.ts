/** The learning rate falls along half a cosine, step by step. */
import type { HyperparameterTable } from '../../base/hyperparameter.ts';
import { halfCosine } from './half-cosine.ts';
import {
  completeSchedule,
  finalRate,
  finalText,
  type ScheduleKind,
  type WarmUp,
  type WarmUpOptions,
} from './schedule.ts';

/** The plain data of the schedule `cosine`. */
export interface CosineRate extends WarmUp {
  readonly name: 'cosine';
  readonly finalRate: number;
}

const hyperparameters = { finalRate } as const satisfies HyperparameterTable;

/** Options of {@link cosineRate} and {@link linearRate}. */
export interface FallingOptions extends WarmUpOptions {
  /** Share of the learning rate at the end, 0 to 1. Default 0. */
  readonly finalRate?: number | undefined;
}

/**
 * learningRate · (finalRate + (1 - finalRate) · (1 + cos(π · v)) / 2), v the share of the steps after the warm-up that
 * are done: torch.optim.lr_scheduler.CosineAnnealingLR, stepped after every step. Source: Loshchilov and Hutter, "SGDR:
 * stochastic gradient descent with warm restarts", ICLR 2017, equation 5, without restarts.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function cosineRate(options: FallingOptions = {}): CosineRate {
  return { name: 'cosine', ...completeSchedule('cosineRate()', hyperparameters, options) };
}

export const cosineRateKind: ScheduleKind<CosineRate, typeof hyperparameters> = {
  summary: 'falls along half a cosine',
  hyperparameters,
  make: ({ warmUp, warmUpFrom, finalRate }) => cosineRate({ warmUp, warmUpFrom, finalRate }),
  remake: ({ name: _, ...options }) => cosineRate(options),
  describe: ({ name, finalRate }) => `${name}${finalText(finalRate)}`,
  factor: ({ finalRate }, { done, steps }) => finalRate + (1 - finalRate) * halfCosine(done, steps),
  dependsOnEpochs: true,
};
