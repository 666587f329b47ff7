/**
 * The search phase: which settings are proposed, with what each proposal knows, and how far its training has come.
 * Everything here is a function of proposals' numbers and results, never of the time at which a training ended.
 */
import { randomStream } from '../base/random.ts';
import { objectives, type SearchDefinition, type Settings } from './definition.ts';
import type { Outcome, Sampler } from './sampler.ts';
import { neighbour } from './samplers/neighbour.ts';
import { samplers } from './samplers.ts';
import type { ProposalView } from './search-view.ts';
import { countingSettings, settingsOf, valuesIn } from './space.ts';
import { configurationKey, type History, isComplete, type Trial } from './trial.ts';

export interface SearchPhase {
  readonly proposals: readonly ProposalView[];
  /** No settings are left that were not tried. */
  readonly exhausted: boolean;
  /** Every proposal has been trained to the first rung. */
  readonly finished: boolean;
}

export interface SearchPhaseRequest {
  readonly definition: SearchDefinition;
  readonly history: History;
  /** Proposals in all. */
  readonly planned: number;
  readonly rungs: readonly number[];
  readonly seed: number;
}

/** A proposal before its training is looked at. */
type Entry = Omit<ProposalView, 'rung' | 'scores' | 'state'>;

/** Follows the search as far as its results go. */
export function followProposals(request: SearchPhaseRequest): SearchPhase {
  const { planned, rungs } = request;
  const entries: Entry[] = [];
  const known = new Set<string>();
  let exhausted = false;
  while (entries.length < planned) {
    const found = nextEntry(entries, known, request);
    exhausted = found === 'exhausted';
    if (found === 'waits' || found === 'exhausted') break;
    known.add(found.key);
    entries.push(found);
  }
  const isWhole = exhausted || entries.length === planned;
  const proposals = entries.map((entry) => viewOf(entry, rungs));
  return { proposals, exhausted, finished: isWhole && proposals.every(({ state }) => isSettled(state)) };
}

/** Whether the training has reached its first rung, or has ended. */
function isSettled(state: ProposalView['state']): boolean {
  return state !== 'running' && state !== 'waiting';
}

/** The next proposal: as recorded, or a new one; `waits` while results that it must know are missing. */
function nextEntry(
  entries: readonly Entry[],
  known: ReadonlySet<string>,
  request: SearchPhaseRequest,
): Entry | 'waits' | 'exhausted' {
  const { definition, history } = request;
  const number = entries.length;
  if (number === 0) return entryOf(0, definition.base, request);
  const recorded = history.proposed(number);
  if (recorded) return entryOf(number, recorded.configuration, request);
  const { space, objective } = definition;
  const outcomes = outcomesFor(number, entries, request);
  if (!outcomes) return 'waits';
  const observations = entries.map(({ values }, index) => ({ values, outcome: outcomes[index]! }));
  const knowledge = { space, goal: objectives[objective].goal, observations };
  for (const [turn, sampler] of samplersOf(number, request).entries()) {
    const propose = sampler(knowledge);
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const drawn = propose(randomStream(definition.plan.seed, 'search', number, turn * mostAttempts + attempt));
      const settings = countingSettings(settingsOf(drawn, space), definition);
      const found = entryOf(number, { ...definition.base, ...settings }, request);
      if (!known.has(found.key)) return found;
    }
  }
  return 'exhausted';
}

/** Attempts of a sampler to propose settings that were not tried, before the next one has its turn. */
const mostAttempts = 100;

/**
 * The samplers that have their turn, until one proposes settings that were not tried. The last third of the proposals of
 * TPE are neighbours of the best.
 */
function samplersOf(
  number: number,
  { definition: { plan }, planned }: Pick<SearchPhaseRequest, 'definition' | 'planned'>,
): readonly Sampler[] {
  const isLast = plan.sampler === 'tpe' && 3 * number >= 2 * planned;
  return [...(isLast ? [neighbour] : []), samplers[plan.sampler], samplers.random];
}

function entryOf(number: number, settings: Settings, { definition, history, seed }: SearchPhaseRequest): Entry {
  const configuration = history.canonical(settings);
  const complete = history.complete(configuration);
  const values = valuesIn(definition.space, complete);
  const key = configurationKey(configuration);
  return {
    number,
    settings: { ...definition.base, ...settingsOf(values, definition.space) },
    values,
    configuration,
    key,
    trial: history.find(key, seed),
  };
}

/**
 * What a proposal knows of those before it; undefined while something is missing that it must know. Of the proposals up
 * to `parallel` before it, it knows nothing. With early stopping it knows the first rung alone, which all reach.
 */
function outcomesFor(
  number: number,
  entries: readonly Entry[],
  { definition: { plan }, rungs }: SearchPhaseRequest,
): Outcome[] | undefined {
  const outcomes: Outcome[] = [];
  for (const entry of entries) {
    const outcome: Outcome | undefined =
      entry.number > number - plan.parallel ? { state: 'running' } : outcomeOf(entry, rungs);
    if (!outcome) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}

/** What is known of a training at its first rung; undefined until it gets there. */
function outcomeOf({ trial }: Entry, rungs: readonly number[]): Outcome | undefined {
  if (trial?.state === 'failed') return { state: 'failed' };
  const score = scoreAt(trial, rungs, 0);
  if (score === undefined) return undefined;
  return rungs.length === 1 ? { state: 'complete', score } : { state: 'paused', epoch: rungs[0]!, score };
}

function viewOf(entry: Entry, rungs: readonly number[]): ProposalView {
  const scores = rungs.map((_, rung) => scoreAt(entry.trial, rungs, rung)).filter((score) => score !== undefined);
  return { ...entry, rung: Math.max(0, scores.length - 1), scores, state: stateOf(entry, rungs) };
}

function stateOf(entry: Entry, rungs: readonly number[]): ProposalView['state'] {
  const { trial } = entry;
  if (trial?.state === 'complete' || trial?.state === 'failed') return trial.state;
  if (outcomeOf(entry, rungs)) return trial?.state === 'pruned' ? 'stopped' : 'paused';
  // A stopped training that becomes a finalist after all, since the search was extended, is made again.
  return trial?.state === 'running' ? 'running' : 'waiting';
}

/** The score at a rung; that of the last rung is the score of the whole training. */
function scoreAt(trial: Trial | undefined, rungs: readonly number[], rung: number): number | undefined {
  if (rung === rungs.length - 1) return isComplete(trial) ? trial.score : undefined;
  return trial?.curve.find(({ epoch }) => epoch === rungs[rung])?.score;
}
