/** Two named configurations beside each other, in sentences. */
import { listed } from '../../base/format.ts';
import { compareLevels } from '../../study/compare.ts';
import { isSeedRule, objectives, type Settings } from '../../study/definition.ts';
import { meanInterval } from '../../study/mcb.ts';
import type { ProposalView } from '../../study/search-view.ts';
import { cutTo, significance, summarize } from '../../study/statistics.ts';
import { completeTrials, isComplete, type Trial } from '../../study/trial.ts';
import { type LevelFacts, levelAt, type StudyFacts } from '../facts.ts';
import { settingsText, valueText } from '../naming.ts';
import { configurationName, searchPhases } from '../search-facts.ts';
import { labelOf } from './names.ts';
import { countText, differenceRange, differenceText, pSentence, rangeText, resolveText, scoreText } from './numbers.ts';

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

/** Lines: each of the two, what they differ in, the comparison, and the images they disagree on. */
export function comparisonLines(first: Candidate, second: Candidate, facts: StudyFacts): string[] {
  if (first.id === second.id) {
    const why = first.sameBecause ?? second.sameBecause ?? facts.whySame(first.settings, second.settings);
    return [
      describe(first, facts),
      `Both are ${first.id}, one configuration${why ? ` (${why})` : ''}: there is nothing to compare.`,
    ];
  }
  return [
    describe(first, facts),
    describe(second, facts),
    differing(first, second, facts),
    ...judged(first, second, facts),
  ];
}

/**
 * A level with the trials of its configuration in all stages. Under a seed rule every stage has seeds of its own.
 */
