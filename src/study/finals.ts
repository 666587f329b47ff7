/**
 * The finals of a search: the best configurations are trained again on new seeds, round after round, and the better
 * half of them stays. That a configuration is dropped is a decision about the budget, not a claim that it is worse.
 */
import type { TrialRequest } from './contest.ts';
import { type Objective, objectives } from './definition.ts';
import { halved, mostAffordable, roundsOf } from './search-budget.ts';
import type { Drop, FinalsRound } from './search-view.ts';
import { confidence, pairedTTest, significance, summarize } from './statistics.ts';
import { criticalT } from './student-t.ts';
import { type History, isBetter, isComplete, type Trial } from './trial.ts';

export interface FinalsRequest {
  /** From best to worst in the search. */
  readonly finalists: readonly Omit<TrialRequest, 'seed'>[];
  /** Seeds that every finalist has been trained with. */
  readonly known: readonly number[];
  /**
   * Seeds that every finalist has been trained with for some epochs. The first round finishes these trainings, which
   * the budget does not pay for.
   */
  readonly paused?: readonly number[];
  /** New seeds, as many as are asked for. */
  readonly seed: (index: number) => number;
  /** Trainings. */
  readonly budget: number;
  readonly objective: Objective;
  /** Finals end when every difference to the best is known to this. */
  readonly resolve: number;
  readonly history: Pick<History, 'find'>;
}

export interface Finals {
  readonly rounds: readonly FinalsRound[];
  /** By finalist: the index of the round after which it was dropped, and how; undefined while it is in. */
  readonly dropped: readonly (Drop | undefined)[];
  readonly seeds: readonly number[];
  /** Finalists from best to worst: those that are in first, then by the round of their drop, then by mean. */
  readonly ranking: readonly number[];
  readonly pending: readonly TrialRequest[];
  readonly finished: boolean;
}

/** The fewest seeds for a paired t test. */
const fewestTested = 3;

/** Where the finals stand, and what is next in them. */
export function followFinals({
  finalists,
  known,
  paused = [],
  seed,
  budget,
  objective,
  resolve,
  history,
}: FinalsRequest): Finals {
  const dropped: (Drop | undefined)[] = finalists.map(() => undefined);
  const rounds: FinalsRound[] = [];
  const seeds = [...known];
  let isIn = [...finalists.keys()];
  let left = budget;
  let pending: TrialRequest[] = [];
  const find = (finalist: number, number: number) => history.find(finalists[finalist]!.key, number);
  const scores = (finalist: number) => scoresOf(seeds.map((number) => find(finalist, number)));
  const isAhead = (a: number, b: number) => isBetter(meanOf(scores(a)), meanOf(scores(b)), objective);
  const byMean = (a: number, b: number) => (isAhead(a, b) ? -1 : isAhead(b, a) ? 1 : a - b);
  const newSeeds = () => {
    const first = seeds.length - known.length - paused.length;
    const share = Math.floor(left / (roundsOf(isIn.length).length * isIn.length));
    return Array.from({ length: Math.max(1, share) }, (_, index) => seed(first + index));
  };
  const isFirst = () => rounds.length === 0;
  while (isIn.length > 1 && (left >= isIn.length || (isFirst() && paused.length > 0))) {
    const resumed = isFirst() && paused.length > 0;
    const asked = resumed ? paused : newSeeds();
    const trainings = asked.length * isIn.length;
    if (!resumed) left -= trainings;
    seeds.push(...asked);
    rounds.push({ seeds: asked, finalists: isIn, trainings, resumed });
    pending = asked.flatMap((number) =>
      isIn.filter((at) => !hasEnded(find(at, number))).map((at) => ({ ...finalists[at]!, seed: number })),
    );
    if (pending.length > 0) break;
    const round = rounds.length - 1;
    const sound = isIn.filter((at) => scores(at).length === seeds.length).sort(byMean);
    for (const at of isIn) if (!sound.includes(at)) dropped[at] = { round, by: 'failed' };
    const better = sound.slice(0, halved(isIn.length));
    for (const at of sound.slice(better.length)) dropped[at] = { round, by: 'half' };
    // A budget that cannot train all of them once more has the best of them.
    const paid = resumed ? better.slice(0, mostAffordable(left)) : better;
    for (const at of better.slice(paid.length)) dropped[at] = { round, by: 'budget' };
    const [best, ...others] = paid;
    const differences = (at: number) => differencesOf(scores(best!), scores(at), objective);
    const tested = others.filter((at) => isBehind(differences(at)));
    for (const at of tested) dropped[at] = { round, by: 'test' };
    isIn = paid.filter((at) => !tested.includes(at));
    const rivals = isIn.slice(1);
    if (rivals.length > 0 && rivals.every((at) => isResolved(differences(at), resolve))) {
      for (const at of rivals) dropped[at] = { round, by: 'resolved' };
      isIn = isIn.slice(0, 1);
    }
  }
  const lastRound = (at: number) => dropped[at]?.round ?? rounds.length;
  const ranking = [...finalists.keys()]
    .filter((at) => dropped[at]?.by !== 'failed')
    .sort((a, b) => lastRound(b) - lastRound(a) || byMean(a, b));
  return { rounds, dropped, seeds, ranking, pending, finished: pending.length === 0 };
}

function hasEnded(trial: Trial | undefined): boolean {
  return trial?.state === 'complete' || trial?.state === 'failed';
}

function scoresOf(trials: readonly (Trial | undefined)[]): number[] {
  return trials.filter(isComplete).map(({ score }) => score);
}

function meanOf(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** By seed, how much the first is better. */
function differencesOf(first: readonly number[], second: readonly number[], objective: Objective): number[] {
  const sign = objectives[objective].goal === 'maximize' ? 1 : -1;
  return first.map((score, index) => sign * (score - second[index]!));
}

/** Whether a one-sided paired t test says so. */
function isBehind(differences: readonly number[]): boolean {
  if (differences.length < fewestTested || meanOf(differences) <= 0) return false;
  return pairedTTest(differences) / 2 < significance;
}

/** Whether the 95 % interval of the mean difference is narrower than plus or minus `resolve`. */
function isResolved(differences: readonly number[], resolve: number): boolean {
  if (differences.length < fewestTested) return false;
  const { n, sd } = summarize(differences);
  return (criticalT(confidence, n - 1) * sd!) / Math.sqrt(n) < resolve;
}
