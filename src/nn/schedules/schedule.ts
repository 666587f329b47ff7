/** What a learning-rate schedule is: plain data, with one kind beside it that knows its hyperparameters and its formula. */
import type { HyperparameterTable, ValuesOf } from '../../base/hyperparameter.ts';

/** Where a run is. */
export interface Position {
  /** Epochs that are done: 0 in the first. */
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
   * What the learning rate is multiplied by during an epoch. Only additions, multiplications and divisions, since Math.cos, Math.exp and
   * Math.pow give other bits in other engines.
   */
  factor(schedule: S, position: Position): number;
  /** Whether the factors depend on the number of epochs, so that a longer run is another run from its first step on. */
  readonly dependsOnEpochs: boolean;
}
