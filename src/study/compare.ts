/** Which differences are real: paired comparisons of configurations on common seeds. */
import type { Objective } from './definition.ts';
import { type LevelView, type StageView, scoreOf, type Trial } from './plan.ts';
import {
  holm,
  mcNemarExact,
  pairedTTest,
  type Summary,
  seedsToResolve,
  significance,
  summarize,
} from './statistics.ts';

/** Points (or units of loss) that the number of seeds needed refers to. */
export const resolution = 0.05;

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
  /** Seeds that would resolve {@link resolution}; undefined with a single seed, or beyond a million. */
  readonly seedsNeeded: number | undefined;
}

export interface RankedComparison extends Comparison {
  /** Index of the level that is compared with the selected one. */
  readonly level: number;
  /** Holm's adjustment over the stage's comparisons. */
  readonly adjusted: number;
  readonly distinguishable: boolean;
}

export interface StageAnalysis {
  /** The selected level against every other configuration of the stage. */
  readonly comparisons: readonly RankedComparison[];
  /** Levels not distinguishable from the selected one, itself among them, in the stage's order. */
  readonly alike: readonly number[];
  /** Seeds that would resolve {@link resolution} between any two, by the pooled spread of the differences. */
  readonly seedsNeeded: number | undefined;
}

export function compareLevels(first: LevelView, second: LevelView, objective: Objective): Comparison {
  const pairs = first.trials.flatMap((a, i) => {
    const b = second.trials[i];
    return a?.state === 'complete' && b?.state === 'complete' ? [[a, b] as const] : [];
  });
  const differences = pairs.map(([a, b]) => scoreOf(a, objective) - scoreOf(b, objective));
  const disagreements = pairs.flatMap(([a, b]) => disagreement(a, b));
  const difference = differences.length > 0 ? summarize(differences) : undefined;
  if (differences.length >= 2) {
    const p = pairedTTest(differences);
    return { difference, test: 't', p, disagreements, seedsNeeded: seedsToResolve(difference!.sd!, resolution) };
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
export function compareSteps({ levels }: StageView, objective: Objective): StepComparison[] {
  const steps = levels.slice(1).flatMap((level, i) => {
    const comparison = compareLevels(level, levels[i]!, objective);
    return comparison.difference ? [{ ...comparison, level: i + 1 }] : [];
  });
  const adjusted = holm(steps.map(({ p }) => p));
  return steps.map((step, i) => ({ ...step, adjusted: adjusted[i]! }));
}

/** @returns undefined while nothing is selected. */
export function analyseStage({ levels, selected }: StageView, objective: Objective): StageAnalysis | undefined {
  if (selected === undefined) return undefined;
  const best = levels[selected]!;
  // A configuration that several levels share is compared once.
  const others = levels.flatMap((level, index) =>
    level.key !== best.key && level.summary && levels.findIndex(({ key }) => key === level.key) === index
      ? [index]
      : [],
  );
  const compared = others.map((index) => compareLevels(best, levels[index]!, objective));
  const adjusted = holm(compared.map(({ p }) => p));
  const comparisons = compared.map((comparison, i) => ({
    ...comparison,
    level: others[i]!,
    adjusted: adjusted[i]!,
    distinguishable: adjusted[i]! < significance,
  }));
  const apart = new Set(
    comparisons.filter(({ distinguishable }) => distinguishable).map(({ level }) => levels[level]!.key),
  );
  const spreads = compared.flatMap(({ difference }) => (difference?.sd === undefined ? [] : [difference.sd ** 2]));
  const pooled = Math.sqrt(spreads.reduce((sum, variance) => sum + variance, 0) / spreads.length);
  return {
    comparisons,
    alike: levels.flatMap(({ key, summary }, index) => (summary && !apart.has(key) ? [index] : [])),
    seedsNeeded: spreads.length > 0 ? seedsToResolve(pooled, resolution) : undefined,
  };
}
