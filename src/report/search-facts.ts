/** The facts of a search: what its phases found, what the confirmation claims, and which hyperparameters matter. */

import type { Claim } from '../study/claims.ts';
import { objectives, type SearchPlan, type Settings } from '../study/definition.ts';
import { type Importances, importancesOf } from '../study/importance.ts';
import { confirmedLevels, type FinalistView, type ProposalView, type SearchView } from '../study/search-view.ts';
import { contains, meets } from '../study/space.ts';
import { type Summary, summarize } from '../study/statistics.ts';
import type { StudyView } from '../study/strategy.ts';
import { completeTrials, isComplete, type Trial } from '../study/trial.ts';
import type { TaskSettings } from '../tasks/task.ts';

/** A finalist's scores in each phase. */
export interface FinalistFacts {
  readonly view: FinalistView;
  readonly id: string;
  /** The score with the search's seed, by which it was found; undefined where that training was stopped early. */
  readonly found: number | undefined;
  /** Of its scores with the seeds that the finals added. */
  readonly finals: Summary | undefined;
  /** Of its scores in the confirmation. */
  readonly confirmed: Summary | undefined;
  /** How many trainings the finals gave it. */
  readonly trainings: number;
}

export interface SearchFacts {
  readonly plan: SearchPlan;
  readonly view: SearchView;
  /** Trainings that have begun, by phase, each once. */
  readonly trainings: { readonly search: number; readonly finals: number; readonly confirmation: number };
  /** From best to worst; those that failed come last. */
  readonly finalists: readonly FinalistFacts[];
  /** Empty until the confirmation is finished. */
  readonly claims: readonly Claim[];
  /** Whether the winner of the finals is the base itself. */
  readonly isBaseBest: boolean;
  /** The winner's values that differ from the base's. */
  readonly changes: readonly {
    readonly name: string;
    readonly from: Settings[string];
    readonly to: Settings[string];
  }[];
  /** The hyperparameters whose value in the base is outside the space. */
  readonly baseOutside: readonly string[];
  /**
   * Proposals with their score at the first rung, after `comparedAt` epochs, which all of them have reached. Without
   * early stopping that is the whole training, and `comparedAt` is undefined.
   */
  readonly compared: readonly { readonly proposal: ProposalView; readonly score: number }[];
  readonly comparedAt: number | undefined;
  /** Of the compared proposals inside the space; undefined where too few are known. */
  readonly importances: Importances | undefined;
}

/** The name of a proposal's configuration in reports, CSV and JSON: `C12` is that of proposal 12, `C0` the base. */
export function configurationName(proposal: number): string {
  return `C${proposal}`;
}

/** A proposal in sentences and charts: `#12`, or `base`. */
export function proposalName(proposal: number): string {
  return proposal === 0 ? 'base' : `#${proposal}`;
}

/** Undefined for a study that is no search. */
export function searchFacts(
  study: StudyView,
  { complete, parameters }: Pick<TaskSettings, 'complete' | 'parameters'>,
): SearchFacts | undefined {
  const { search: view, definition } = study;
  const { plan, space, objective } = definition;
  if (!view || plan.kind !== 'search') return undefined;
  const base = view.proposals[0]!;
  const winner = view.confirmation?.winner;
  const outside = (proposal: ProposalView) => {
    const settings = complete(proposal.configuration);
    return Object.entries(space).flatMap(([name, dimension]) => {
      const value = proposal.values[name];
      const isInside = !meets(settings, dimension.when) || (value !== undefined && contains(dimension, value));
      return isInside ? [] : [name];
    });
  };
  const compared = view.proposals.flatMap((proposal) =>
    proposal.state === 'failed' || proposal.scores.length === 0 ? [] : [{ proposal, score: proposal.scores[0]! }],
  );
  const inside = compared.filter(({ proposal }) => outside(proposal).length === 0);
  const { goal } = objectives[objective];
  return {
    plan,
    view,
    trainings: trainingsOf(view),
    finalists: finalistsOf(view),
    claims: view.confirmation?.claims ?? [],
    isBaseBest: winner !== undefined && winner.key === base.key,
    changes: winner ? changesOf(complete(base.configuration), complete(winner.configuration), parameters) : [],
    baseOutside: outside(base),
    compared,
    comparedAt: view.rungs.length > 1 ? view.rungs[0] : undefined,
    importances: importancesOf(
      inside.map(({ proposal, score }) => ({ values: proposal.values, score })),
      { space, goal },
    ),
  };
}

