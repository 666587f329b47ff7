/** Two named levels beside each other, paired by seed; comparisons with the best are in judgement.ts. */
import type { LevelView, StageView } from './contest.ts';
import { holm, mcNemarExact, pairedTTest, type Summary, seedsToResolve, summarize } from './statistics.ts';
import { isComplete, type Trial } from './trial.ts';

/** Images that one of two trials reads rightly and the other does not. */
export interface Disagreement {
  readonly seed: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** McNemar's exact test. It knows the chance in the images, not that in the seeds. */
  readonly p: number;
}

/** `first` minus `second`, paired by seed. */
export interface Comparison {
  /** Of the differences of scores; undefined without a common seed. */
  readonly difference: Summary | undefined;
  /** Paired t test with two seeds or more, McNemar's exact test with one. */
  readonly test: 't' | 'mcnemar' | 'none';
  readonly p: number;
  readonly disagreements: readonly Disagreement[];
  /** Seeds whose 95 % interval of the difference is no wider than plus or minus `resolve`; undefined with a single seed, `many` beyond 100. */
  readonly seedsNeeded: number | 'many' | undefined;
}

type LevelTrials = Pick<LevelView, 'trials'>;

/** `first` minus `second` on their common seeds. @param resolve the smallest difference that matters. */
export function compareLevels(first: LevelTrials, second: LevelTrials, resolve: number): Comparison {
  const bySeed = new Map(second.trials.map((trial) => [trial?.seed, trial]));
  const pairs = first.trials.flatMap((a) => {
    const b = bySeed.get(a?.seed);
    return isComplete(a) && isComplete(b) ? [[a, b] as const] : [];
  });
  const differences = pairs.map(([a, b]) => a.score - b.score);
  const disagreements = pairs.flatMap(([a, b]) => disagreement(a, b));
  const difference = differences.length > 0 ? summarize(differences) : undefined;
  if (differences.length >= 2) {
    const p = pairedTTest(differences);
    return { difference, test: 't', p, disagreements, seedsNeeded: seedsToResolve(difference!.sd!, resolve) };
  }
  const [only] = disagreements;
  return { difference, test: only ? 'mcnemar' : 'none', p: only?.p ?? 1, disagreements, seedsNeeded: undefined };
}

function disagreement(a: Trial, b: Trial): Disagreement[] {
  if (!a.wrong || !b.wrong || a.wrong.length !== b.wrong.length) return [];
  let onlyFirst = 0;
  let onlySecond = 0;
  for (const [i, byte] of a.wrong.entries()) {
    onlyFirst += ones(~byte & b.wrong[i]!);
    onlySecond += ones(byte & ~b.wrong[i]!);
  }
  return [{ seed: a.seed, onlyFirst, onlySecond, p: mcNemarExact(onlyFirst, onlySecond) }];
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte & 0xff; rest > 0; rest &= rest - 1) count++;
  return count;
}

/** A level minus the one before it. */
export interface StepComparison extends Comparison {
  /** Index of the later level. */
  readonly level: number;
  /** Holm's adjustment over the stage's steps. */
  readonly adjusted: number;
}

/** Every level against the one before, as far as both are there. */
export function compareSteps({ levels }: Pick<StageView, 'levels'>, resolve: number): StepComparison[] {
  const steps = levels.slice(1).flatMap((level, i) => {
    const comparison = compareLevels(level, levels[i]!, resolve);
    return comparison.difference ? [{ ...comparison, level: i + 1 }] : [];
  });
  const adjusted = holm(steps.map(({ p }) => p));
  return steps.map((step, i) => ({ ...step, adjusted: adjusted[i]! }));
}
