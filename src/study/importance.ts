/** Which hyperparameters of a search matter: shares of the PED-ANOVA importances, with intervals. */
import { checkChoice, wrong } from '../base/argument.ts';
import { randomStream } from '../base/random.ts';
import { bestOf, pedAnova, type ScoredSettings, sortSearch } from './ped-anova.ts';
import type { Space } from './space.ts';
import { confidence } from './statistics.ts';

/** How much a hyperparameter matters beside the others. */
export interface Importance {
  readonly name: string;
  /** Of all hyperparameters' importances, from 0 to 1; all shares together are 1, or 0 where nothing matters. */
  readonly share: number;
  /**
   * 95 %, by bootstrap over the configurations: how far other configurations of such a search could move the share.
   * Resampled searches overrate what hardly matters, so the interval is extended to the share where it would miss it.
   */
  readonly interval: readonly [low: number, high: number];
  /** How many configurations the hyperparameter counts in. */
  readonly configurations: number;
}

/** The importances of a search's hyperparameters. */
export interface Importances {
  /** The most important one first. */
  readonly rows: readonly Importance[];
  /** All configurations with a score, and the best of them, which the others are compared with. */
  readonly configurations: number;
  readonly best: number;
}

/** With fewer configurations, or fewer among the best, nothing is said. Source: Optuna's documentation for the latter. */
export const fewestConfigurations = 20;
export const fewestBest = 5;

const resamples = 200;

/**
 * What distinguishes the best tenth of a search's configurations from all of them. A sampler that learns tries what is
 * good more often, so importances are about reaching the best tenth in this search, not about the whole space.
 * @param observations every configuration that has a score, each once.
 * @returns undefined with fewer than 20 configurations, or fewer than 5 among the best tenth (and equal ones).
 * @throws UsageError for a score that is no finite number, a value that the space does not have, and another goal.
 */
export function importancesOf(
  observations: readonly ScoredSettings[],
  { space, goal }: { readonly space: Space; readonly goal: 'maximize' | 'minimize' },
): Importances | undefined {
  checkChoice('goal', goal, ['maximize', 'minimize']);
  for (const [i, { score }] of observations.entries()) {
    if (!Number.isFinite(score)) throw wrong(`observations[${i}].score`, 'a finite number', score);
  }
  const { length } = observations;
  if (length < fewestConfigurations) return undefined;
  const search = sortSearch(observations, space);
  const best = bestOf(search.scores, goal).size;
  if (best < fewestBest) return undefined;
  const sharesOf = (chosen: readonly number[]) => shares(pedAnova(search, { chosen, goal }));
  const found = sharesOf([...observations.keys()]);
  const random = randomStream(0, 'importance');
  const again = Array.from({ length: resamples }, () => sharesOf(observations.map(() => random.below(length))));
  const rows = search.names.map(
    (name, i): Importance => ({
      name,
      share: found[i]!,
      interval: around(found[i]!, percentileInterval(again.map((own) => own[i]!))),
      configurations: search.cells.filter((cells) => cells[i] !== undefined).length,
    }),
  );
  return { rows: rows.sort((a, b) => b.share - a.share), configurations: length, best };
}

function shares(importances: readonly number[]): number[] {
  const sum = importances.reduce((all, importance) => all + importance, 0);
  return importances.map((importance) => (sum > 0 ? importance / sum : 0));
}

function around(value: number, [low, high]: readonly [number, number]): [low: number, high: number] {
  return [Math.min(value, low), Math.max(value, high)];
}

/** Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. */
function percentileInterval(values: readonly number[]): [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const outside = Math.round(((1 - confidence) / 2) * sorted.length);
  return [sorted[outside]!, sorted[sorted.length - 1 - outside]!];
}
