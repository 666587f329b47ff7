/** A contest: levels that compete on common seeds, either a fixed list of them or as many as the question needs. */

import {
  isSeedRule,
  type Level,
  type Objective,
  objectives,
  type SeedRule,
  type Settings,
  type StudyDefinition,
  seedsOfStage,
} from './definition.ts';
import { type EliminationState, followRounds } from './elimination.ts';
import { type Summary, summarize } from './statistics.ts';
import { completeTrials, configurationKey, type History, isBetter, isComplete, type Trial } from './trial.ts';

/** Where one level of a stage stands. */
export interface LevelView {
  readonly level: Level;
  /** The base, what earlier stages chose, and the level's own. */
  readonly settings: Settings;
  /** The canonical settings. */
  readonly configuration: Settings;
  readonly key: string;
  /** The first level of this stage with the same configuration, else the first of the study, if it is another one. */
  readonly sameAs: { readonly stage: number; readonly level: number } | undefined;
  /** The trial of each of the contest's seeds so far, in their order; a level that left has none for later seeds. */
  readonly trials: readonly (Trial | undefined)[];
  readonly failed: readonly Trial[];
  /** Of the scores of the trials that have ended well. */
  readonly summary: Summary | undefined;
}

/** Whether an earlier level of the same stage has the same configuration. @param stage the level's own, by index. */
export function isRepeated({ sameAs }: Pick<LevelView, 'sameAs'>, stage: number): boolean {
  return sameAs?.stage === stage;
}

/** Where a stage stands. */
export interface StageView {
  readonly index: number;
  /** The hyperparameters it is about. */
  readonly factors: readonly string[];
  /** What the stage starts from: the base and what earlier stages chose. */
  readonly base: Settings;
  /** Seeds that have been asked for so far, in their order; all of them if they are a fixed list. */
  readonly seeds: readonly number[];
  readonly levels: readonly LevelView[];
  /** Under a seed rule: who left when, and who is still in. Its indices are those of `contenders`. */
  readonly rounds: (EliminationState & { readonly contenders: readonly number[] }) | undefined;
  /** Whether nothing is left to be trained here. */
  readonly finished: boolean;
  /**
   * Index of the level with the best mean among those still in, the first of equals; undefined until finished, or if
   * every level failed.
   */
  readonly selected: number | undefined;
}

/** A trial that is to be run: a configuration with a seed. */
export interface TrialRequest {
  readonly key: string;
  readonly configuration: Settings;
  /** The settings as the level has them, with the values that were declared. */
  readonly settings: Settings;
  readonly seed: number;
  /** The number of the search's proposal. */
  readonly proposal?: number;
  /** The epoch at which the trial pauses; absent: it is trained whole. */
  readonly until?: number;
}

export interface Contest {
  readonly view: StageView;
  /** Trials that are not finished, in the order they shall start. */
  readonly pending: readonly TrialRequest[];
}

interface ContestRequest {
  readonly definition: Pick<StudyDefinition, 'objective' | 'seeds'>;
  readonly index: number;
  readonly factors: readonly string[];
  readonly base: Settings;
  readonly levels: readonly Level[];
  readonly history: History;
  /** The first level of the study with a configuration; grown here. */
  readonly firstAt: Map<string, { stage: number; level: number }>;
}

