/**
 * The search phase: which settings are proposed, with what each proposal knows, and which trainings go on at the rungs.
 * Everything here is a function of proposals' numbers and results, never of the time at which a training ended.
 */
import { randomStream } from '../base/random.ts';
import { objectives, type SearchDefinition, type Settings } from './definition.ts';
import { bracketSize, promotions } from './rungs.ts';
import type { Outcome } from './sampler.ts';
import { samplers } from './samplers.ts';
import type { ProposalView } from './search-view.ts';
import { countingSettings, settingsOf, valuesIn } from './space.ts';
import { configurationKey, type History, isBetter, isComplete, type Trial } from './trial.ts';

export interface SearchPhase {
  readonly proposals: readonly ProposalView[];
  /** No settings are left that were not tried. */
  readonly exhausted: boolean;
  /** Every proposal has been trained to the rung that it may reach. */
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

/** A proposal while its rung is not known yet. */
type Entry = Omit<ProposalView, 'rung' | 'scores' | 'state'>;

/** Follows the search as far as its results go. */
export function followProposals(request: SearchPhaseRequest): SearchPhase {
  const { planned, rungs } = request;
  const entries: Entry[] = [];
  const known = new Map<string, number>();
  const climb = new Climb(request);
  let exhausted = false;
  while (entries.length < planned) {
    const found = nextEntry(entries, known, climb, request);
    exhausted = found === 'exhausted';
    if (found === 'waits' || found === 'exhausted') break;
    known.set(found.key, found.number);
    entries.push(found);
  }
  const isWhole = exhausted || entries.length === planned;
  const brackets = bracketsOf(entries, bracketSize(rungs));
  const proposals = brackets.flatMap((bracket) => {
    const isClosed = isWhole || bracket.length === bracketSize(rungs);
    const reached = climb.rungs(bracket, isClosed);
    return bracket.map((entry, index) => climb.view(entry, reached[index]!));
  });
  return { proposals, exhausted, finished: isWhole && proposals.every(({ state }) => isSettled(state)) };
}

/** Whether the proposal has reached the rung that it may reach. */
function isSettled(state: ProposalView['state']): boolean {
  return state !== 'running' && state !== 'waiting';
}

/** The next proposal: as recorded, or a new one; `waits` while results that it must know are missing. */
function nextEntry(
  entries: readonly Entry[],
  known: ReadonlyMap<string, number>,
  climb: Climb,
  request: SearchPhaseRequest,
): Entry | 'waits' | 'exhausted' {
  const { definition, history } = request;
  const number = entries.length;
  if (number === 0) return entryOf(0, definition.base, request);
  const recorded = history.proposed(number);
  if (recorded) return entryOf(number, recorded.configuration, request);
  const { space, objective, plan } = definition;
  const outcomes = outcomesFor(number, entries, climb, request);
  if (!outcomes) return 'waits';
  const observations = entries.map(({ values }, index) => ({ values, outcome: outcomes[index]! }));
  const { goal } = objectives[objective];
  const knowledge = { space, goal, observations };
  const [propose, draw] = [samplers[plan.sampler](knowledge), samplers.random(knowledge)];
  for (let attempt = 0; attempt < 2 * mostAttempts; attempt++) {
    const random = randomStream(plan.seed, 'search', number, attempt);
    const drawn = attempt < mostAttempts ? propose(random) : draw(random);
    const settings = countingSettings(settingsOf(drawn, space), definition);
    const found = entryOf(number, { ...definition.base, ...settings }, request);
    if (!known.has(found.key)) return found;
  }
  return 'exhausted';
}

/** Attempts of the sampler to propose settings that were not tried, and as many of random draws after these. */
const mostAttempts = 100;

function entryOf(number: number, settings: Settings, { definition, history, rungs, seed }: SearchPhaseRequest): Entry {
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
    bracket: rungs.length === 1 ? 0 : Math.floor(number / bracketSize(rungs)),
  };
}

/**
 * What a proposal knows of those before it; undefined while something is missing that it must know. Of the proposals up
 * to `parallel` before it, it knows nothing. With early stopping, of its own bracket and the one before it knows the
 * first rung, and of earlier brackets everything: so that workers never wait for a whole bracket.
 */
