/** The outcome of a whole study in sentences: the winner, its score, and what is not settled. */
import { isSeedRule, objectives } from '../../study/definition.ts';
import { completeTrials } from '../../study/trial.ts';
import { type LevelFacts, rivals, type StudyFacts } from '../facts.ts';
import { settingsText } from '../naming.ts';
import { factorsText, measureName } from './names.ts';
import { capitalized, countText, listed, rangeText, scoreText } from './numbers.ts';
import { seedsTrained } from './verdict.ts';

export interface Outcome {
  /** The winner and its score, what is not settled, or how far the study is. */
  readonly headline: readonly string[];
  /** The intervals of the winner's score. */
  readonly details: readonly string[];
}

export function outcome(facts: StudyFacts): Outcome {
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
      ...testLooks(winner.looks),
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

/** Whether the accuracy that the reference set out for was reached; only where the test set itself was selected on. */
function aim({ summary, view }: LevelFacts, { reference, measure }: StudyFacts): string[] {
  if (!reference || measure.set !== 'test' || measure.objective !== 'accuracy' || !summary) return [];
  const aim = `${reference.name}’s ${reference.aim} %`;
  const isReached = summary.mean >= reference.aim;
  const scores = completeTrials(view.trials).map(({ score }) => score);
  if (scores.length === 1) return [`${capitalized(aim)} was ${isReached ? '' : 'not '}reached.`];
  const runs = scores.filter((score) => score >= reference.aim).length;
  return [`The mean ${isReached ? 'reached' : 'did not reach'} ${aim}; ${runs} of ${scores.length} runs did.`];
}

function testLooks(looks: readonly { readonly accuracy: number }[]): string[] {
  if (looks.length === 0) return [];
  const accuracies = looks.map(({ accuracy }) => accuracy * 100);
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const each = accuracies.length > 1 ? ` (${accuracies.map((value) => value.toFixed(2)).join(', ')})` : '';
  return [`On the test set: ${mean.toFixed(2)} %${each}.`];
}

/** Stages in which another level may be as good. */
function unsettled(facts: StudyFacts): string[] {
  const open = facts.stages.filter((stage) => rivals(stage).length > 0);
  if (open.length === 0) return [];
  const seeds = Math.max(...open.map(seedsTrained));
  const what = facts.stages.length === 1 ? 'The choice' : `The choice of ${listed(open.map(factorsText))}`;
  const by = isSeedRule(facts.definition.seeds) ? `${seeds} seeds` : countText(seeds, 'seed');
  return [`${what} is not settled by ${by}: another level may be as good.`];
}

/** The images that networks were trained on, and those that settings were selected on. */
export function protocolSentence({ definition, looks }: Pick<StudyFacts, 'definition' | 'looks'>): string | undefined {
  if (definition.protocol === 'post') {
    return 'Protocol post: trained on the whole training set and selected on the test set, as the post did. The winner’s score is therefore optimistic.';
  }
  if (definition.protocol !== 'held-out') return undefined;
  return `Protocol held-out: settings are selected on a twelfth of the training set, drawn by class and fixed by the data’s hash; ${looksText(looks.length)}.`;
}

/** Only selected configurations are evaluated on the test set. */
function looksText(looks: number): string {
  if (looks === 0) return 'no network has been evaluated on the test set';
  return `the test set was looked at ${looks === 1 ? 'once' : `${looks} times`}, to evaluate selected configurations only`;
}
