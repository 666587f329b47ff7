/** The interface between a study and the task it tunes: the meaning of settings, and the pool that runs trials. */
import type { Metrics } from '../base/metrics.ts';
import type { Settings, StudyData, StudyDefinition, Value } from '../study/definition.ts';
import type { Condition } from '../study/space.ts';
import type { CompleteTrial, EpochPoint } from '../study/trial.ts';

/** A hyperparameter as far as studies and reports care. */
export interface Parameter {
  readonly kind: 'choice' | 'integer' | 'number' | 'flag' | 'limit' | 'list' | 'names';
  readonly default: Value;
  /** It counts under these values of others only. */
  readonly when?: Condition;
}

/** The meaning of settings. All functions are pure, so that reports can use them anywhere. */
export interface TaskSettings {
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Settings with the defaults filled in. @throws UsageError for a value that is not allowed or would be ignored. */
  complete(settings: Settings): Settings;
  /**
   * The canonical settings, without defaults: two settings that train the same network give the same object.
   * @throws UsageError as {@link TaskSettings.complete}.
   */
  canonical(settings: Settings): Settings;
  /** Settings that a journal of an older record format holds, in today's words. Absent where the words never changed. */
  upgraded?(settings: Settings, format: number): Settings;
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
  /** The hash of all data that results depend on. */
  readonly dataHash: string;
  /** The data set, for the record; absent where there is none. */
  readonly data?: StudyData;
  /** The training set and the evaluation set, in a sentence without a full stop. */
  readonly summary: string;
  /** The width of the kernels that compute the trials, for the record; absent where there are none. */
  readonly kernels?: string;
  readonly pool: Pool;
  /** Approximate bytes on disk of a trial with these settings. */
  bytesPerTrial(configuration: Settings): TrialBytes;
  /**
   * Checks whether the files of a complete trial exist and agree with its record. A trial whose results are lost or
   * damaged is run again.
   * @param evaluate also evaluates the network on the evaluation set, which takes as long as an evaluation.
   */
  results(trial: CompleteTrial, options?: { readonly evaluate?: boolean }): Promise<TrialResults>;
  /** Removes the files of an ended trial, as far as they exist: its `checkpoint`, or all `results`. */
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

/** The order to run a trial. */
export interface TrialOrder {
  readonly number: number;
  readonly configuration: Settings;
  readonly seed: number;
  /** Threads it may use; results do not depend on it. */
  readonly threads: number;
  /** Whether a complete trial's results are made again; then no old files are used. */
  readonly again: boolean;
  /**
   * The epoch at which it pauses: it saves itself after this epoch, and is started again when it may go on. It is
   * trained exactly as a trial that does not pause. Absent: it is trained whole.
   */
  readonly until?: number;
}

/** A message from a trial. Every message except `progress` and `epoch` is the last one. */
export type TrialMessage =
  /** The part that is done, 0 to 1. */
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'epoch'; readonly point: EpochPoint; readonly share: number }
  /** The score is that of the last reported epoch. */
  | { readonly type: 'finished'; readonly wrong?: Uint8Array }
  | { readonly type: 'interrupted' }
  /** It has reached the epoch at which it pauses. */
  | { readonly type: 'paused' }
  /** The machine has no room for another trial at this time; the trial has not begun. */
  | { readonly type: 'refused'; readonly message: string }
  /** `world`: the disk or the data failed, so the whole study ends. */
  | { readonly type: 'failed'; readonly kind: 'trial' | 'world'; readonly message: string };

/** A trial at work. Once it has ended, both methods do nothing. */
export interface RunningTrial {
  /** Lets the trial save itself and end as interrupted. */
  stop(): void;
  /** Ends the trial at once, without saving. */
  kill(): Promise<unknown>;
}

/** Runs trials: in threads of this process, in workers elsewhere, or by calling a function. */
export interface Pool {
  /**
   * Starts a trial, or resumes an interrupted trial. `listen` gets all messages of the trial; exactly one of them ends
   * it.
   */
  start(order: TrialOrder, listen: (message: TrialMessage) => void): RunningTrial;
  /** Ends what the pool keeps for further trials, when the study ends. Absent where it keeps nothing. */
  close?(): Promise<void>;
}
