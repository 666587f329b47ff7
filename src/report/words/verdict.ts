/** The verdict on a stage: which level is the best, may be the best, is worse, left, or is open, and by how much. */
import { isSeedRule } from '../../study/definition.ts';
import type { Interval } from '../../study/judgement.ts';
import { distinctLevels, type LevelFacts, rivals, type StageFacts, type StudyFacts } from '../facts.ts';
import { areNamed, fullName, namesOf, shortName } from './names.ts';
import { countText, listed, resolveText, scoreText, sizeText } from './numbers.ts';

/** Sentences; the first is the verdict itself. */
export function verdict(stage: StageFacts, facts: StudyFacts): string[] {
  const { selected, finished } = stage;
  if (!finished) return [unfinished(stage, facts)];
  if (selected === undefined) {
    return ['No level ended well with every seed, so nothing can be selected and the study ends here.'];
  }
  const best = stage.levels[selected]!;
  const distinct = distinctLevels(stage);
  const failed = distinct.filter(({ judgement }) => judgement.standing === 'failed');
  const judged = distinct.length - failed.length;
  const name = fullName(best, stage, facts);
  if (distinct.length === 1) return [`${name} is selected; there is no other configuration to compare it with.`];
  if (judged === 1) {
    return [`${name} is selected, since ${namesOf(failed, facts)} failed; nothing is left to compare it with.`];
  }
  const context = { stage, facts, best, name, distinct };
  const said = sentences[stage.judgement.method](context);
  if (failed.length > 0) said.push(`${sentenceStart(failed, facts)} failed and cannot be selected.`);
  return said;
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

/** Of two seeds some of it may hold of the trained networks alone. */
function allWorse({ name, distinct }: Context, worse: readonly LevelFacts[]): string {
  const others = `every other level${hasFailures(distinct) ? ' that did not fail' : ''} is worse`;
  return worse.some(({ judgement }) => judgement.scope === 'these networks')
    ? `${name} has the best mean and is selected; ${others}, some only as far as these networks go.`
    : `${name} is the best: ${others}.`;
}

/** The scores differ nowhere. */
function equalScores({ stage, facts, name }: Context): string[] {
  const { margin } = stage.judgement;
  const { objective } = facts.definition;
  const unseen = margin === undefined ? '' : `: differences up to ${sizeText(margin, objective)} would not show`;
  return [
    `All levels have the same mean score, so ${name}, the first of them, is selected.`,
    `Equal scores are no proof of equal levels${unseen}.`,
  ];
}

/** What choosing the selected level costs at most. */
function atMostBehind({ facts, best, name }: Context): string[] {
  const { differenceToBest } = best.judgement;
  if (!differenceToBest) return [];
  const [, most] = behind(differenceToBest, facts);
  return most > 0
    ? [`Whichever is the best, ${name} is behind it by at most ${sizeText(most, facts.definition.objective)}.`]
    : [];
}

/** One seed, or two that decide nothing: the networks on other images. */
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
      ? [
          `${name} has the best ${score}, and every other level${hasFailures(distinct) ? ' that did not fail' : ''} is worse (${these}).`,
        ]
      : [`${name} has the best ${score} and is selected, but ${namesOf(others, facts)} may be as good.`];
  return [...said, ...worseLevels(worse, context)];
}

function seedsUnknown(stage: StageFacts): string {
  return seedsTrained(stage) === 1
    ? 'One seed does not tell how much results vary from seed to seed.'
    : `${countText(seedsTrained(stage), 'seed')} tell too little about how much results vary from seed to seed.`;
}

/** Nothing but the scores is known. */
function byNothing({ stage, name }: Context): string[] {
  return [`${name} has the best score and is selected; nothing tells whether that is chance.`, seedsUnknown(stage)];
}

/** A seed rule: who left, who is still in. */
function byRounds(context: Context): string[] {
  const { stage, facts, name, distinct } = context;
  const { objective } = facts.definition;
  const resolve = resolveText(facts.measure.resolve, objective);
  const others = rivals(stage);
  const left = distinct.filter(({ judgement }) => judgement.standing === 'left');
  const worse = distinct.filter(({ judgement }) => judgement.standing === 'worse');
  const said =
    others.length === 0
      ? [`${name} is the best, or within ${resolve} of it (95 % confidence).`]
      : [
          `Open after ${countText(seedsTrained(stage), 'seed')}: ${name} has the best mean and is selected, but ${namesOf(others, facts)} may be better than it by more than ${resolve}.`,
        ];
  if (left.length > 0) {
    const parts = left.map(
      (level) => `${shortName(level, facts)} after ${countText(level.judgement.departure!.round, 'seed')}`,
    );
    said.push(
      `${areNamed(left) ? `Left: ${listed(parts)}` : `${left.length} levels left`}. A level leaves when it is not better than another one by more than ${resolve}; that is all that was shown, not that it is worse.`,
    );
  }
  said.push(...worseLevels(worse, context));
  const { seeds } = facts.definition;
  if (isSeedRule(seeds)) {
    const all = distinct.length * seeds.atMost;
    if (stage.ended < all) {
      said.push(
        `This took ${countText(stage.ended, 'training')}; ${seeds.atMost} seeds for every level would be ${all.toLocaleString('en-US')}.`,
      );
    }
  }
  return said;
}

