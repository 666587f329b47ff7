/**
 * The interfaces of a learning-rate schedule: its plain data, and its kind, which knows hyperparameters and formula.
 */
import { checkOptions, type OptionNames } from '../../base/argument.ts';
import {
  completeValues,
  fraction,
  type HyperparameterTable,
  type NumericRange,
  number,
  type ValuesOf,
} from '../../base/hyperparameter.ts';

/** A share of the learning rate. */
const share: NumericRange = { least: 0, most: 1 };

/** The hyperparameters that every schedule reads. */
export const warmUpHyperparameters = {
  warmUp: number(0, fraction, 'Share of all steps over which the learning rate first rises to its value'),
  warmUpFrom: number(0.04, share, 'Share of the learning rate at which the warm-up starts'),
} as const satisfies HyperparameterTable;

/** Schedules that fall to a last value share this entry. */
export const finalRate = number(0, share, 'Share of the learning rate at the end');
/** Of the schedule one-cycle. */
export const startRate = number(0.04, share, 'Share of the learning rate at the start of the cycle');

/** Options of every schedule. */
export interface WarmUpOptions {
  /** Share of all planned steps, 0 to below 1, over which the learning rate rises on a straight line. Default 0. */
  readonly warmUp?: number | undefined;
  /** Share of the learning rate, 0 to 1, at which the warm-up starts. Default 0.04. */
  readonly warmUpFrom?: number | undefined;
}

/** The plain data that all schedules have in common. */
export interface WarmUp {
  readonly warmUp: number;
  readonly warmUpFrom: number;
}

/** The position of a step in a run. */
export interface Position {
  /** Steps done before this one: 0 in the first. */
  readonly step: number;
  /** Steps of the whole run as planned. */
  readonly steps: number;
  /** Finished epochs: 0 during the first epoch. */
  readonly epoch: number;
  /** Epochs of the whole run as planned. */
  readonly epochs: number;
}

/** The position of a step in the part of a run that follows the warm-up. */
export interface PositionAfterWarmUp extends Pick<Position, 'epoch' | 'epochs'> {
  /** Steps after the warm-up that are done, `steps` at most; 0 during the warm-up. Not an integer where the warm-up is none. */
  readonly done: number;
  /** Steps after the warm-up, above 0. */
  readonly steps: number;
}

/** The knowledge about one schedule. */
export interface ScheduleKind<
  S extends WarmUp & { readonly name: string },
  Table extends HyperparameterTable = HyperparameterTable,
> {
  /** For help, in a few words, where the name does not say it. */
  readonly summary?: string;
  /** What it reads beside the warm-up. Kinds that read the same hyperparameter share its entry. */
  readonly hyperparameters: Table;
  /** @throws UsageError for values that are not allowed. */
  make(values: ValuesOf<typeof warmUpHyperparameters> & ValuesOf<Table>): S;
  /** The same schedule, made by its constructor, which checks its numbers. @throws UsageError for numbers that are not allowed. */
  remake(schedule: S): { readonly name: string };
  /** Name and options without the warm-up, for instance `cosine to 0.1`. */
  describe(schedule: S): string;
  /**
   * The factor of the learning rate in a step, without that of the warm-up. Implementations may only add, subtract,
   * multiply and divide: Math.cos, Math.exp and Math.pow give different bits in different JavaScript engines.
   */
  factor(schedule: S, position: PositionAfterWarmUp): number;
  /** Whether the factors depend on the planned length, even without a warm-up. A longer run then differs from its first steps on. */
  readonly dependsOnEpochs: boolean;
}

/** The warm-up and the kind's own values, checked. @throws UsageError for values out of range, and unknown options. */
export function completeSchedule<Table extends HyperparameterTable>(
  what: string,
  table: Table,
  options: { readonly [Name in keyof Table]?: unknown } & WarmUpOptions,
): WarmUp & ValuesOf<Table> {
  const whole = { ...warmUpHyperparameters, ...table };
  const names = Object.fromEntries(Object.keys(whole).map((name) => [name, true]));
  checkOptions(what, options, names as OptionNames<typeof options>);
  return completeValues(whole, options) as WarmUp & ValuesOf<Table>;
}

/** The end of a description: ` to 0.1`, or nothing where the rate falls to 0. */
export function finalText(final: number): string {
  return final === 0 ? '' : ` to ${final}`;
}
