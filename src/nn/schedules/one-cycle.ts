/** The learning rate rises along half a cosine to its value and falls along another. */
import { fraction, type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import type { FallingOptions } from './cosine.ts';
import { halfCosine } from './half-cosine.ts';
import { completeSchedule, finalRate, finalText, type ScheduleKind, startRate, type WarmUp } from './schedule.ts';

/** The plain data of the schedule `one-cycle`. */
export interface OneCycleRate extends WarmUp {
  readonly name: 'one-cycle';
  readonly peakAt: number;
  readonly startRate: number;
  readonly finalRate: number;
}

const hyperparameters = {
  peakAt: number(0.3, { ...fraction, above: true }, 'Share of the steps after which the learning rate is highest'),
  startRate,
  finalRate,
} as const satisfies HyperparameterTable;

/** Options of {@link oneCycleRate}. */
export interface OneCycleOptions extends FallingOptions {
  /** Share of the steps after which the learning rate is highest, above 0 and below 1. Default 0.3. */
  readonly peakAt?: number | undefined;
  /** Share of the learning rate at the start, 0 to 1. Default 0.04. */
  readonly startRate?: number | undefined;
}

/**
 * Rises from startRate · learningRate to the learning rate along half a cosine, over the first `peakAt` of the steps
 * after the warm-up, and falls to finalRate · learningRate along half a cosine over the others:
 * torch.optim.lr_scheduler.OneCycleLR, whose last step is the first one that is not done here. Source: Smith and Topin,
 * "Super-convergence: very fast training of neural networks using large learning rates", 2018.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function oneCycleRate(options: OneCycleOptions = {}): OneCycleRate {
  return { name: 'one-cycle', ...completeSchedule('oneCycleRate()', hyperparameters, options) };
}

export const oneCycleRateKind: ScheduleKind<OneCycleRate, typeof hyperparameters> = {
  summary: 'rises and falls along half a cosine each',
  hyperparameters,
  make: ({ warmUp, warmUpFrom, peakAt, startRate, finalRate }) =>
    oneCycleRate({ warmUp, warmUpFrom, peakAt, startRate, finalRate }),
  remake: ({ name: _, ...options }) => oneCycleRate(options),
  describe: ({ name, peakAt, startRate, finalRate }) =>
    `${name} from ${startRate}, peak at ${peakAt}${finalText(finalRate)}`,
  factor({ peakAt, startRate, finalRate }, { done, steps }) {
    const rise = peakAt * steps;
    return done < rise
      ? 1 - (1 - startRate) * halfCosine(done, rise)
      : finalRate + (1 - finalRate) * halfCosine(done - rise, steps - rise);
  },
  dependsOnEpochs: true,
};