function trainingsOf(view: SearchView): SearchFacts['trainings'] {
  const { proposals, finals } = view;
  const known = new Set<Trial>();
  const newOf = (trials: readonly (Trial | undefined)[]) => {
    const before = known.size;
    for (const trial of trials) if (trial) known.add(trial);
    return known.size - before;
  };
  return {
    search: newOf(proposals.map(({ trial }) => trial)),
    finals: newOf((finals?.finalists ?? []).flatMap(({ trials }) => trials)),
    confirmation: newOf(confirmedLevels(view).flatMap(({ trials }) => trials)),
  };
}

function finalistsOf(search: SearchView): FinalistFacts[] {
  const { proposals, finals } = search;
  if (!finals) return [];
  const { finalists, ranking } = finals;
  const confirmed = confirmedLevels(search);
  const order = [...ranking, ...[...finalists.keys()].filter((index) => !ranking.includes(index))];
  return order.map((index): FinalistFacts => {
    const view = finalists[index]!;
    const { trial } = proposals[view.proposal]!;
    const added = view.trials.filter((each) => each !== undefined && each !== trial);
    return {
      view,
      id: configurationName(view.proposal),
      found: isComplete(trial) ? trial.score : undefined,
      finals: summaryOf(added),
      confirmed: confirmed.find(({ key }) => key === view.key)?.summary,
      trainings: added.length,
    };
  });
}

function summaryOf(trials: readonly (Trial | undefined)[]): Summary | undefined {
  const scores = completeTrials(trials).map(({ score }) => score);
  return scores.length > 0 ? summarize(scores) : undefined;
}

function changesOf(base: Settings, winner: Settings, parameters: TaskSettings['parameters']): SearchFacts['changes'] {
  return Object.keys(winner)
    .filter((name) => base[name] !== winner[name] && meets(winner, parameters[name]?.when))
    .map((name) => ({ name, from: base[name]!, to: winner[name]! }));
}

/** The phases that train, in their order. */
export const searchPhases = ['search', 'finals', 'confirmation'] as const;

/** What a trial is to a search: the proposal whose configuration it trains, and the phases that use it. */
export interface SearchRole {
  readonly proposal: number;
  readonly phases: readonly (typeof searchPhases)[number][];
}

/** The trials of a search: which configurations they train, and in which phases. */
export function rolesInSearch({ search }: Pick<StudyView, 'search'>): ReadonlyMap<Trial, SearchRole> {
  const roles = new Map<Trial, SearchRole>();
  if (!search) return roles;
  const numbers = new Map(search.proposals.map(({ key, number }) => [key, number]));
  const { proposals, finals } = search;
  const uses = [
    ...proposals.map(({ key, trial }) => ({ phase: 'search' as const, key, trials: [trial] })),
    ...(finals?.finalists ?? []).map(({ key, trials }) => ({ phase: 'finals' as const, key, trials })),
    ...confirmedLevels(search).map(({ key, trials }) => ({ phase: 'confirmation' as const, key, trials })),
  ];
  for (const { phase, key, trials } of uses) {
    for (const trial of trials) {
      if (!trial) continue;
      const phases = roles.get(trial)?.phases ?? [];
      if (!phases.includes(phase)) roles.set(trial, { proposal: numbers.get(key)!, phases: [...phases, phase] });
    }
  }
  return roles;
}
