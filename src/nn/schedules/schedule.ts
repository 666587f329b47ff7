/**
 * The interfaces of a learning-rate schedule: its plain data, and its kind, which knows hyperparameters and formula.
 */
import type { HyperparameterTable, ValuesOf } from '../../base/hyperparameter.ts';

/** The position of a run. */
export interface Position {
  /** Finished epochs: 0 during the first epoch. */
  readonly epoch: number;
  /** Epochs of the whole run. */
  readonly epochs: number;
}

/** The knowledge about one schedule. */
export interface ScheduleKind<
  S extends { readonly name: string },
  Table extends HyperparameterTable = HyperparameterTable,
> {
  /** For help, in a few words, where the name does not say it. */
  readonly summary?: string;
  /** What it reads. Kinds that read the same hyperparameter share its entry. */
  readonly hyperparameters: Table;
  /** @throws UsageError for values that are not allowed. */
  make(values: ValuesOf<Table>): S;
  /** The same schedule, made by its constructor, which checks its numbers. @throws UsageError for numbers that are not allowed. */
  remake(schedule: S): { readonly name: string };
  /** Name and options, for instance `cosine`. */
  describe(schedule: S): string;
  /**
   * The factor of the learning rate during an epoch. Implementations may only add, subtract, multiply and divide:
   * Math.cos, Math.exp and Math.pow give different bits in different JavaScript engines.
   */
  factor(schedule: S, position: Position): number;
  /** Whether the factors depend on the number of epochs. A longer run then differs from its first step on. */
  readonly dependsOnEpochs: boolean;
}
