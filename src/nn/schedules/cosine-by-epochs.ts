/** The learning rate falls along half a cosine towards 0, in one stair an epoch. */
import { halfCosine } from './half-cosine.ts';
import { completeSchedule, type ScheduleKind, type WarmUp, type WarmUpOptions } from './schedule.ts';

/** The plain data of the schedule `cosine-by-epochs`. */
export interface CosineByEpochsRate extends WarmUp {
  readonly name: 'cosine-by-epochs';
}

/**
 * learningRate · (1 + cos(π · epoch / epochs)) / 2 in the epoch after `epoch` others:
 * torch.optim.lr_scheduler.CosineAnnealingLR with T_max = epochs, stepped after every epoch. Source: Loshchilov and
 * Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, equation 5, without restarts.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function cosineByEpochsRate(options: WarmUpOptions = {}): CosineByEpochsRate {
  return { name: 'cosine-by-epochs', ...completeSchedule('cosineByEpochsRate()', {}, options) };
}

export const cosineByEpochsRateKind: ScheduleKind<CosineByEpochsRate, Record<never, never>> = {
  summary: 'the cosine in one stair an epoch',
  hyperparameters: {},
  make: ({ warmUp, warmUpFrom }) => cosineByEpochsRate({ warmUp, warmUpFrom }),
  remake: ({ name: _, ...options }) => cosineByEpochsRate(options),
  describe: ({ name }) => name,
  factor: (_, { epoch, epochs }) => halfCosine(epoch, epochs),
  dependsOnEpochs: true,
};
