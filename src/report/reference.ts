/** A reference: published results that the report shows beside the study's own, if both had the same conditions. */
import type { LevelView, StageView } from '../study/contest.ts';

export interface ReferencePoint {
  readonly epoch: number;
  /** Accuracies in percent. */
  readonly train: number;
  readonly selection: number;
}

/** One run of the reference. */
export interface ReferenceRun {
  /** Accuracy in percent after the last epoch. */
  readonly score: number;
  readonly curve: readonly ReferencePoint[];
  /** The reference's settings that differ from the level's, for instance `l2 1e-6`. */
  readonly otherwise: readonly string[];
  /** A sentence on this run, if it needs one. */
  readonly remark?: string;
}

export interface Reference {
  /** Its name in sentences and as the head of its column: `the post`. */
  readonly name: string;
  /** Who published it, where and when. */
  readonly source: string;
  /** The machine that its times are of. */
  readonly machine: string;
  /** The accuracy that the reference aimed for, in percent. */
  readonly aim: number;
  /** What a reader must know before comparing, in sentences. */
  readonly remarks: readonly string[];
  /** The reference's run with the settings of a level; undefined if the conditions differ. */
  beside(stage: Pick<StageView, 'factors'>, level: Pick<LevelView, 'level' | 'settings'>): ReferenceRun | undefined;
  /** The reference's median seconds of training an epoch; undefined if the conditions differ. */
  secondsPerEpoch(batchSize: number): number | undefined;
}
