/**
 * All schedules: the table of their kinds. A schedule says how the learning rate changes from epoch to epoch.
 * To add one, write its file and add it to the table; the compiler says what is missing.
 */
import type { MadeBy } from '../base/kinds.ts';
import { constantRateKind } from './schedules/constant.ts';
import { cosineRateKind } from './schedules/cosine.ts';
import { lecun1998RateKind } from './schedules/lecun1998.ts';
import type { Position, ScheduleKind } from './schedules/schedule.ts';

const kinds = {
  constant: constantRateKind,
  cosine: cosineRateKind,
  lecun1998: lecun1998RateKind,
} as const;

/** A schedule as plain data, as `constantRate()`, `cosineRate()` and `lecun1998Rate()` make it. */
export type Schedule = MadeBy<typeof kinds>;
export type ScheduleName = Schedule['name'];

/** The kinds by the names of their schedules. */
export const scheduleKinds = kinds satisfies { readonly [S in Schedule as S['name']]: ScheduleKind<S> };
export const scheduleNames = Object.keys(scheduleKinds) as ScheduleName[];

/** The kind of a schedule with the schedule filled in. */
export function aboutSchedule(schedule: Schedule) {
  const kind: Omit<ScheduleKind<never>, 'make'> = scheduleKinds[schedule.name];
  const self = schedule as never;
  return {
    dependsOnEpochs: kind.dependsOnEpochs,
    describe: (): string => kind.describe(self),
    factor: (position: Position): number => kind.factor(self, position),
  };
}
