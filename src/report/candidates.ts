/** The configurations of a study that can be compared, and the trials by which two of them are. */
import type { Settings } from '../study/definition.ts';
import type { ProposalView } from '../study/search-view.ts';
import type { Trial } from '../study/trial.ts';
import { type LevelFacts, levelAt, type StudyFacts } from './facts.ts';
import { settingsText } from './naming.ts';
import { configurationName, searchPhases } from './search-facts.ts';
import { labelOf } from './words/names.ts';

/** A configuration that can be compared with another. */
export interface Candidate {
  /** `C3`: its name in the report. */
  readonly id: string;
  readonly label: string;
  readonly settings: Settings;
  /** The canonical settings. */
  readonly configuration: Settings;
  /** Its trials, each once, by the part of the study that asked for them. */
  readonly parts: readonly { readonly of: string; readonly trials: readonly (Trial | undefined)[] }[];
  /** Why another level is the same configuration, where the two are written differently. */
  readonly sameBecause: string | undefined;
}

/**
 * A level with the trials of its configuration in all stages. Under a seed rule every stage has seeds of its own.
 */
export function candidateOf(level: LevelFacts, facts: StudyFacts): Candidate {
  const { id, view, sameAs } = level;
  const known = new Set<Trial>();
  const places = facts.configurations.get(id) ?? [];
  const parts = places.flatMap((place) => {
    const { trials } = levelAt(facts, place).view;
    const isNew = place === places[0] || trials.some((trial) => trial && !known.has(trial));
    if (!isNew) return [];
    for (const trial of trials) if (trial) known.add(trial);
    return [{ of: `stage ${place.stage + 1}`, trials }];
  });
  const { settings, configuration } = view;
  return { id, label: labelOf(level, facts), settings, configuration, parts, sameBecause: sameAs?.reason };
}

/** A configuration that a search tried, with its trials in each phase. A training that was stopped early counts as none. */
function candidateOfSearch(
  { number, settings, configuration }: ProposalView,
  { trials, naming }: StudyFacts,
): Candidate {
  const own = trials.filter(({ search }) => search?.proposal === number);
  const parts = searchPhases.flatMap((phase) => {
    const asked = own.filter(({ search }) => search!.phases[0] === phase).map(({ trial }) => trial);
    return asked.length > 0 ? [{ of: phase === 'confirmation' ? confirmation : `the ${phase}`, trials: asked }] : [];
  });
  const label = number === 0 ? 'base' : settingsText(settings, naming);
  return { id: configurationName(number), label, settings, configuration, parts, sameBecause: undefined };
}

const confirmation = 'the confirmation';

type Part = Candidate['parts'][number];

/** Each trial once. */
function trialsOf(parts: readonly Part[]): Trial[] {
  return [...new Set(parts.flatMap(({ trials }) => trials))].filter((trial) => trial !== undefined);
}

/** The trials of the confirmation, whose scores selected nothing; all where there are none. */
export function unselectedTrials({ parts }: Candidate): Trial[] {
  const confirmed = parts.filter(isConfirmation);
  return trialsOf(confirmed.length > 0 ? confirmed : parts);
}

function isConfirmation({ of }: Part): boolean {
  return of === confirmation;
}

/** All that can be compared, by name: the configurations of the levels, of a search every proposal. */
export function candidatesOf(facts: StudyFacts): ReadonlyMap<string, Candidate> {
  const candidates = facts.search
    ? facts.search.view.proposals.map((proposal) => candidateOfSearch(proposal, facts))
    : [...facts.configurations.values()].map(([place]) => candidateOf(levelAt(facts, place!), facts));
  return new Map(candidates.map((candidate) => [candidate.id, candidate]));
}

/**
 * The trials of both that are compared: where both were confirmed, those of the confirmation alone, since its scores
 * selected nothing; else all.
 */
export function comparedTrials(
  first: Candidate,
  second: Candidate,
): { readonly trials: readonly [Trial[], Trial[]]; readonly areConfirmed: boolean } {
  const areConfirmed = [first, second].every(({ parts }) => parts.some(isConfirmation));
  const counting = (candidate: Candidate) => (areConfirmed ? unselectedTrials(candidate) : trialsOf(candidate.parts));
  return { trials: [counting(first), counting(second)], areConfirmed };
}
