/** Where a study is kept: what a store must do, and what it gives back. store.contract.ts is its law. */
import type { Metrics } from '../base/metrics.ts';
import type { Settings, StudyDefinition, Value } from '../study/definition.ts';
import type { RecordedParameter } from '../study/space.ts';
import type { EpochPoint, Trial } from '../study/trial.ts';

/** The machine and the way a process worked on the study. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly version: string;
  readonly jobs: number;
}

/** One process that worked on the study. */
export interface WorkSession {
  /** Local time, `2026-01-02T03:04:05.000000`. */
  readonly started: string;
  readonly environment: Environment;
  /** Wall time up to the last thing it recorded. */
  readonly seconds: number;
}

/** One evaluation of one trained network on the test set, under protocol held-out. */
export interface TestLook extends Metrics {
  readonly trial: number;
  readonly seed: number;
  readonly configuration: Settings;
}

/** A trial that another program added. We show it and leave it alone. */
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
  readonly trials: readonly Trial[];
  readonly looks: readonly TestLook[];
  readonly sessions: readonly WorkSession[];
  readonly foreign: readonly ForeignTrial[];
  /** Version of the record's meaning, see `recordFormat` of the store. */
  readonly format: number;
}

export interface NewTrial {
  readonly configuration: Settings;
  readonly seed: number;
  readonly parameters: readonly RecordedParameter[];
}

/** How a trial ended. */
export type TrialEnd =
  | { readonly state: 'complete'; readonly score: number; readonly wrong?: Uint8Array | undefined }
  | { readonly state: 'pruned'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

/** `dropped`: its model was removed to save room. `kept`: somebody asked for it. `whole`: neither, or it was made again. */
export const resultsRecords = ['dropped', 'kept', 'whole'] as const;
export type ResultsRecord = (typeof resultsRecords)[number];

export interface OpenedStudy {
  readonly record: StudyRecord;
  /** Where a torn end of the record was put, if it had one. */
  readonly torn: string | undefined;
}

/** One study's store. A promise of a writing method resolves when what it was given is safely kept. @throws WorldError where it cannot be kept. */
export interface StudyStore {
  /** The study kept here; undefined if there is none. May be called while another process writes. */
  read(): Promise<StudyRecord | undefined>;
  /**
   * Begins the study, or opens it again: `accept` sees what is there and may refuse it by throwing, before anything is written. Then the
   * definition (if it is new or grew) and this session are recorded. Only `read` may be called before.
   * @throws UsageError for a record of an older format.
   */
  open(
    start: Pick<StudyRecord, 'definition' | 'dataHash'> & { readonly environment: Environment },
    accept: (before: StudyRecord) => void,
  ): Promise<OpenedStudy>;
  /** @returns the number of the new trial. */
  startTrial(trial: NewTrial): Promise<number>;
  reportEpoch(number: number, point: EpochPoint): Promise<void>;
  /** A trial ends once; its last reported epoch has the score. */
  endTrial(number: number, end: TrialEnd): Promise<void>;
  /** Counts a look at the test set. */
  recordLook(look: TestLook): Promise<void>;
  /** What was decided about the model of a trial that has ended; the last word counts. */
  recordResults(number: number, results: ResultsRecord): Promise<void>;
  /** Lets others open the study. A store that was not opened may be closed. */
  close(): Promise<void>;
}

/** A value that another program recorded. */
export function isValue(value: unknown): value is Value {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
