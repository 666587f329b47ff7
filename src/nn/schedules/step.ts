/** The learning rate drops by a factor every few epochs. */
import { type HyperparameterTable, integer, number } from '../../base/hyperparameter.ts';
import { power } from '../../base/power.ts';
import { completeSchedule, type ScheduleKind, type WarmUp, type WarmUpOptions } from './schedule.ts';

/** The plain data of the schedule `step`. */
export interface StepRate extends WarmUp {
  readonly name: 'step';
  readonly dropEvery: number;
  readonly dropFactor: number;
}

const hyperparameters = {
  dropEvery: integer(5, 1, 1_000_000, 'Epochs after which the learning rate drops, again and again'),
  dropFactor: number(0.1, { least: 0, most: 1, above: true }, 'By what the learning rate is multiplied then'),
} as const satisfies HyperparameterTable;

/** Options of {@link stepRate}. */
export interface StepOptions extends WarmUpOptions {
  /** Epochs between two drops, 1 to 1,000,000. Default 5. */
  readonly dropEvery?: number | undefined;
  /** By what the learning rate is multiplied, above 0 and up to 1. Default 0.1. */
  readonly dropFactor?: number | undefined;
}

/**
 * learningRate · dropFactor^floor(epoch / dropEvery) in the epoch after `epoch` others:
 * torch.optim.lr_scheduler.StepLR, stepped after every epoch.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function stepRate(options: StepOptions = {}): StepRate {
  return { name: 'step', ...completeSchedule('stepRate()', hyperparameters, options) };
}

export const stepRateKind: ScheduleKind<StepRate, typeof hyperparameters> = {
  summary: 'drops by a factor every few epochs',
  hyperparameters,
  make: ({ warmUp, warmUpFrom, dropEvery, dropFactor }) => stepRate({ warmUp, warmUpFrom, dropEvery, dropFactor }),
  remake: ({ name: _, ...options }) => stepRate(options),
  describe: ({ name, dropEvery, dropFactor }) => `${name}, times ${dropFactor} every ${dropEvery} epochs`,
  factor: ({ dropEvery, dropFactor }, { epoch }) => power(dropFactor, Math.floor(epoch / dropEvery)),
  dependsOnEpochs: false,
};
