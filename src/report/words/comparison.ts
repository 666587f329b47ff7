/** Two named configurations beside each other, in sentences. */
import { listed } from '../../base/format.ts';
import { compareLevels } from '../../study/compare.ts';
import { isSeedRule, objectives } from '../../study/definition.ts';
import { meanInterval } from '../../study/mcb.ts';
import { cutTo, significance, summarize } from '../../study/statistics.ts';
import { completeTrials, isComplete } from '../../study/trial.ts';
import { type Candidate, candidateOf, candidatesOf, comparedTrials, unselectedTrials } from '../candidates.ts';
import type { LevelFacts, StudyFacts } from '../facts.ts';
import { settingsText, valueText } from '../naming.ts';
import { countText, differenceRange, differenceText, pSentence, rangeText, resolveText, scoreText } from './numbers.ts';

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

/** `C2: batchSize 32, l2 0: 98.86 (98.52 to 99.19); seeds: 99.01, 98.81, 98.75`. */
function describe(candidate: Candidate, facts: StudyFacts): string {
  const { id, settings, parts } = candidate;
  const { objective } = facts.definition;
  const text = (score: number) => scoreText(score, objective);
  const scores = completeTrials(unselectedTrials(candidate)).map(({ score }) => score);
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
  const compared = comparedTrials(first, second);
  const [a, b] = compared.trials;
  const { difference, test, p, disagreements, seedsNeeded } = compareLevels({ trials: a }, { trials: b }, measure);
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
  if (facts.search) lines.push(compared.areConfirmed ? unselected : selectedBy);
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
  const candidates = candidatesOf(facts);
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
