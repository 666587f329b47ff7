/** The verdict on a stage: which level is the best, may be the best, is worse, left, or is open, and by how much. */
import { listed } from '../../base/format.ts';
import { isSeedRule } from '../../study/definition.ts';
import type { Interval } from '../../study/judgement.ts';
import { completeTrials } from '../../study/trial.ts';
import {
  distinctLevels,
  isDropout,
  type LevelFacts,
  rivals,
  type StageFacts,
  type StudyFacts,
  seedsTrained,
} from '../facts.ts';
import { areNamed, fullName, namesOf, shortName } from './names.ts';
import { countText, resolveText, scoreText, sizeText } from './numbers.ts';

/** Sentences; the first is the verdict itself. */
export function verdict(stage: StageFacts, facts: StudyFacts): string[] {
  const { selected, finished } = stage;
  if (!finished) return [unfinished(stage, facts)];
  if (selected === undefined) {
    return ['No level ended well with every seed, so nothing can be selected and the study ends here.'];
  }
  const best = stage.levels[selected]!;
  const distinct = distinctLevels(stage);
  const judged = distinct.filter((level) => !isDropout(level)).length;
  const name = fullName(best, stage, facts);
  if (distinct.length === 1) return [`${name} is selected; there is no other configuration to compare it with.`];
  if (judged === 1) {
    return [`${name} is selected, since ${listed(dropouts(distinct, facts))}; nothing is left to compare it with.`];
  }
  const context = { stage, facts, best, name, distinct };
  return [
    ...sentences[stage.judgement.method](context),
    ...dropouts(distinct, facts).map((said) => `${said} and cannot be selected.`),
  ];
}

interface Context {
  readonly stage: StageFacts;
  readonly facts: StudyFacts;
  readonly best: LevelFacts;
  readonly name: string;
  readonly distinct: readonly LevelFacts[];
}

const sentences = { mcb: bySeeds, images: byImages, rounds: byRounds, none: byNothing } as const;

/** Hsu's comparisons with the best, over seeds. */
function bySeeds(context: Context): string[] {
  const { stage, facts, name, distinct } = context;
  const compared = distinct.filter(({ judgement }) => judgement.difference !== undefined);
  if (compared.every(({ judgement }) => judgement.difference === 0)) return equalScores(context);
  const others = rivals(stage);
  const worse = distinct.filter(({ judgement }) => judgement.standing === 'worse');
  const said =
    others.length === 0
      ? [allWorse(context, worse)]
      : [
          `${name} has the best mean and is selected, but ${namesOf(others, facts)} may be the best as well.`,
          ...atMostBehind(context),
        ];
  if (others.length > 0 && worse.length === 0) said.push('No level is ruled out.');
  return [...said, ...worseLevels(worse, context)];
}

/** With two seeds, some levels may be worse as trained networks only. */
function allWorse({ name, distinct }: Context, worse: readonly LevelFacts[]): string {
  const others = `${everyOther(distinct)} is worse`;
  const here = worse.filter(({ judgement }) => judgement.scope === 'these networks');
  if (here.length === 0) return `${name} is the best: ${others}.`;
  return here.length === worse.length
    ? `${name} has the best mean, and ${others} (these networks).`
    : `${name} has the best mean and is selected; ${others}, but for some this is said of the trained networks only.`;
}

/** All means are equal. */
function equalScores({ stage, facts, name }: Context): string[] {
  const { margin } = stage.judgement;
  const { objective } = facts.definition;
  const unseen = margin === undefined ? '' : `: differences up to ${sizeText(margin, objective)} would not show`;
  return [
    `All levels have the same mean score, so ${name}, the first of them, is selected.`,
    `Equal scores are no proof of equal levels${unseen}.`,
  ];
}

/** The most that the selected level can be behind the best one. */
function atMostBehind({ facts, best, name }: Context): string[] {
  const { differenceToBest } = best.judgement;
  if (!differenceToBest) return [];
  const [, most] = behind(differenceToBest, facts);
  return most > 0
    ? [`Whichever is the best, ${name} is behind it by at most ${sizeText(most, facts.definition.objective)}.`]
    : [];
}

