/** Two named configurations beside each other, in sentences. */
import { listed } from '../../base/format.ts';
import { compareLevels } from '../../study/compare.ts';
import { isSeedRule, objectives } from '../../study/definition.ts';
import { meanInterval } from '../../study/mcb.ts';
import { cutTo, significance, summarize } from '../../study/statistics.ts';
import { completeTrials, isComplete, type Trial } from '../../study/trial.ts';
import { type LevelFacts, levelAt, type StudyFacts } from '../facts.ts';
import { settingsText, valueText } from '../naming.ts';
import { countText, differenceRange, differenceText, pSentence, rangeText, resolveText, scoreText } from './numbers.ts';

/** Lines: each of the two, what they differ in, the comparison, and the images they disagree on. */
export function comparisonLines(first: LevelFacts, second: LevelFacts, facts: StudyFacts): string[] {
  if (first.id === second.id) {
    const why =
      [first, second].flatMap(({ sameAs }) => sameAs?.reason ?? [])[0] ??
      facts.whySame(first.view.settings, second.view.settings);
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
 * The trials of a configuration in all stages, each trial once. Under a seed rule every stage has seeds of its own.
 */
function trialsByStage({ id }: LevelFacts, facts: StudyFacts): { stage: number; trials: (Trial | undefined)[] }[] {
  const known = new Set<Trial>();
  return (facts.configurations.get(id) ?? []).flatMap((place) => {
    const { trials } = levelAt(facts, place).view;
    const isNew = place === facts.configurations.get(id)![0] || trials.some((trial) => trial && !known.has(trial));
    if (!isNew) return [];
    for (const trial of trials) if (trial) known.add(trial);
    return [{ stage: place.stage, trials: [...trials] }];
  });
}

/** All trials of a configuration. */
function allTrials(level: LevelFacts, facts: StudyFacts): Trial[] {
  return [...new Set(trialsByStage(level, facts).flatMap(({ trials }) => trials))].filter(
    (trial) => trial !== undefined,
  );
}

/** `C2: batchSize 32, l2 0: 98.86 (98.52 to 99.19); seeds: 99.01, 98.81, 98.75`. */
function describe(level: LevelFacts, facts: StudyFacts): string {
  const { id, view } = level;
  const { objective } = facts.definition;
  const text = (score: number) => scoreText(score, objective);
  const scores = completeTrials(allTrials(level, facts)).map(({ score }) => score);
  const images = objective === 'accuracy' ? facts.measure.images : undefined;
  const interval = scores.length > 1 ? meanInterval(scores, { images }) : undefined;
  const range = interval ? ` (${rangeText(cutTo(interval, objectives[objective].range), objective)})` : '';
  const mean = scores.length > 0 ? `${text(summarize(scores).mean)}${range}` : 'no finished trial';
  const stages = trialsByStage(level, facts);
  const seeds = stages.map(({ stage, trials }) => {
    const texts = trials.map((trial) => (isComplete(trial) ? text(trial.score) : '-'));
    return `seeds${stages.length > 1 ? ` of stage ${stage + 1}` : ''}: ${texts.join(', ')}`;
  });
  return `${id}: ${settingsText(view.settings, facts.naming)}: ${mean}; ${seeds.join('; ')}`;
}

function differing(first: LevelFacts, second: LevelFacts, { naming }: StudyFacts): string {
  const [a, b] = [first, second].map(({ view }) => naming.complete(view.configuration)) as [
    LevelFacts['view']['configuration'],
    LevelFacts['view']['configuration'],
  ];
  const names = Object.keys(a).filter((name) => a[name] !== b[name]);
  const parts = names.map(
    (name) => `${name} ${valueText(name, a[name]!, naming)} against ${valueText(name, b[name]!, naming)}`,
  );
  return `They differ in ${listed(parts)}.`;
}

function judged(first: LevelFacts, second: LevelFacts, facts: StudyFacts): string[] {
  const { definition, measure } = facts;
  const { objective } = definition;
  const [a, b] = [first, second].map((level) => ({ trials: allTrials(level, facts) })) as [
    { trials: Trial[] },
    { trials: Trial[] },
  ];
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

/**
 * The first level of a configuration, by the report's name (`C3`), or a level by its label. If there is neither, `choices` lists the
 * configurations of the study.
 */
export function findConfiguration(
  wanted: string,
  facts: StudyFacts,
  labelsOf: (level: LevelFacts) => readonly string[],
):
  | { readonly found: LevelFacts }
  | { readonly found: undefined; readonly isAmbiguous: boolean; readonly choices: readonly LevelFacts[] } {
  const firsts = [...facts.configurations.values()].map(([place]) => levelAt(facts, place!));
  const byId = facts.configurations.get(wanted.toUpperCase());
  if (byId) return { found: levelAt(facts, byId[0]!) };
  const byLabel = facts.stages.flatMap(({ levels }) => levels.filter((level) => labelsOf(level).includes(wanted)));
  const distinct = new Set(byLabel.map(({ id }) => id));
  if (distinct.size === 1) return { found: byLabel[0]! };
  return { found: undefined, isAmbiguous: distinct.size > 1, choices: firsts };
}
