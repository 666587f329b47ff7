/** What a study needs of the thing it tunes: what its settings mean, and who runs its trials. */
import type { Metrics } from '../base/metrics.ts';
import type { Settings, StudyDefinition, Value } from '../study/definition.ts';
import type { Condition } from '../study/space.ts';
import type { CompleteTrial, EpochPoint } from '../study/trial.ts';

/** A hyperparameter as far as studies and reports care. */
export interface Parameter {
  readonly kind: 'choice' | 'integer' | 'number' | 'flag' | 'limit';
  readonly default: Value;
  /** It counts under these values of others only. */
  readonly when?: Condition;
}

/** What settings mean. Pure, so that reports can ask it anywhere. */
export interface TaskSettings {
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Settings with the defaults filled in. @throws UsageError for a value that is not allowed or would be ignored. */
  complete(settings: Settings): Settings;
  /**
   * The canonical settings, without defaults: two settings that train the same network give the same object.
   * @throws UsageError as {@link TaskSettings.complete}.
   */
  canonical(settings: Settings): Settings;
  /** Why two settings of one configuration are the same, in words; undefined where they are written alike. */
  whySame(a: Settings, b: Settings): string | undefined;
}

/** What a study can tune, before its data are loaded. */
export interface Task {
  readonly settings: TaskSettings;
  /**
   * Loads what trials need and refuses what every trial would refuse. Nothing is written yet.
   * @throws UsageError for settings that the data cannot serve, WorldError where the data cannot be read.
   */
  open(definition: StudyDefinition): Promise<OpenTask>;
}

/** A task that is ready to run trials. */
export interface OpenTask {
  /** Of all data that results depend on. */
  readonly dataHash: string;
  /** What trains and what selects, in a sentence without a full stop. */
  readonly summary: string;
  readonly pool: Pool;
  /** What a trial of these settings needs on disk, about. */
  bytesPerTrial(configuration: Settings): TrialBytes;
  /**
   * Whether what a complete trial left behind is there and is what the record says. A trial whose results are lost or damaged is run again.
   * @param evaluate the network is also evaluated on the set that selects, which takes as long as that takes.
   */
  results(trial: CompleteTrial, options?: { readonly evaluate?: boolean }): Promise<TrialResults>;
  /** Removes what a trial that has ended left behind, so far as it is there: its `checkpoint`, or all `results`. */
  discard(trial: number, what: 'checkpoint' | 'results'): void;
  /** Loss and accuracy of a complete trial's network on the test set. Absent where there is none. */
  evaluateOnTest?(trial: CompleteTrial): Promise<Metrics>;
}

/** Bytes on disk. */
export interface TrialBytes {
  /** What a trial needs beside its results while it runs. */
  readonly running: number;
  /** What a finished trial keeps. */
  readonly whole: number;
  /** What is left of a finished trial whose results were dropped. */
  readonly dropped: number;
}

/** What became of a complete trial's results; `why` names what is wrong. */
export type TrialResults = { readonly state: 'whole' } | { readonly state: 'lost' | 'damaged'; readonly why: string };

/** What a trial is told. */
export interface TrialOrder {
  readonly number: number;
  readonly configuration: Settings;
  readonly seed: number;
  /** Threads it may use; results do not depend on it. */
  readonly threads: number;
  /** A complete trial whose results are made again: what is left of them is not used. */
  readonly again: boolean;
}

/** What a trial tells; all but the first two end it. */
export type TrialMessage =
  /** The part that is done, 0 to 1. */
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'epoch'; readonly point: EpochPoint; readonly share: number }
  /** The score is that of the last reported epoch. */
  | { readonly type: 'finished'; readonly wrong?: Uint8Array }
  | { readonly type: 'interrupted' }
  /** The machine has no room for one more trial at this time; it has not begun. */
  | { readonly type: 'refused'; readonly message: string }
  /** `world`: the disk or the data failed, and with them the study. */
  | { readonly type: 'failed'; readonly kind: 'trial' | 'world'; readonly message: string };

/** A trial at work. */
export interface RunningTrial {
  /** Lets the trial save itself and end as interrupted. */
  stop(): void;
  /** Ends the trial where it stands. */
  kill(): Promise<unknown>;
}

/** Who does the work: threads here, workers elsewhere, or a function in this process. */
export interface Pool {
  /** Starts a trial, or resumes one that was interrupted; `listen` hears everything up to its end, which comes exactly once. */
  start(order: TrialOrder, listen: (message: TrialMessage) => void): RunningTrial;
}