function candidateOf(level: LevelFacts, facts: StudyFacts): Candidate {
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

/** The parts of the confirmation, whose scores selected nothing; all parts where there are none. */
function unselectedParts({ parts }: Candidate): readonly Part[] {
  const confirmed = parts.filter(isConfirmation);
  return confirmed.length > 0 ? confirmed : parts;
}

function isConfirmation({ of }: Part): boolean {
  return of === confirmation;
}

/** `C2: batchSize 32, l2 0: 98.86 (98.52 to 99.19); seeds: 99.01, 98.81, 98.75`. */
function describe(candidate: Candidate, facts: StudyFacts): string {
  const { id, settings, parts } = candidate;
  const { objective } = facts.definition;
  const text = (score: number) => scoreText(score, objective);
  const scores = completeTrials(trialsOf(unselectedParts(candidate))).map(({ score }) => score);
  const images = objective === 'accuracy' ? facts.measure.images : undefined;
  const interval = scores.length > 1 ? meanInterval(scores, { images }) : undefined;
  const range = interval ? ` (${rangeText(cutTo(interval, objectives[objective].range), objective)})` : '';
  const mean = scores.length > 0 ? `${text(summarize(scores).mean)}${range}` : 'no finished trial';
  const seeds = parts.map(({ of, trials }) => {
    const texts = trials.map((trial) => (isComplete(trial) ? text(trial.score) : '-'));
    return `seeds${parts.length > 1 || facts.search ? ` of ${of}` : ''}: ${texts.join(', ')}`;
  });
  return `${id}: ${settingsText(settings, facts.naming)}: ${mean}; ${seeds.join('; ')}`;
}

function differing(first: Candidate, second: Candidate, { naming }: StudyFacts): string {
  const [a, b] = [naming.complete(first.configuration), naming.complete(second.configuration)];
  const names = Object.keys(a).filter((name) => a[name] !== b[name]);
  const parts = names.map(
    (name) => `${name} ${valueText(name, a[name]!, naming)} against ${valueText(name, b[name]!, naming)}`,
  );
  return `They differ in ${listed(parts)}.`;
}

function judged(first: Candidate, second: Candidate, facts: StudyFacts): string[] {
  const { definition, measure } = facts;
  const { objective } = definition;
  // The confirmation's scores selected nothing. Where both have some, these alone are compared.
  const isConfirmed = [first, second].every(({ parts }) => parts.some(isConfirmation));
  const counting = (candidate: Candidate) => trialsOf(isConfirmed ? unselectedParts(candidate) : candidate.parts);
  const [a, b] = [{ trials: counting(first) }, { trials: counting(second) }];
  const { difference, test, p, disagreements, seedsNeeded } = compareLevels(a, b, measure);
  const names = [first.id, second.id] as const;
  if (!difference) return [`${names[0]} and ${names[1]} have no finished trial with a common seed.`];
  const unit = objectives[objective].isPercentage ? ' points' : '';
  const range = difference.interval ? `, 95 % interval ${differenceRange(difference.interval, objective)}` : '';
  const size = `${names[0]} minus ${names[1]}: ${differenceText(difference.mean, objective)}${unit}${range}`;
  const lines = [
    {
      t: `${size}; ${pSentence(p)} (paired t test over ${countText(difference.n, 'seed')}): ${p < significance ? 'a difference that chance does not explain' : 'within chance'}.${advice()}`,
      mcnemar: `${size}; ${pSentence(p)} (exact McNemar test on the images): ${p < significance ? 'the two networks differ, which another seed may reverse' : 'within chance'}.`,
      none: `${size}; one seed alone allows no test.`,
    }[test],
  ];
  if (test === 't' && isSeedRule(definition.seeds)) lines.push(seedsAdded);
  if (facts.search) lines.push(isConfirmed ? unselected : selectedBy);
  if (test === 'mcnemar') lines.push('How much results vary from seed to seed is unknown.');
  for (const { seed, onlyFirst, onlySecond, p: chance } of disagreements) {
    lines.push(
      `seed ${seed}: ${countText(onlyFirst, 'image')} only ${names[0]} gets right, ${onlySecond.toLocaleString('en-US')} only ${names[1]} (exact McNemar ${pSentence(chance)})`,
    );
  }
  return lines;

  function advice(): string {
    if (p < significance || seedsNeeded === undefined) return '';
    const aim = resolveText(measure.resolve, objective);
    if (seedsNeeded === 'many') return ` To resolve ${aim} would take more seeds than are practical.`;
    return seedsNeeded <= difference!.n ? '' : ` About ${seedsNeeded} seeds would resolve ${aim}.`;
  }
}

/** Under a seed rule the number of seeds depends on the scores. */
const seedsAdded = 'A t test of two levels ignores that seeds were added until the question was settled.';

/** In a search, of scores that selected. */
const selectedBy =
  'The search chose by some of these scores, so the better one may be the luckier one: only the confirmation, on fresh seeds, claims a difference.';
const unselected = 'These are the seeds of the confirmation, by which nothing was chosen.';

/**
 * A configuration by the report's name (`C3`), or that of a level by the level's label. If there is neither, `choices`
 * lists configurations of the study: its levels, in a search those of the confirmation or, before it, all.
 */
export function findConfiguration(
  wanted: string,
  facts: StudyFacts,
  labelsOf: (level: LevelFacts) => readonly string[],
):
  | { readonly found: Candidate }
  | { readonly found: undefined; readonly isAmbiguous: boolean; readonly choices: readonly Candidate[] } {
  const candidates = new Map(
    facts.search
      ? facts.search.view.proposals.map((proposal) => {
          const candidate = candidateOfSearch(proposal, facts);
          return [candidate.id, candidate] as const;
        })
      : [...facts.configurations].map(([id, [place]]) => [id, candidateOf(levelAt(facts, place!), facts)] as const),
  );
  const byId = candidates.get(wanted.toUpperCase());
  if (byId) return { found: byId };
  const byLabel = facts.stages.flatMap(({ levels }) => levels.filter((level) => labelsOf(level).includes(wanted)));
  const distinct = new Set(byLabel.map(({ id }) => id));
  if (distinct.size === 1) {
    const found = candidates.get(byLabel[0]!.id)!;
    return { found: facts.search ? found : candidateOf(byLabel[0]!, facts) };
  }
  const named = [...facts.configurations.keys()].flatMap((id) => candidates.get(id) ?? []);
  return {
    found: undefined,
    isAmbiguous: distinct.size > 1,
    choices: named.length > 0 ? named : [...candidates.values()],
  };
}