/** One seed, or two seeds that decide nothing: the trained networks are compared by their answers to the images. */
function byImages(context: Context): string[] {
  const { stage, facts, name, distinct } = context;
  const others = rivals(stage);
  const worse = distinct.filter(({ judgement }) => judgement.standing === 'worse');
  const score = seedsTrained(stage) === 1 ? 'score' : 'mean';
  if (worse.length === 0) {
    return [
      `${name} has the best ${score} and is selected, but no other level is ruled out: ${namesOf(others, facts)} may be as good.`,
      seedsUnknown(stage),
    ];
  }
  const these = seedsTrained(stage) === 1 ? 'this network' : 'these networks';
  const said =
    others.length === 0
      ? [`${name} has the best ${score}, and ${everyOther(distinct)} is worse (${these}).`]
      : [`${name} has the best ${score} and is selected, but ${namesOf(others, facts)} may be as good.`];
  return [...said, ...worseLevels(worse, context)];
}

function seedsUnknown(stage: StageFacts): string {
  return seedsTrained(stage) === 1
    ? 'One seed does not tell how much results vary from seed to seed.'
    : `${countText(seedsTrained(stage), 'seed')} tell too little about how much results vary from seed to seed.`;
}

/** One seed without recorded answers: there is nothing to judge by. */
function byNothing({ stage, name }: Context): string[] {
  return [`${name} has the best score and is selected; nothing tells whether that is chance.`, seedsUnknown(stage)];
}

/** A seed rule: which levels left, and which are still in. */
function byRounds(context: Context): string[] {
  const { stage, facts, name, distinct } = context;
  const { objective } = facts.definition;
  const resolve = resolveText(facts.measure.resolve, objective);
  const others = rivals(stage);
  const left = distinct.filter(({ judgement }) => judgement.standing === 'left');
  const worse = distinct.filter(({ judgement }) => judgement.standing === 'worse');
  const said =
    others.length === 0
      ? [
          `${name} is selected: ${everyOther(distinct)} left.`,
          `In at most 5 % of all studies the one level that stays is worse than the best level by more than ${resolve}.`,
        ]
      : [
          `Open after ${countText(seedsTrained(stage), 'seed')}: ${name} has the best mean and is selected, but ${namesOf(others, facts)} may be better than it by more than ${resolve}.`,
        ];
  if (left.length > 0) {
    const parts = left.map((level): Part => ({ name: shortName(level, facts), said: afterSeeds(level) }));
    said.push(
      `${areNamed(left) ? listedParts(parts, 'left') : `${left.length.toLocaleString('en-US')} levels left`}.`,
      `A level leaves when the data show that it is not better than another level by more than ${resolve}. They do not show that it is worse.`,
    );
  }
  said.push(...worseLevels(worse, context));
  return [...said, ...savedTrainings(context)];
}

/** The trainings that the rule saved. A level that failed saved none, so neither number counts it. */
function savedTrainings({ facts, distinct }: Context): string[] {
  const { seeds } = facts.definition;
  if (!isSeedRule(seeds)) return [];
  const compared = distinct.filter((level) => !isDropout(level));
  const took = compared.reduce((sum, { view }) => sum + completeTrials(view.trials).length, 0);
  const all = compared.length * seeds.atMost;
  if (took >= all) return [];
  const total = all.toLocaleString('en-US');
  return compared.length === distinct.length
    ? [`This took ${countText(took, 'training')}; ${seeds.atMost} seeds for every level would have been ${total}.`]
    : [
        `Not counting levels that failed or were pruned, this took ${countText(took, 'training')}; ${seeds.atMost} seeds for each of the others would have been ${total}.`,
      ];
}

function afterSeeds({ judgement: { departure } }: LevelFacts): string {
  return departure ? `after ${countText(departure.round, 'seed')}` : '';
}

/** Which levels are worse and by how much. Levels that are worse only as trained networks have a sentence of their own. */
function worseLevels(worse: readonly LevelFacts[], { stage, facts }: Context): string[] {
  const general = worse.filter(({ judgement }) => judgement.scope === 'other seeds');
  const here = worse.filter(({ judgement }) => judgement.scope === 'these networks');
  const said: string[] = [];
  const { method } = stage.judgement;
  if (general.length > 0) {
    const start = method === 'rounds' ? 'Over all rounds together, ' : '';
    said.push(`${start}${worseSentence('worse', general, facts, { isNamed: method === 'mcb' })}`);
  }
  if (here.length > 0) {
    const isSingle = seedsTrained(stage) === 1;
    said.push(
      worseSentence(isSingle ? 'worse (this network)' : 'worse (these networks)', here, facts, { isNamed: false }),
      isSingle
        ? 'This compares the trained networks on images of this kind. It does not say that the setting is worse: another seed may reverse it.'
        : 'This compares the trained networks on images of this kind. It does not say that the setting is worse: other seeds may reverse it.',
    );
  }
  return said;
}

