/**
 * A search in three phases: settings are proposed and trained with one common seed; the best of them are trained again
 * on more seeds; the winner, the runner-up and the base are trained on seeds that nothing was selected by. Claims rest
 * on the last phase alone.
 */
import { claimsOf } from '../claims.ts';
import { followContest, type LevelView, type StageView, type TrialRequest } from '../contest.ts';
import {
  assignmentsOf,
  type Level,
  resolveOf,
  type SearchDefinition,
  type SearchPlan,
  type Settings,
  type StudyDefinition,
} from '../definition.ts';
import { followFinals } from '../finals.ts';
import { followProposals, type SearchPhase } from '../proposals.ts';
import { budgetOf, epochsOfTraining, rungsOfSearch, type SearchBudget, trainingsOf } from '../search-budget.ts';
import { checkSearch, problemOfSearch } from '../search-checks.ts';
import { confirmedLevels, type FinalistView, type ProposalView, type SearchView } from '../search-view.ts';
import { countingSettings, type Dimension, type Space, settingsOf } from '../space.ts';
import { summarize } from '../statistics.ts';
import { type Difference, type Strategy, type StudyView, spaceDifference } from '../strategy.ts';
import { completeTrials, type History, isBetter, type Trial } from '../trial.ts';

/**
 * The seeds of search and finals, in order: those of the definition, and the integers after the largest of them. The
 * first is the common seed of all proposals.
 */
function seedOf({ seeds }: Pick<StudyDefinition, 'seeds'>, index: number): number {
  // A search takes no rule of seeds.
  const listed = Array.isArray(seeds) ? seeds : [];
  return listed[index] ?? Math.max(0, ...listed) + 1 + index - listed.length;
}

/**
 * Seeds that nothing was selected by. They depend on the budget, so that a search with a larger budget is confirmed on
 * new ones: 120001 to 120005 after 120 trainings.
 */
function confirmationSeeds({ confirm }: SearchPlan, { proposals, finals }: SearchBudget): number[] {
  const first = (proposals + finals) * 1000 + 1;
  return Array.from({ length: confirm }, (_, index) => first + index);
}

function follow(definition: StudyDefinition, plan: SearchPlan, history: History): StudyView {
  const searching: SearchDefinition = { ...definition, plan };
  const budget = budgetOf(searching);
  const rungs = rungsOfSearch(searching);
  const phase = followProposals({
    definition: searching,
    history,
    // Under a budget in hours the base is trained first, which says how many trainings these are.
    planned: budget?.proposals ?? 1,
    rungs,
    seed: seedOf(definition, 0),
  });
  let pending: readonly TrialRequest[] = pendingProposals(phase, rungs, searching, budget !== undefined);
  let finals: SearchView['finals'];
  let confirmation: Confirmation | undefined;
  if (budget && phase.finished) {
    const found = finalsOf(phase.proposals, { definition: searching, budget, rungs, history });
    finals = found.view;
    pending = found.pending;
    if (finals.finished && finals.ranking.length > 0) {
      confirmation = confirmationOf(finals, phase.proposals[0]!, { definition: searching, budget, history });
      pending = confirmation.pending;
    }
  }
  const finished = confirmation?.view.finished === true;
  const search: SearchView = {
    phase: finished ? 'finished' : confirmation ? 'confirmation' : finals ? 'finals' : 'search',
    proposals: promoted(phase.proposals, finals, rungs),
    planned: budget?.proposals ?? 1,
    exhausted: phase.exhausted,
    rungs,
    epochs: epochsOf(searching, phase),
    finals,
    confirmation: confirmation?.view,
  };
  return {
    definition,
    stages: confirmation ? [confirmation.stage] : [],
    pending,
    winner: finished ? confirmation!.view.winner : undefined,
    finished,
    stuck: finals?.finished && finals.ranking.length === 0 ? 0 : undefined,
    trials: trialsOf(search),
    expected: expectedOf(budget, search),
    search,
    tested: finished ? [confirmation!.view.winner, confirmation!.view.base] : [],
    toStop: finals ? stoppedOf(search) : [],
  };
}

/** The trials of all phases, each once. */
function trialsOf({ proposals, finals, confirmation }: SearchView): Trial[] {
  const levels = [...(finals?.finalists ?? []), ...confirmedLevels({ confirmation })];
  const found = new Set([...proposals.map(({ trial }) => trial), ...levels.flatMap(({ trials }) => trials)]);
  return [...found].filter((trial) => trial !== undefined);
}

/** The trainings of all phases: those of the phases that have begun, and what the budget plans for the others. */
function expectedOf(
  budget: SearchBudget | undefined,
  { finals, confirmation, proposals, planned, exhausted }: SearchView,
): number {
  if (!budget) return 1;
  const searched = exhausted ? proposals.length : planned;
  const inFinals = finals?.finished
    ? finals.rounds.reduce((sum, { trainings, resumed }) => sum + (resumed ? 0 : trainings), 0)
    : budget.finals + planned - searched;
  const confirmed = confirmation
    ? confirmedLevels({ confirmation }).length * confirmation.seeds.length
    : budget.confirmation;
  return searched + inFinals + confirmed;
}

