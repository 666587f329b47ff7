/** The interface of a study store, and the record that it returns. store.contract.ts tests every implementation. */
import type { Metrics } from '../base/metrics.ts';
import type { Settings, StudyData, StudyDefinition, Value } from '../study/definition.ts';
import type { RecordedParameter } from '../study/space.ts';
import type { EpochPoint, Trial } from '../study/trial.ts';

/** The machine and the software of a process that works on a study. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly version: string;
  readonly jobs: number;
  /** The width of the kernels: quads or octs. Absent in records of versions that had quads alone. */
  readonly kernels?: string;
}

/** The work of one process on the study. */
export interface WorkSession {
  /** Local time, `2026-01-02T03:04:05.000000`. */
  readonly started: string;
  readonly environment: Environment;
  /** Wall time until the last recorded event (seconds). */
  readonly seconds: number;
}

/** One evaluation of a trial's network on the test set, under protocol held-out. */
export interface TestLook extends Metrics {
  readonly trial: number;
  readonly seed: number;
  readonly configuration: Settings;
}

/** A trial that another program added. It is shown, but not used. */
export interface ForeignTrial {
  readonly number: number;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed' | 'waiting';
  readonly value: number | undefined;
  readonly settings: Settings;
}

/** What is known of a study: its definition, every trial, and who worked on it. */
export interface StudyRecord {
  readonly definition: StudyDefinition;
  readonly dataHash: string;
  /** The data set; absent in records of our first versions and of tasks without data. */
  readonly data?: StudyData;
  readonly trials: readonly Trial[];
  readonly looks: readonly TestLook[];
  readonly sessions: readonly WorkSession[];
  readonly foreign: readonly ForeignTrial[];
  /** The record format (docs/formats.md). */
  readonly format: number;
}

/** What a study starts with. */
export type StudyStart = Pick<StudyRecord, 'definition' | 'dataHash' | 'data'>;

export interface NewTrial {
  readonly configuration: Settings;
  readonly seed: number;
  /** The number of the search's proposal, from 0 on; absent for other trials. */
  readonly proposal?: number;
  readonly parameters: readonly RecordedParameter[];
}

/** How a trial ended. */
export type TrialEnd =
  | { readonly state: 'complete'; readonly score: number; readonly wrong?: Uint8Array | undefined }
  | { readonly state: 'pruned'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

/**
 * `dropped`: the model was removed to save disk space. `kept`: the user asked for the model. `whole`: neither, or made
 * again.
 */
export const resultsRecords = ['dropped', 'kept', 'whole'] as const;
export type ResultsRecord = (typeof resultsRecords)[number];

export interface OpenedStudy {
  readonly record: StudyRecord;
  /** The file to which a torn last line of the record was moved; undefined where there was none. */
  readonly torn: string | undefined;
}

/**
 * The store of one study. The promise of a writing method resolves when the data are stored safely. @throws WorldError
 * when they cannot be stored.
 */
export interface StudyStore {
  /** The stored study; undefined where there is none. May be called while another process writes. */
  read(): Promise<StudyRecord | undefined>;
  /**
   * Starts the study, or opens an existing one. `accept` is called with the existing record before anything is written,
   * and refuses it by throwing. Then this session is recorded, and the definition if it is new or has grown. Only
   * `read` may be called before `open`.
   * @throws UsageError for a record of an older format that cannot be continued.
   */
  open(
    start: StudyStart & { readonly environment: Environment },
    accept: (before: StudyRecord) => void,
  ): Promise<OpenedStudy>;
  /** Records the definition anew: a budget in hours has been turned into trainings. */
  redefine(definition: StudyDefinition): Promise<void>;
  /** @returns the number of the new trial. */
  startTrial(trial: NewTrial): Promise<number>;
  reportEpoch(number: number, point: EpochPoint): Promise<void>;
  /**
   * Records the end of a trial, once per trial. The score must be that of the last reported epoch; a pruned trial keeps
   * it as its value.
   */
  endTrial(number: number, end: TrialEnd): Promise<void>;
  /** Records a look at the test set. */
  recordLook(look: TestLook): Promise<void>;
  /** Records the decision about the model of an ended trial. The last record counts. */
  recordResults(number: number, results: ResultsRecord): Promise<void>;
  /** Closes the store, so that others can open the study. May be called without `open`. */
  close(): Promise<void>;
}

/** Whether a recorded value can be the value of a hyperparameter. */
export function isValue(value: unknown): value is Value {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
