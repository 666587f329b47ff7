/** Results from elsewhere that stand beside a study's own, where the conditions are the same. */
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
  /** Settings that the reference had and the level has not, for instance `l2 1e-6`. */
  readonly otherwise: readonly string[];
  /** A sentence on this run, if it needs one. */
  readonly remark?: string;
}

export interface Reference {
  /** Stands over its column: `the post`. */
  readonly name: string;
  /** Who published it, where and when. */
  readonly source: string;
  /** The machine that its times are of. */
  readonly machine: string;
  /** The accuracy in percent that it set out to reach. */
  readonly aim: number;
  /** Sentences that a reader must know to compare. */
  readonly remarks: readonly string[];
  /** Its run beside a level of the study; undefined where conditions differ. */
  beside(stage: Pick<StageView, 'factors'>, level: Pick<LevelView, 'level' | 'settings'>): ReferenceRun | undefined;
  /** Its median epoch of training; undefined where conditions differ. */
  secondsPerEpoch(batchSize: number): number | undefined;
}