/** Trials that run first, and new ones in the order of their numbers, which is the order in which they must start. */
function pendingProposals(
  { proposals }: SearchPhase,
  rungs: readonly number[],
  definition: StudyDefinition,
  isBudgetKnown: boolean,
): TrialRequest[] {
  const seed = seedOf(definition, 0);
  const requests = proposals
    .filter(({ state }) => state === 'running' || state === 'waiting')
    .map(({ number, key, configuration, settings, trial }): [Trial | undefined, TrialRequest] => {
      const isWhole = rungs.length === 1 || !isBudgetKnown;
      const until = isWhole ? {} : { until: rungs[0]! };
      return [trial, { key, configuration, settings, seed, proposal: number, ...until }];
    });
  const isBegun = ([trial]: [Trial | undefined, TrialRequest]) => trial?.state === 'running';
  return [...requests.filter(isBegun), ...requests.filter((request) => !isBegun(request))].map(
    ([, request]) => request,
  );
}

/** The proposals, of which the finalists go on to the last rung. */
function promoted(
  proposals: readonly ProposalView[],
  finals: SearchView['finals'],
  rungs: readonly number[],
): readonly ProposalView[] {
  const chosen = new Set(finals?.finalists.map(({ proposal }) => proposal));
  return proposals.map((proposal) => {
    if (!chosen.has(proposal.number)) return proposal;
    const state = proposal.state === 'paused' ? 'running' : proposal.state;
    return { ...proposal, state, rung: rungs.length - 1 };
  });
}

/** The paused trials of settings that are no finalists. If the search is extended and they become some, they are made again. */
function stoppedOf({ proposals }: SearchView): Trial[] {
  return proposals.flatMap(({ state, trial }) => (state === 'paused' ? [trial!] : []));
}

function levelOf({ number, values }: ProposalView, space: Space): Level {
  return number === 0
    ? { label: 'the base', settings: {}, short: 'base' }
    : { label: `#${number} ${assignmentsOf(values)}`, settings: settingsOf(values, space), short: `#${number}` };
}

function levelView(proposal: ProposalView, trials: readonly (Trial | undefined)[], space: Space): LevelView {
  const { settings, configuration, key } = proposal;
  const scores = completeTrials(trials).map(({ score }) => score);
  return {
    level: levelOf(proposal, space),
    settings,
    configuration,
    key,
    sameAs: undefined,
    trials,
    failed: trials.filter((trial): trial is Trial => trial?.state === 'failed'),
    summary: scores.length > 0 ? summarize(scores) : undefined,
  };
}

/** From best to worst at the first rung; ties by the loss there, then by number. Those that failed are left out. */
function rankedProposals(
  proposals: readonly ProposalView[],
  { objective }: StudyDefinition,
  rungs: readonly number[],
): ProposalView[] {
  const sound = proposals.filter(({ scores, state }) => scores.length > 0 && state !== 'failed');
  const lossOf = ({ trial }: ProposalView) =>
    trial?.curve.find(({ epoch }) => epoch === rungs[0])?.selection?.loss ?? 0;
  return sound.sort((a, b) => {
    const [first, second] = [a.scores[0]!, b.scores[0]!];
    if (first !== second) return isBetter(first, second, objective) ? -1 : 1;
    return lossOf(a) - lossOf(b) || a.number - b.number;
  });
}

interface PhaseContext {
  readonly definition: SearchDefinition;
  readonly budget: SearchBudget;
  readonly history: History;
}

function finalsOf(
  proposals: readonly ProposalView[],
  { definition, budget, rungs, history }: PhaseContext & { readonly rungs: readonly number[] },
): { view: NonNullable<SearchView['finals']>; pending: readonly TrialRequest[] } {
  const ranked = rankedProposals(proposals, definition, rungs);
  const best = ranked.slice(0, budget.finalists);
  // The base is one of the finalists, whatever its score.
  const entrants = best.some(({ number }) => number === 0)
    ? best
    : [...best.slice(0, budget.finalists - 1), ...ranked.filter(({ number }) => number === 0)];
  const common = [seedOf(definition, 0)];
  const isEarly = rungs.length > 1;
  // An exhausted space leaves epochs over.
  const left = (budget.proposals - proposals.length) * (isEarly ? rungs[0]! / rungs.at(-1)! : 1);
  const { seeds, dropped, rounds, ranking, finished, pending } = followFinals({
    finalists: entrants.map(({ key, configuration, settings }) => ({ key, configuration, settings })),
    known: isEarly ? [] : common,
    paused: isEarly ? common : [],
    seed: (index) => seedOf(definition, index + 1),
    budget: budget.finals + Math.floor(left),
    objective: definition.objective,
    resolve: resolveOf(definition),
    history,
  });
  const finalists = entrants.map((proposal, index): FinalistView => {
    const trials = seeds.map((seed) => history.find(proposal.key, seed));
    return { ...levelView(proposal, trials, definition.space), proposal: proposal.number, dropped: dropped[index] };
  });
  return { view: { finalists, seeds, rounds, ranking, finished }, pending };
}

