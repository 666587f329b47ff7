/** The learning rates of LeNet-5's paper. */
import { completeSchedule, type ScheduleKind, type WarmUp, type WarmUpOptions } from './schedule.ts';

/** The plain data of the schedule `lecun1998`. */
export interface Lecun1998Rate extends WarmUp {
  readonly name: 'lecun1998';
}

/**
 * With a learning rate of 0.0005: 0.0005 for two epochs, 0.0002 for three, 0.0001 for three, 0.00005 for four, 0.00001
 * from then on.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998,
 * section III.B.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function lecun1998Rate(options: WarmUpOptions = {}): Lecun1998Rate {
  return { name: 'lecun1998', ...completeSchedule('lecun1998Rate()', {}, options) };
}

/** [epochs, factor], one after the other. */
const stages: readonly (readonly [epochs: number, factor: number])[] = [
  [2, 1],
  [3, 0.4],
  [3, 0.2],
  [4, 0.1],
];
const afterwards = 0.02;

export const lecun1998RateKind: ScheduleKind<Lecun1998Rate, Record<never, never>> = {
  summary: 'times 1 (2 epochs), 0.4 (3), 0.2 (3), 0.1 (4), then 0.02',
  hyperparameters: {},
  make: ({ warmUp, warmUpFrom }) => lecun1998Rate({ warmUp, warmUpFrom }),
  remake: ({ name: _, ...options }) => lecun1998Rate(options),
  describe: ({ name }) => name,
  factor(_, { epoch }) {
    let end = 0;
    for (const [epochs, factor] of stages) {
      end += epochs;
      if (epoch < end) return factor;
    }
    return afterwards;
  },
  dependsOnEpochs: false,
};
