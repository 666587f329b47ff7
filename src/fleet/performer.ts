/** What a worker asks of the code that trains: one order at a time, with what is saved of it. */
import type { WorkResult } from './result.ts';
import type { SavedProgress } from './sql/progress.ts';
import type { Assignment, WorkOrder } from './work-order.ts';

/** What a training is given beside its order. */
export interface PerformerTools {
  /** Aborted when the worker is asked to stop, or another worker has taken the training over. */
  readonly signal: AbortSignal;
  /** The last checkpoint of an earlier attempt. */
  readonly saved: SavedProgress | undefined;
  /** Says which part is done, 0 to 1. */
  progress(share: number): void;
  /** Saves a checkpoint; resolves when it is in the database. */
  save(progress: SavedProgress): Promise<void>;
  /** A file of the study, by its SHA-256. */
  fetch(name: string): Promise<Uint8Array | undefined>;
}

/** How an attempt ended. */
export type Performed =
  /** `files` are put into the database before the result. */
  | { readonly type: 'done'; readonly result: WorkResult; readonly files: readonly Uint8Array[] }
  /** Another attempt goes on: the worker was asked to stop. */
  | { readonly type: 'interrupted' }
  /** This machine cannot do it now: no room, a full disk. */
  | { readonly type: 'unable'; readonly why: string };

export interface Performer {
  perform(assignment: Assignment, order: WorkOrder, tools: PerformerTools): Promise<Performed>;
  close(): Promise<void>;
}
