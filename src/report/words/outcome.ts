/** The outcome of a whole study in sentences: the winner, its score, and what is not settled. */
import { capitalized, listed, shortHash } from '../../base/format.ts';
import type { Metrics } from '../../base/metrics.ts';
import { isSeedRule, type Objective, objectives } from '../../study/definition.ts';
import { completeTrials, scoreOf } from '../../study/trial.ts';
import { contests, isChosenByNetworks, type LevelFacts, rivals, type StudyFacts, seedsTrained } from '../facts.ts';
import { settingsText } from '../naming.ts';
import { factorsText, measureName } from './names.ts';
import { countText, rangeText, scoreText } from './numbers.ts';
import { searchOutcome } from './search.ts';

export interface Outcome {
  /** The winner and its score, what is not settled, or how far the study is. */
  readonly headline: readonly string[];
  /** The intervals of the winner's score. */
  readonly details: readonly string[];
}

export function outcome(facts: StudyFacts): Outcome {
  if (facts.search) return searchOutcome(facts, facts.search);
  const { winner, stuck, counts, naming } = facts;
  if (stuck !== undefined) {
    return {
      headline: [`The study ended early: no level of stage ${stuck + 1} ended well with every seed.`],
      details: [],
    };
  }
  if (!winner) {
    return { headline: [`Not finished: ${counts.ended} of about ${counts.expected} trials have ended.`], details: [] };
  }
  return {
    headline: [
      `Winner: ${settingsText(winner.view.settings, naming)}.`,
      ...performance(winner, facts),
      ...testLooks(winner.looks, facts.definition.objective),
      ...aim(winner, facts),
      ...unsettled(facts),
    ],
    details: intervals(winner, facts),
  };
}

function performance({ summary }: LevelFacts, { definition, measure }: StudyFacts): string[] {
  if (!summary) return [];
  const { objective } = definition;
  const unit = objectives[objective].unit;
  return [`${measureName(measure)}: ${scoreText(summary.mean, objective)}${unit} (${countText(summary.n, 'seed')}).`];
}

/** The intervals of the winner's score, and which of them to quote. */
function intervals({ judgement }: LevelFacts, { definition, measure }: StudyFacts): string[] {
  const { objective } = definition;
  const unit = objectives[objective].unit;
  const { mean, otherImages } = judgement;
  const seeds = mean && `${rangeText(mean, objective)}${unit}`;
  const images = otherImages && `${rangeText(otherImages.mean, objective)}${unit}`;
  if (seeds && images) {
    return [
      `95 % intervals of the winner’s mean: ${seeds} for other seeds on these images, ${images} for other seeds and other images.`,
      quote,
    ];
  }
  if (seeds)
    return [
      `95 % interval of the winner’s mean: ${seeds} for other seeds on ${measure.set ? 'these images' : 'the same data'}.`,
    ];
  if (images)
    return [
      `95 % interval of the winner’s score: ${images} for this network on other images; other seeds may give more or less.`,
    ];
  return [];
}

/** Which of the two intervals a reader should quote. */
export const quote =
  'If you ship a model and ask what it does on new images, quote the wider one; to compare settings on this benchmark, quote the other.';

/** Whether the reference's aim was reached; only said of a study that selects on the test set, as the reference did. */
function aim({ summary, view }: LevelFacts, { reference, measure }: StudyFacts): string[] {
  if (!reference || measure.set !== 'test' || measure.objective !== 'accuracy' || !summary) return [];
  const aim = `${reference.name}’s ${reference.aim} %`;
  const isReached = summary.mean >= reference.aim;
  const scores = completeTrials(view.trials).map(({ score }) => score);
  if (scores.length === 1) return [`${capitalized(aim)} was ${isReached ? '' : 'not '}reached.`];
  const runs = scores.filter((score) => score >= reference.aim).length;
  return [`The mean ${isReached ? 'reached' : 'did not reach'} ${aim}; ${runs} of ${scores.length} runs did.`];
}

function testLooks(looks: readonly Metrics[], objective: Objective): string[] {
  if (looks.length === 0) return [];
  const isBalanced = objective === 'balanced-accuracy';
  const accuracies = looks.map((look) => scoreOf(look, isBalanced ? objective : 'accuracy')!);
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const each = accuracies.length > 1 ? ` (${accuracies.map((value) => value.toFixed(2)).join(', ')})` : '';
  return [`On the test set: ${isBalanced ? `${objectives[objective].name} ` : ''}${mean.toFixed(2)} %${each}.`];
}