function outcomesFor(
  number: number,
  entries: readonly Entry[],
  climb: Climb,
  { definition: { plan }, rungs }: SearchPhaseRequest,
): Outcome[] | undefined {
  const brackets = bracketsOf(entries, bracketSize(rungs));
  const own = Math.floor(number / bracketSize(rungs));
  const outcomes: Outcome[] = [];
  for (const [index, bracket] of brackets.entries()) {
    const reached = rungs.length > 1 && index <= own - 2 ? climb.rungs(bracket, true) : bracket.map(() => 0);
    for (const [at, entry] of bracket.entries()) {
      const outcome: Outcome | undefined =
        entry.number > number - plan.parallel ? { state: 'running' } : climb.outcome(entry, reached[at]!);
      if (!outcome) return undefined;
      outcomes.push(outcome);
    }
  }
  return outcomes;
}

function bracketsOf(entries: readonly Entry[], size: number): Entry[][] {
  // Without early stopping the size is one, and each proposal is a bracket of its own.
  const brackets: Entry[][] = [];
  for (let first = 0; first < entries.length; first += size) brackets.push(entries.slice(first, first + size));
  return brackets;
}

/** How far trainings have come on the rungs, and how far they may go. */
class Climb {
  readonly #rungs: readonly number[];
  readonly #objective: SearchDefinition['objective'];

  constructor({ definition, rungs }: SearchPhaseRequest) {
    this.#rungs = rungs;
    this.#objective = definition.objective;
  }

  /** The rung that each training of a bracket may reach so far. */
  rungs(bracket: readonly Entry[], isClosed: boolean): number[] {
    const reached = bracket.map(() => 0);
    if (!isClosed) return reached;
    let here = [...bracket.keys()];
    for (let rung = 0; rung < this.#rungs.length - 1; rung++) {
      const outcomes = here.map((at) => this.outcome(bracket[at]!, rung));
      if (outcomes.some((outcome) => outcome === undefined)) break;
      const sound = here.filter((at) => this.outcome(bracket[at]!, rung)!.state !== 'failed');
      const next = sound
        .sort((a, b) => this.#compare(bracket[a]!, bracket[b]!, rung))
        .slice(0, promotions(here.length));
      for (const at of next) reached[at] = rung + 1;
      here = next.sort((a, b) => a - b);
      if (here.length === 0) break;
    }
    return reached;
  }

  /** What is known of a training at this rung; undefined until it gets there. */
  outcome({ trial }: Entry, rung: number): Outcome | undefined {
    if (trial?.state === 'failed') return { state: 'failed' };
    const score = scoreAt(trial, this.#rungs, rung);
    if (score === undefined) return undefined;
    return rung === this.#rungs.length - 1
      ? { state: 'complete', score }
      : { state: 'paused', epoch: this.#rungs[rung]!, score };
  }

  view(entry: Entry, rung: number): ProposalView {
    const { trial } = entry;
    const scores: number[] = [];
    for (let at = 0; at <= rung; at++) {
      const score = scoreAt(trial, this.#rungs, at);
      if (score === undefined) break;
      scores.push(score);
    }
    return { ...entry, rung, scores, state: this.#state(entry, rung) };
  }

  #state(entry: Entry, rung: number): ProposalView['state'] {
    const { trial } = entry;
    if (trial?.state === 'complete' || trial?.state === 'failed') return trial.state;
    const isThere = this.outcome(entry, rung) !== undefined;
    if (isThere) return trial?.state === 'pruned' ? 'stopped' : 'paused';
    // A stopped training that may go on after all, since its bracket has grown, is made again.
    return trial?.state === 'running' ? 'running' : 'waiting';
  }

  /** The better first; ties by loss, then by number. */
  #compare(a: Entry, b: Entry, rung: number): number {
    const [first, second] = [a, b].map((entry) => scoreAt(entry.trial, this.#rungs, rung)!);
    if (first !== second) return isBetter(first!, second!, this.#objective) ? -1 : 1;
    const [lossOfA, lossOfB] = [a, b].map(({ trial }) => pointAt(trial, this.#rungs[rung]!)?.selection?.loss ?? 0);
    return lossOfA! - lossOfB! || a.number - b.number;
  }
}

function pointAt(trial: Trial | undefined, epoch: number) {
  return trial?.curve.find((point) => point.epoch === epoch);
}

/** The score at a rung; that of the last rung is the score of the whole training. */
function scoreAt(trial: Trial | undefined, rungs: readonly number[], rung: number): number | undefined {
  if (rung === rungs.length - 1) return isComplete(trial) ? trial.score : undefined;
  return pointAt(trial, rungs[rung]!)?.score;
}