/** Where a contest stands and what is next in it: of its levels and the history alone. */
export function followContest(request: ContestRequest): Contest {
  const { definition, index, factors, base, history, firstAt } = request;
  const firstHere = new Map<string, number>();
  const entrants = request.levels.map((level, position) => {
    const settings = { ...base, ...level.settings };
    const configuration = history.canonical(settings);
    const key = configurationKey(configuration);
    const here = firstHere.get(key);
    const sameAs = here === undefined ? firstAt.get(key) : { stage: index, level: here };
    if (here === undefined) firstHere.set(key, position);
    if (!sameAs) firstAt.set(key, { stage: index, level: position });
    return { level, settings, configuration, key, sameAs };
  });
  const all = seedsOfStage(definition, index);
  const find = (position: number, seed: number) => history.find(entrants[position]!.key, seed);
  // A configuration that several levels share competes once.
  const competing = [...firstHere.values()];
  const { seeds, rounds, wanted } = isSeedRule(definition.seeds)
    ? playRounds(competing, all, find, { seeds: definition.seeds, objective: definition.objective })
    : { seeds: all, rounds: undefined, wanted: all.map((seed) => ({ seed, positions: competing })) };
  const pending = wanted.flatMap(({ seed, positions }) =>
    positions.flatMap((position): TrialRequest[] => {
      const trial = find(position, seed);
      if (trial && trial.state !== 'running') return [];
      const { key, configuration, settings } = entrants[position]!;
      return [{ key, configuration, settings, seed }];
    }),
  );
  const levels = entrants.map((entrant): LevelView => {
    const trials = seeds.map((seed) => history.find(entrant.key, seed));
    const complete = completeTrials(trials);
    return {
      ...entrant,
      trials,
      failed: trials.filter((trial): trial is Trial => trial?.state === 'failed'),
      summary: complete.length > 0 ? summarize(complete.map(({ score }) => score)) : undefined,
    };
  });
  const finished = pending.length === 0;
  const eligible = rounds
    ? rounds.in.map((i) => rounds.contenders[i]!)
    : competing.filter((position) => levels[position]!.trials.every(isComplete));
  const selected = finished ? bestOf(eligible, levels, definition.objective) : undefined;
  return { view: { index, factors, base, seeds, levels, rounds, finished, selected }, pending };
}

interface RuledDefinition extends Pick<StudyDefinition, 'objective'> {
  readonly seeds: SeedRule;
}

/**
 * Round by round: every level that is in gets one more seed, and after every complete round some may leave. The first
 * round is one of `atLeast` seeds. What a round asks for is settled when it begins: a trial that fails takes its level
 * out at the round's end, so which trials are run does not depend on which of them ended first.
 */
function playRounds(
  contenders: readonly number[],
  all: readonly number[],
  find: (position: number, seed: number) => Trial | undefined,
  { seeds: rule, objective }: RuledDefinition,
) {
  const outcomes = contenders.map((position) => outcomesOf(all, (seed) => find(position, seed)));
  const isBegun = outcomes.every((own) => own.length >= rule.atLeast);
  const { goal } = objectives[objective];
  const floor = objective === 'accuracy' ? pointsOfAnImage(contenders.map((position) => find(position, all[0]!))) : 0;
  const state = followRounds(isBegun ? outcomes : outcomes.map(() => []), { ...rule, goal, floor });
  // The first round is asked for as a whole, so its trials count even if all of them fail.
  const seeds = all.slice(0, Math.max(rule.atLeast, state.finished ? state.rounds : state.rounds + 1));
  const stillIn = state.in.map((i) => contenders[i]!);
  const wanted = state.finished ? [] : seeds.slice(state.rounds).map((seed) => ({ seed, positions: stillIn }));
  return { seeds, rounds: { ...state, contenders }, wanted };
}

/**
 * Points of accuracy that one image is worth, or a little less: answers are kept in whole bytes. 0 where none are
 * recorded.
 */
function pointsOfAnImage(trials: readonly (Trial | undefined)[]): number {
  const bytes = trials.find((trial) => trial?.wrong)?.wrong?.length;
  return bytes === undefined ? 0 : 100 / (8 * bytes);
}

/** The scores of the first trials up to the first that has not ended; undefined for a trial that ended without one. */
function outcomesOf(seeds: readonly number[], find: (seed: number) => Trial | undefined): (number | undefined)[] {
  const outcomes: (number | undefined)[] = [];
  for (const seed of seeds) {
    const trial = find(seed);
    if (!trial || trial.state === 'running') break;
    outcomes.push(isComplete(trial) ? trial.score : undefined);
  }
  return outcomes;
}

function bestOf(positions: readonly number[], levels: readonly LevelView[], objective: Objective): number | undefined {
  let best: number | undefined;
  for (const position of positions) {
    const { summary } = levels[position]!;
    if (!summary) continue;
    if (best === undefined || isBetter(summary.mean, levels[best]!.summary!.mean, objective)) best = position;
  }
  return best;
}