/** Who is worse and by how much, apart for what holds of the trained networks alone. */
function worseLevels(worse: readonly LevelFacts[], { stage, facts }: Context): string[] {
  const general = worse.filter(({ judgement }) => judgement.scope === 'other seeds');
  const here = worse.filter(({ judgement }) => judgement.scope === 'these networks');
  const said: string[] = [];
  const { method } = stage.judgement;
  const start = method === 'rounds' ? 'Worse, over all rounds together' : 'Worse';
  if (general.length > 0) said.push(...worseSentences(start, general, facts, method === 'mcb'));
  if (here.length > 0) {
    const single = seedsTrained(stage) === 1;
    said.push(
      ...worseSentences(`Worse (${single ? 'this network' : 'these networks'})`, here, facts, false),
      single
        ? 'That is said of the network that was trained, and of images of this kind. It does not say that the setting is worse: another seed may reverse it.'
        : 'That is said of the networks that were trained, and of images of this kind. It does not say that the setting is worse: other seeds may reverse it.',
    );
  }
  return said;
}

/** Both ends by Edwards and Hsu where the lower one is above 0 as printed, else the upper one by Hsu; either is named. */
function worseSentences(start: string, worse: readonly LevelFacts[], facts: StudyFacts, isHsu: boolean): string[] {
  if (!areNamed(worse)) return [`${start}: ${worse.length.toLocaleString('en-US')} levels.`];
  const { objective } = facts.definition;
  const both: string[] = [];
  const upper: string[] = [];
  const bare: string[] = [];
  for (const level of worse) {
    const { bothEnds, differenceToBest } = level.judgement;
    const name = shortName(level, facts);
    const [least, most] = bothEnds ? behind(bothEnds, facts) : [0, 0];
    if (least > 0 && Number(scoreText(least, objective)) > 0)
      both.push(`${name} by ${scoreText(least, objective)} to ${sizeText(most, objective)}`);
    else if (differenceToBest)
      upper.push(`${name} by up to ${sizeText(behind(differenceToBest, facts)[1], objective)}`);
    else bare.push(name);
  }
  return [
    ...(both.length > 0 ? [`${start} by Edwards and Hsu’s intervals: ${listed(both)}.`] : []),
    ...(upper.length > 0 ? [`${start}${isHsu ? ' by Hsu’s intervals' : ''}: ${listed(upper)}.`] : []),
    ...(bare.length > 0 ? [`${start}: ${listed(bare)}.`] : []),
  ];
}

/** How far a level is behind the best: the interval of its difference, turned so that positive is worse. */
export function behind([low, high]: Interval, { measure }: Pick<StudyFacts, 'measure'>): Interval {
  return measure.goal === 'maximize' ? [-high, -low] : [low, high];
}

function hasFailures(levels: readonly LevelFacts[]): boolean {
  return levels.some(({ judgement }) => judgement.standing === 'failed');
}

/** Seeds of the levels that have the most of them. */
export function seedsTrained({ levels }: Pick<StageFacts, 'levels'>): number {
  return levels.reduce((most, { summary }) => Math.max(most, summary?.n ?? 0), 0);
}

function sentenceStart(levels: readonly LevelFacts[], facts: StudyFacts): string {
  return areNamed(levels) ? namesOf(levels, facts) : `${levels.length} levels`;
}

function unfinished(stage: StageFacts, facts: StudyFacts): string {
  const { timeline } = stage;
  if (timeline && timeline.rounds > 0) {
    const inside = timeline.entries.filter(({ left }) => left === undefined).map(({ level }) => stage.levels[level]!);
    return `Not finished yet: ${namesOf(inside, facts)} ${inside.length === 1 ? 'is' : 'are'} still in after ${countText(timeline.rounds, 'seed')}.`;
  }
  return `Not finished yet: ${countText(stage.ended, 'trial')} of this stage ${stage.ended === 1 ? 'has' : 'have'} ended.`;
}