/** Stages in which another level may be as good, or in which other seeds may reverse the choice. */
function unsettled(facts: StudyFacts): string[] {
  const open = contests(facts).filter((stage) => rivals(stage).length > 0 || isChosenByNetworks(stage));
  if (open.length === 0) return [];
  const seeds = Math.max(...open.map(seedsTrained));
  const what = facts.stages.length === 1 ? 'The choice' : `The choice of ${listed(open.map(factorsText))}`;
  const by = isSeedRule(facts.definition.seeds) ? `${seeds} seeds` : countText(seeds, 'seed');
  const hasRivals = open.some((stage) => rivals(stage).length > 0);
  if (!open.some(isChosenByNetworks)) return [`${what} is not settled by ${by}: another level may be as good.`];
  const other = seeds === 1 ? 'another seed' : 'other seeds';
  return [
    `${what} is not settled by ${by}: ${hasRivals ? 'another level may be as good, or ' : ''}${other} may reverse it.`,
  ];
}

/** The name and the hash of the data; undefined where the record does not name them. */
export function dataSentence({ data, dataHash }: Pick<StudyFacts, 'data' | 'dataHash'>): string | undefined {
  return data && `Data: ${data.name}, hash ${shortHash(dataHash)}.`;
}

/** From whom the networks learned; undefined where the labels alone taught. */
export function teachersSentence({ definition: { distill } }: Pick<StudyFacts, 'definition'>): string | undefined {
  if (!distill) return undefined;
  const { teachers, temperature, weight } = distill;
  const hashes = teachers.map(({ sha256 }) => shortHash(sha256)).join(', ');
  return `Every network learned from ${countText(teachers.length, 'saved model')} (SHA-256 ${hashes}) at temperature ${temperature} with weight ${weight}.`;
}

/** The images that networks were trained on, and those that settings were selected on. */
export function protocolSentence(
  facts: Pick<StudyFacts, 'definition' | 'looks' | 'stages' | 'search' | 'naming' | 'winner' | 'stuck'>,
): string | undefined {
  const { protocol } = facts.definition;
  const training = limitsOf('trainLimit', facts);
  const test = limitsOf('testLimit', facts);
  if (protocol === 'post') {
    const asThePost = training === undefined && test === undefined ? ', as the post did' : '';
    const used = training === undefined ? 'the whole training set' : `${training} training images`;
    const selecting = test === undefined ? 'the test set' : `${test} test images`;
    return `Protocol post: trained on ${used} and selected on ${selecting}${asThePost}.${optimism(facts)}`;
  }
  if (protocol !== 'held-out') return undefined;
  const rest = training === undefined ? '' : `; networks are trained on ${training} of the other training images`;
  const evaluated = facts.search ? 'the winner and the base' : 'selected configurations';
  const looks = looksText(facts.looks.length, { limit: test, evaluated });
  const { heldOut, heldOutSplit } = facts.definition;
  const part = heldOut === undefined ? 'a twelfth' : `${countText(heldOut, 'image')}`;
  const split = heldOutSplit === undefined ? '' : ` (split ${heldOutSplit})`;
  return `Protocol held-out: settings are selected on ${part} of the training set${split}, drawn by class and fixed by the data’s hash${rest}; ${looks}.`;
}

/** A study that ended without a winner has no score that could be optimistic. */
function optimism({ winner, stuck }: Pick<StudyFacts, 'winner' | 'stuck'>): string {
  if (stuck !== undefined) return '';
  return winner ? ' The winner’s score is therefore optimistic.' : ' The winner’s score will therefore be optimistic.';
}

/** `the first 500`, `the first 500 or 1,000`, or undefined where every level uses all images. */
function limitsOf(name: string, { stages, naming, definition }: Pick<StudyFacts, 'stages' | 'naming' | 'definition'>) {
  const levels = stages.flatMap((stage) => stage.levels.map(({ view }) => view.configuration));
  const given = levels.length > 0 ? levels : [definition.base];
  const limits = new Set(given.map((settings) => naming.complete(settings)[name] ?? Number.POSITIVE_INFINITY));
  const numbers = [...limits].filter((limit): limit is number => typeof limit === 'number').sort((a, b) => a - b);
  if (!numbers.some(Number.isFinite)) return undefined;
  const texts = numbers.map((limit) => (Number.isFinite(limit) ? limit.toLocaleString('en-US') : 'all'));
  return `the first ${listed(texts, 'or')}`;
}

/** @param evaluated the configurations that are evaluated on the test set. */
function looksText(
  looks: number,
  { limit, evaluated }: { readonly limit: string | undefined; readonly evaluated: string },
): string {
  if (looks === 0) return 'no network has been evaluated on the test set';
  const times = looks === 1 ? 'once' : `${looks} times`;
  const part = limit === undefined ? '' : ` (${limit} images)`;
  return `the test set was looked at ${times}${part}, to evaluate ${evaluated} only`;
}
