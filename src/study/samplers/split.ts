/** Which observations count as good: the best tenth. */
import type { Knowledge, Observation, Outcome } from '../sampler.ts';
import type { Settings } from '../settings.ts';

/** Values of observations, both lists in the order of the observations. */
export interface Split {
  readonly below: readonly Settings[];
  /** The others, those that are running included: a proposal then keeps away from them ("constant liar"). */
  readonly above: readonly Settings[];
}

/** The most observations below. */
const mostBelow = 25;

/**
 * Splits observations at the best tenth of those that ended, rounded up, at most 25. Complete ones come first, by their
 * score; then paused ones, those with more epochs first, by their score; then failed ones. Ties are in the order of the
 * observations.
 * Source: optuna/samplers/_tpe/sampler.py, _split_trials.
 */
export function splitObservations(observations: readonly Observation[], goal: Knowledge['goal']): Split {
  const ended = observations.filter(({ outcome }) => outcome.state !== 'running');
  const ranked = ended.map((observation) => ({ observation, rank: rankOf(observation.outcome, goal) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank));
  const count = Math.min(Math.ceil(ended.length / 10), mostBelow);
  const below = new Set(ranked.slice(0, count).map(({ observation }) => observation));
  const valuesOf = (isBelow: boolean) =>
    observations.filter((observation) => below.has(observation) === isBelow).map(({ values }) => values);
  return { below: valuesOf(true), above: valuesOf(false) };
}

/** Smaller is better: first by the state, then by the epochs, then by the score. */
type Rank = readonly [state: number, epochs: number, score: number];

function rankOf(outcome: Outcome, goal: Knowledge['goal']): Rank {
  if (outcome.state === 'complete') return [0, 0, minimized(outcome.score, goal)];
  if (outcome.state === 'paused') return [1, -outcome.epoch, minimized(outcome.score, goal)];
  return [2, 0, 0];
}

function minimized(score: number, goal: Knowledge['goal']): number {
  if (Number.isNaN(score)) return Number.POSITIVE_INFINITY;
  return goal === 'minimize' ? score : -score;
}

function compareRanks(a: Rank, b: Rank): number {
  const place = a.findIndex((part, index) => part !== b[index]);
  return place < 0 ? 0 : a[place]! < b[place]! ? -1 : 1;
}
