/** The claims of a search: what its confirmation says of the winner beside the base and the runner-up. */
import { type Comparison, type ComparisonOptions, compareLevels } from './compare.ts';
import type { LevelView } from './contest.ts';
import { type Objective, objectives } from './definition.ts';
import { holm } from './statistics.ts';

/** What the confirmation says of the winner and another configuration, paired by seed. */
export interface Claim {
  readonly against: 'base' | 'runner-up';
  /** The winner minus the other. */
  readonly comparison: Comparison;
  /** The p value with Holm's adjustment over both claims. */
  readonly adjusted: number;
  /** Undefined without a common seed. */
  readonly gain: Gain | undefined;
}

/** How much better the winner is, in units of the score; negative where it is worse. */
export interface Gain {
  readonly mean: number;
  /** 95 %; undefined with a single seed. */
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly seeds: number;
}

interface Confirmed {
  readonly winner: LevelView;
  readonly runnerUp: LevelView | undefined;
  readonly base: LevelView;
}

/** The winner against the base and against the runner-up: the two questions of a confirmation. */
export function claimsOf({ winner, runnerUp, base }: Confirmed, options: ComparisonOptions): Claim[] {
  const others: readonly { against: Claim['against']; level: LevelView }[] = [
    ...(base.key === winner.key ? [] : [{ against: 'base' as const, level: base }]),
    ...(runnerUp ? [{ against: 'runner-up' as const, level: runnerUp }] : []),
  ];
  const comparisons = others.map(({ level }) => compareLevels(winner, level, options));
  const adjusted = holm(comparisons.map(({ p }) => p));
  return others.map(({ against }, i) => {
    const comparison = comparisons[i]!;
    return { against, comparison, adjusted: adjusted[i]!, gain: gainOf(comparison, options.objective) };
  });
}

function gainOf({ difference }: Comparison, objective: Objective): Gain | undefined {
  if (!difference) return undefined;
  const { mean, interval, n } = difference;
  if (objectives[objective].goal === 'maximize') return { mean, interval, seeds: n };
  return { mean: -mean, interval: interval && [-interval[1], -interval[0]], seeds: n };
}
