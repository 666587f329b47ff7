/**
 * All schedules: the table of their kinds. A schedule says how the learning rate changes from step to step.
 * To add one, write its file and add it to the table; the compiler says what is missing.
 */
import type { MadeBy } from '../base/kinds.ts';
import { constantRateKind } from './schedules/constant.ts';
import { cosineRateKind } from './schedules/cosine.ts';
import { cosineByEpochsRateKind } from './schedules/cosine-by-epochs.ts';
import { lecun1998RateKind } from './schedules/lecun1998.ts';
import { linearRateKind } from './schedules/linear.ts';
import { oneCycleRateKind } from './schedules/one-cycle.ts';
import type { Position, ScheduleKind } from './schedules/schedule.ts';
import { stepRateKind } from './schedules/step.ts';

const kinds = {
  constant: constantRateKind,
  cosine: cosineRateKind,
  linear: linearRateKind,
  'one-cycle': oneCycleRateKind,
  step: stepRateKind,
  'cosine-by-epochs': cosineByEpochsRateKind,
  lecun1998: lecun1998RateKind,
} as const;

/** A schedule as plain data, as `constantRate()`, `cosineRate()` and the other constructors make it. */
export type Schedule = MadeBy<typeof kinds>;
export type ScheduleName = Schedule['name'];

/** The kinds by the names of their schedules. */
export const scheduleKinds = kinds satisfies { readonly [S in Schedule as S['name']]: ScheduleKind<S> };
export const scheduleNames = Object.keys(scheduleKinds) as ScheduleName[];

/** Whether the rates depend on the planned number of epochs. A longer run then differs from its first steps on. */
export function dependsOnEpochs({ name, warmUp }: { readonly name: ScheduleName; readonly warmUp: number }): boolean {
  return scheduleKinds[name].dependsOnEpochs || warmUp > 0;
}

/** The kind of a schedule with the schedule filled in. */
export function aboutSchedule(schedule: Schedule) {
  const kind: Omit<ScheduleKind<never>, 'make'> = scheduleKinds[schedule.name];
  const self = schedule as never;
  const { warmUp, warmUpFrom } = schedule;
  return {
    dependsOnEpochs: dependsOnEpochs(schedule),
    /** Name and options, for instance `linear, warm-up 0.1 from 0.04`. */
    describe: (): string => `${kind.describe(self)}${warmUp > 0 ? `, warm-up ${warmUp} from ${warmUpFrom}` : ''}`,
    /**
     * The factor of the learning rate in a step. During the warm-up it rises from `warmUpFrom` on a straight line,
     * times the schedule's factor.
     */
    factor({ step, steps, epoch, epochs }: Position): number {
      const warm = warmUp * steps;
      const done = step < warm ? 0 : step - warm;
      const factor = kind.factor(self, { done, steps: steps - warm, epoch, epochs });
      return step < warm ? factor * (warmUpFrom + (1 - warmUpFrom) * (step / warm)) : factor;
    },
  };
}
