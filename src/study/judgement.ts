/** What the data of a stage say about its levels. */
import type { StageView } from './contest.ts';
import type { StudyDefinition } from './definition.ts';

/**
 * `best`, `may be best`, `worse`: Hsu's comparisons with the best, or of one seed or two the images (see `scope`).
 * `left`: left a stage with a seed rule, not better by more than `resolve`, which is all that was shown. `open`: undecided at `atMost`.
 * `pending`: still being trained.
 */
export type Standing = 'best' | 'may be best' | 'worse' | 'left' | 'open' | 'failed' | 'pending';

export type Interval = readonly [low: number, high: number];

export interface LevelJudgement {
  readonly standing: Standing;
  /** What the standing is about: what other seeds would give, or only the networks that were trained. */
  readonly scope: 'other seeds' | 'these networks';
  /** Mean minus the best of the others' means, in points of accuracy or units of the score; undefined without a comparison. */
  readonly difference: number | undefined;
  /** Hsu's constrained interval of it: [x, 0] is worse "by up to", [0, x] the best, else it may be the best. (For a loss the signs are turned.) */
  readonly differenceToBest: Interval | undefined;
  /** The same by Edwards and Hsu, with both ends: worse "by a to b". */
  readonly bothEnds: Interval | undefined;
  /** Student's interval of the mean over seeds, on these images, within the objective's range. */
  readonly mean: Interval | undefined;
  /** For other images of the same kind and other seeds; undefined without recorded answers, and for a loss. */
  readonly otherImages: { readonly mean: Interval; readonly differenceToBest: Interval | undefined } | undefined;
  /** Its scores vary plainly more from seed to seed than the others'. */
  readonly isNoisy: boolean;
  /** Under a seed rule: the round (number of seeds) after which it left, and the level that let it. */
  readonly departure: { readonly round: number; readonly behind: number } | undefined;
}

export interface StageJudgement {
  /** `mcb`: Hsu's comparisons over seeds. `images`: one seed, or two that decide nothing. `rounds`: a seed rule. `none`: nothing to compare. */
  readonly method: 'mcb' | 'images' | 'rounds' | 'none';
  /** In the stage's order; levels that share a configuration share a judgement. */
  readonly levels: readonly LevelJudgement[];
  /** Standard deviation of a level's scores with the seeds' own part taken out, from all levels together. */
  readonly spread: number | undefined;
  /** A level whose mean is further than this behind the best one's is worse. */
  readonly margin: number | undefined;
  /** The smallest difference that matters to the user. */
  readonly resolve: number;
  /** Seeds a level after which the margin would be `resolve`, at this spread; `many` beyond 100. */
  readonly seedsNeeded: number | 'many' | undefined;
  /** Index of the level that came from the stage before with the scores it was selected for. */
  readonly carried: number | undefined;
}

/** What the data of a stage say. Also of an unfinished stage, as far as levels can be compared. */
export function judgeStage(
  _stage: StageView,
  _definition: StudyDefinition,
  _images: number | undefined,
): StageJudgement {
  throw new Error('not written yet');
}