interface Confirmation {
  readonly view: NonNullable<SearchView['confirmation']>;
  readonly stage: StageView;
  readonly pending: readonly TrialRequest[];
}

/** The winner, the runner-up and the base, each once. */
function confirmationOf(
  { finalists, ranking }: NonNullable<SearchView['finals']>,
  base: ProposalView,
  { definition, budget, history }: PhaseContext,
): Confirmation {
  const chosen = ranking.slice(0, 2).map((index) => finalists[index]!);
  const levels = [
    ...chosen,
    ...(chosen.some(({ key }) => key === base.key) ? [] : [levelView(base, [], definition.space)]),
  ];
  const seeds = confirmationSeeds(definition.plan, budget);
  const { view, pending } = followContest({
    definition: { objective: definition.objective, seeds },
    index: 0,
    factors: Object.keys(definition.space),
    base: definition.base,
    levels: levels.map(({ level }) => level),
    history,
    firstAt: new Map(),
  });
  const at = (key: string) => view.levels.find((level) => level.key === key);
  const second = chosen[1];
  const confirmed = {
    winner: view.levels[0]!,
    runnerUp: second && second.key !== base.key ? at(second.key) : undefined,
    base: at(base.key)!,
  };
  const { objective } = definition;
  const claims = view.finished ? claimsOf(confirmed, { objective, resolve: resolveOf(definition) }) : [];
  return {
    view: { ...confirmed, seeds, finished: view.finished, claims },
    // The winner is the finals': to choose again by the confirmation would be to select by it.
    stage: { ...view, selected: view.finished ? 0 : undefined },
    pending,
  };
}

function epochsOf(definition: SearchDefinition, { proposals }: SearchPhase): SearchView['epochs'] {
  if (definition.plan.earlyStopping === 'none') return undefined;
  const whole = epochsOfTraining(definition);
  return {
    trained: proposals.reduce((sum, { trial }) => sum + (trial?.curve.at(-1)?.epoch ?? 0), 0),
    whole: whole * proposals.filter(({ trial }) => trial !== undefined).length,
  };
}

/**
 * The base, and each hyperparameter at its ends or at each of its values, the others at their first: a proposal sets all
 * of them, and some values need others than the base has.
 */
function plannedLevels(definition: StudyDefinition): Level[] {
  const { space } = definition;
  const first = Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, endsOf(dimension)[0]!]));
  const extremes = Object.entries(space).flatMap(([name, dimension]) =>
    endsOf(dimension).map((value): Settings => {
      const own = settingsOf({ [name]: value }, space);
      return { ...settingsOf({ ...first, [name]: value }, space), ...conditionOf(dimension), ...own };
    }),
  );
  const levels = extremes.map((settings): Level => {
    const counting = countingSettings(settings, definition);
    return { label: assignmentsOf(counting), settings: counting };
  });
  return [{ label: 'the base', settings: {} }, ...levels];
}

/** Values of other hyperparameters under which this one counts. */
function conditionOf({ when }: Dimension): Settings {
  return Object.fromEntries(Object.entries(when ?? {}).map(([name, values]) => [name, values[0]!]));
}

function endsOf(dimension: Dimension) {
  return dimension.kind === 'choices' ? dimension.values : [dimension.low, dimension.high];
}

export const search: Strategy<SearchPlan> = {
  check: checkSearch,
  problem: problemOfSearch,
  size: { of: 'trainings', what: (count) => `has a budget of ${count} trainings`, way: 'give less' },
  follow,
  levels: (_, definition) => [plannedLevels(definition)],
  count: (plan, definition) => trainingsOf({ ...definition, plan }),
  describe({ sampler, earlyStopping }, { space }) {
    const how = sampler === 'tpe' ? 'with TPE' : 'at random';
    const stopping = earlyStopping === 'none' ? '' : ', stopping early';
    return `a search of ${Object.keys(space).join(' x ')} ${how}${stopping}, finals on more seeds, and a confirmation on fresh ones`;
  },
  difference(before, after, spaces) {
    const found = spaceDifference('search', spaces);
    if (found) return found;
    for (const what of ['sampler', 'earlyStopping', 'finalists', 'confirm', 'parallel', 'seed', 'resolve'] as const) {
      if (before[what] !== after[what]) return { what: `search.${what}`, was: before[what], is: after[what] };
    }
    return budgetDifference(before, after);
  },
};

/** Only a larger budget extends a search. */
function budgetDifference(before: SearchPlan, after: SearchPlan): Difference | undefined {
  for (const what of ['hours', 'epochs', 'trainings'] as const) {
    const [was, is] = [before[what], after[what]];
    if (was === is) continue;
    // Trainings that were measured for hours belong to these hours.
    if (what !== 'hours' && before.hours !== undefined && after.hours !== undefined) continue;
    if (was === undefined || is === undefined || was > is) return { what: `search.${what}`, was, is };
  }
  return undefined;
}