/** A level's name and what is said of it. */
interface Part {
  readonly name: string;
  readonly said: string;
}

/** `2 is worse by 0.17 to 0.83 points and 4 by 1.25 to 2.00 points`: the verb is written once. */
function listedParts(parts: readonly Part[], verb: string): string {
  return listed(parts.map(({ name, said }, i) => [name, ...(i === 0 ? [verb] : []), said].join(' ')));
}

/**
 * Edwards and Hsu's interval where its lower end is above 0 as printed, else the upper end of the interval of
 * differences to the best.
 * @param word `worse`, or `worse (this network)`.
 * @param isNamed whether the sentence names the method of the intervals.
 */
function worseSentence(
  word: string,
  worse: readonly LevelFacts[],
  facts: StudyFacts,
  { isNamed }: { readonly isNamed: boolean },
): string {
  if (!areNamed(worse)) return `${worse.length.toLocaleString('en-US')} levels are ${word}.`;
  const { objective } = facts.definition;
  const both: Part[] = [];
  const upper: Part[] = [];
  const bare: LevelFacts[] = [];
  for (const level of worse) {
    const { bothEnds, differenceToBest } = level.judgement;
    const name = shortName(level, facts);
    const [least, most] = bothEnds ? behind(bothEnds, facts) : [0, 0];
    if (least > 0 && Number(scoreText(least, objective)) > 0)
      both.push({ name, said: `by ${scoreText(least, objective)} to ${sizeText(most, objective)}` });
    else if (differenceToBest)
      upper.push({ name, said: `by up to ${sizeText(behind(differenceToBest, facts)[1], objective)}` });
    else bare.push(level);
  }
  const source = (name: string, { length }: readonly Part[]) =>
    isNamed ? ` (${name} ${length === 1 ? 'interval' : 'intervals'})` : '';
  const clauses = [
    ...(both.length > 0 ? [`${listedParts(both, `is ${word}`)}${source('Edwards and Hsu’s', both)}`] : []),
    ...(upper.length > 0 ? [`${listedParts(upper, `is ${word}`)}${source('Hsu’s', upper)}`] : []),
    ...(bare.length > 0 ? [`${namesOf(bare, facts)} ${bare.length === 1 ? 'is' : 'are'} ${word}`] : []),
  ];
  return `${clauses.join('; ')}.`;
}

/** How far a level is behind the best: the interval of its difference, turned so that positive is worse. */
export function behind([low, high]: Interval, { measure }: Pick<StudyFacts, 'measure'>): Interval {
  return measure.goal === 'maximize' ? [-high, -low] : [low, high];
}

function everyOther(levels: readonly LevelFacts[]): string {
  return levels.some(isDropout) ? 'every other level that was trained to the end' : 'every other level';
}

/** `2 and 4 failed`, `8 was pruned`; without a full stop. */
function dropouts(levels: readonly LevelFacts[], facts: StudyFacts): string[] {
  const failed = levels.filter(({ judgement }) => judgement.standing === 'failed');
  const pruned = levels.filter(({ judgement }) => judgement.standing === 'pruned');
  return [
    ...(failed.length > 0 ? [`${sentenceStart(failed, facts)} failed`] : []),
    ...(pruned.length > 0 ? [`${sentenceStart(pruned, facts)} ${pruned.length === 1 ? 'was' : 'were'} pruned`] : []),
  ];
}

function sentenceStart(levels: readonly LevelFacts[], facts: StudyFacts): string {
  return areNamed(levels) ? namesOf(levels, facts) : `${levels.length} levels`;
}

function unfinished(stage: StageFacts, facts: StudyFacts): string {
  const { timeline } = stage;
  if (timeline && timeline.rounds > 0) {
    const inside = timeline.entries.filter(({ end }) => end === 'in').map(({ level }) => stage.levels[level]!);
    return `Not finished yet: ${namesOf(inside, facts)} ${inside.length === 1 ? 'is' : 'are'} still in after ${countText(timeline.rounds, 'seed')}.`;
  }
  return `Not finished yet: ${countText(stage.ended, 'trial')} of this stage ${stage.ended === 1 ? 'has' : 'have'} ended.`;
}
