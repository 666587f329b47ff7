/** The difference of two named levels, paired by seed; comparisons with the best are in judgement.ts. */
import { onesIn } from '../base/bits.ts';
import type { LevelView } from './contest.ts';
import { differenceRange, type Objective } from './definition.ts';
import { cutTo, holm, mcNemarExact, pairedTTest, type Summary, seedsToResolve, summarize } from './statistics.ts';
import { isComplete, type Trial } from './trial.ts';

/** Images that one of two networks gets right and the other gets wrong. */
export interface Disagreement {
  readonly seed: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** McNemar's exact test: it allows for the chance in the images, not for the chance in the seeds. */
  readonly p: number;
}

/** `first` minus `second`, paired by seed. */
export interface Comparison {
  /**
   * Summary of the differences of scores; undefined without a common seed. Its interval is cut to the differences that
   * two values of the objective can have: -100 to 100 points of accuracy.
   */
  readonly difference: Summary | undefined;
  /** The paired t test with two seeds or more, McNemar's exact test with one. */
  readonly test: 't' | 'mcnemar' | 'none';
  readonly p: number;
  readonly disagreements: readonly Disagreement[];
  /**
   * Seeds whose 95 % interval of the difference is no wider than plus or minus `resolve`; undefined with a single seed,
   * `many` beyond 100.
   */
  readonly seedsNeeded: number | 'many' | undefined;
}

type LevelTrials = Pick<LevelView, 'trials'>;

/** How scores are compared. */
export interface ComparisonOptions {
  readonly objective: Objective;
  /** The smallest difference that matters, in points of accuracy or units of the score. */
  readonly resolve: number;
}

/** `first` minus `second` on their common seeds. */
export function compareLevels(first: LevelTrials, second: LevelTrials, options: ComparisonOptions): Comparison {
  const { objective, resolve } = options;
  const bySeed = new Map(second.trials.map((trial) => [trial?.seed, trial]));
  const pairs = first.trials.flatMap((a) => {
    const b = bySeed.get(a?.seed);
    return isComplete(a) && isComplete(b) ? [[a, b] as const] : [];
  });
  const differences = pairs.map(([a, b]) => a.score - b.score);
  const disagreements = pairs.flatMap(([a, b]) => disagreement(a, b));
  const difference = differences.length > 0 ? summarizeDifferences(differences, objective) : undefined;
  if (differences.length >= 2) {
    const p = pairedTTest(differences);
    return { difference, test: 't', p, disagreements, seedsNeeded: seedsToResolve(difference!.sd!, resolve) };
  }
  const [only] = disagreements;
  return { difference, test: only ? 'mcnemar' : 'none', p: only?.p ?? 1, disagreements, seedsNeeded: undefined };
}

function summarizeDifferences(differences: readonly number[], objective: Objective): Summary {
  const summary = summarize(differences);
  return { ...summary, interval: summary.interval && cutTo(summary.interval, differenceRange(objective)) };
}

function disagreement(a: Trial, b: Trial): Disagreement[] {
  if (!a.wrong || !b.wrong || a.wrong.length !== b.wrong.length) return [];
  let onlyFirst = 0;
  let onlySecond = 0;
  for (const [i, byte] of a.wrong.entries()) {
    onlyFirst += onesIn(~byte & b.wrong[i]!);
    onlySecond += onesIn(byte & ~b.wrong[i]!);
  }
  return [{ seed: a.seed, onlyFirst, onlySecond, p: mcNemarExact(onlyFirst, onlySecond) }];
}

/** A level minus the one before it. */
export interface StepComparison extends Comparison {
  /** Index of the later level. */
  readonly level: number;
  /** Holm's adjustment over the stage's steps. */
  readonly adjusted: number;
}

/** Every level minus the one before it; a pair of levels without a common seed is left out. */
export function compareSteps(
  { levels }: { readonly levels: readonly LevelTrials[] },
  options: ComparisonOptions,
): StepComparison[] {
  const steps = levels.slice(1).flatMap((level, i) => {
    const comparison = compareLevels(level, levels[i]!, options);
    return comparison.difference ? [{ ...comparison, level: i + 1 }] : [];
  });
  const adjusted = holm(steps.map(({ p }) => p));
  return steps.map((step, i) => ({ ...step, adjusted: adjusted[i]! }));
}
