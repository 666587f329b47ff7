/** The learning rate falls along half a cosine, from its first value towards 0 at the end of the run. */
import type { ScheduleKind } from './schedule.ts';

/** The plain data of the schedule `cosine`. */
export interface CosineRate {
  readonly name: 'cosine';
}

/**
 * learningRate · (1 + cos(π · epoch / epochs)) / 2 in the epoch after `epoch` others:
 * torch.optim.lr_scheduler.CosineAnnealingLR with T_max = epochs, stepped after every epoch. Source: Loshchilov and
 * Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, equation 5, without restarts.
 */
export function cosineRate(): CosineRate {
  return { name: 'cosine' };
}

export const cosineRateKind: ScheduleKind<CosineRate, Record<never, never>> = {
  summary: 'falls along half a cosine towards 0',
  hyperparameters: {},
  make: cosineRate,
  remake: cosineRate,
  describe: ({ name }) => name,
  // (1 + cos 2x) / 2 = cos² x.
  factor: (_, { epoch, epochs }) => (epoch < epochs ? square(cosine(((Math.PI / 2) * epoch) / epochs)) : 0),
  dependsOnEpochs: true,
};

/** cos x for 0 <= x <= π/2 to 1e-16, from its power series. */
function cosine(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 2; k <= 24; k += 2) {
    term *= -(x * x) / (k * (k - 1));
    sum += term;
  }
  return sum;
}

function square(x: number): number {
  return x * x;
}
