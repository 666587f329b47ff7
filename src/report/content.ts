/** What a report says, before it is set as text, Markdown or HTML: rows and sentences, derived from the journal alone. */
import type { StudyRecord } from '../store/journal-store.ts';
import {
  analyseStage,
  type Comparison,
  compareSteps,
  resolution,
  type StageAnalysis,
  type StepComparison,
} from '../study/compare.ts';
import { type Settings, valueText } from '../study/definition.ts';
import {
  completeTrials,
  configurationKey,
  followStudy,
  type LevelView,
  type StageView,
  type StudyView,
  scoreOf,
} from '../study/plan.ts';
import { type Summary, significance } from '../study/statistics.ts';
import { completeSettings, identifyConfiguration, whySame } from '../tasks/lenet/configuration.ts';
import { type PostRow, postAccuracy, postLogs, postRow } from './post.ts';

export interface Row {
  readonly view: LevelView;
  readonly label: string;
  /** `C1`, `C2`, ...: the configuration's name in the whole report. */
  readonly id: string;
  /** Mean, `98.94`. */
  readonly mean: string;
  /** `98.80 to 99.08`. */
  readonly interval: string;
  /** Every seed's score in the seeds' order. */
  readonly seeds: string;
  readonly post: PostRow | undefined;
  /** `selected`, `alike` (not distinguishable from it), `worse`, or `open` while the stage runs. */
  readonly standing: 'selected' | 'alike' | 'worse' | 'open' | 'failed';
  readonly p: string;
  readonly notes: readonly string[];
}

export interface Section {
  readonly stage: StageView;
  /** `Stage 1: batchSize`. */
  readonly title: string;
  readonly rows: readonly Row[];
  readonly analysis: StageAnalysis | undefined;
  /** Each level against the one before; empty unless the study asks for it. */
  readonly steps: readonly StepComparison[];
  /** One sentence of judgement, then what else must be said. */
  readonly verdict: string;
  readonly remarks: readonly string[];
}

export interface Content {
  readonly view: StudyView;
  readonly record: StudyRecord;
  /** `Testing accuracy`, `Validation accuracy`, `Validation loss`. */
  readonly measure: string;
  readonly unit: string;
  readonly epochs: string;
  readonly protocol: string;
  readonly sections: readonly Section[];
  readonly outcome: readonly string[];
  readonly caveats: readonly string[];
  readonly wallSeconds: number;
  readonly coreSeconds: number;
}

/** An older version's configurations lack the hyperparameters that came later; they meet the definition's once defaults are filled in. */
function withDefaults<T extends { readonly key: string }>(item: T): T {
  return { ...item, key: configurationKey(identifyConfiguration(JSON.parse(item.key))) };
}

export function buildContent(found: StudyRecord): Content {
  const record = { ...found, trials: found.trials.map(withDefaults), looks: found.looks.map(withDefaults) };
  const { definition } = record;
  const view = followStudy(definition, record.trials, identifyConfiguration);
  const ids = configurationIds(view);
  const sections = view.stages.map((stage) => section(stage, view, ids));
  const epochs = new Set(view.stages.flatMap(({ levels }) => levels.map(({ configuration }) => configuration.epochs)));
  const set = definition.protocol === 'post' ? 'Testing' : 'Validation';
  return {
    ...{ view, record, sections },
    measure: `${set} ${definition.objective}`,
    unit: definition.objective === 'accuracy' ? ' %' : '',
    epochs: epochs.size === 1 ? `after ${epochsText(Number([...epochs][0]))}` : 'after the last epoch',
    protocol: protocolSentence(record),
    outcome: outcome(view, record, sections),
    caveats: caveats(view, sections),
    wallSeconds: record.sessions.reduce((sum, { seconds }) => sum + seconds, 0),
    coreSeconds: record.trials
      .flatMap(({ curve }) => curve)
      .reduce((sum, { seconds }) => sum + seconds.train + seconds.evaluate, 0),
  };
}

function epochsText(epochs: number): string {
  return epochs === 1 ? '1 epoch' : `${epochs} epochs`;
}

/** Names of the configurations in the order in which the study meets them. */
export function configurationIds({ stages }: StudyView): ReadonlyMap<string, string> {
  const keys = new Set(stages.flatMap(({ levels }) => levels.map(({ key }) => key)));
  return new Map([...keys].map((key, index) => [key, `C${index + 1}`]));
}

/** A score for people: accuracies in percent with two decimals, losses with four. */
export function scoreText(score: number, { definition }: StudyView): string {
  return score.toFixed(definition.objective === 'accuracy' ? 2 : 4);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

/** Only the settings worth telling: what the stages are about, and what their levels set beside that where it is no default. */
export function settingsText(settings: Settings, { definition }: StudyView): string {
  const main = new Set(definition.stages.flatMap(({ name }) => name.split(' x ')));
  const beside = new Set(
    definition.stages.flatMap(({ levels }) => levels.flatMap((level) => Object.keys(level.settings))),
  );
  const complete: Settings = completeSettings(settings);
  const defaults: Settings = completeSettings({});
  return Object.entries(complete)
    .filter(([name, value]) => main.has(name) || (beside.has(name) && value !== defaults[name]))
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

export function pText(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(p < 0.001 ? 4 : 3);
}

function section(stage: StageView, view: StudyView, ids: ReadonlyMap<string, string>): Section {
  const { definition } = view;
  const analysis = analyseStage(stage, definition.objective);
  const rows = stage.levels.map((level, index) => row(level, index, { stage, view, ids, analysis }));
  const single = definition.stages.length === 1;
  return {
    ...{ stage, rows, analysis },
    steps: definition.compare === 'previous' ? compareSteps(stage, definition.objective) : [],
    title: single ? stage.name : `Stage ${stage.index + 1}: ${stage.name}`,
    verdict: verdict(stage, view, analysis),
    remarks: remarks(stage, view, { rows, analysis }),
  };
}

interface RowContext {
  readonly stage: StageView;
  readonly view: StudyView;
  readonly ids: ReadonlyMap<string, string>;
  readonly analysis: StageAnalysis | undefined;
}

function row(level: LevelView, index: number, { stage, view, ids, analysis }: RowContext): Row {
  const { definition } = view;
  const text = (score: number) => scoreText(score, view);
  const { summary, failed } = level;
  const comparison = analysis?.comparisons.find((item) => stage.levels[item.level]!.key === level.key);
  return {
    ...{ view: level, label: level.level.label, id: ids.get(level.key)! },
    mean: summary ? text(summary.mean) : '',
    interval: summary?.interval ? intervalText(summary.interval, view) : '',
    seeds: level.trials
      .map((trial) =>
        trial?.state === 'complete' ? text(scoreOf(trial, definition.objective)) : (trial?.state ?? '-'),
      )
      .join(', '),
    post: postRow(definition, stage.name, level.level.settings, completeSettings(level.settings)),
    standing: standing(level, index, stage, analysis),
    p: comparison ? pText(comparison.adjusted) : '',
    notes: [
      ...(level.sameAs ? [sameNote(level, stage, view)] : []),
      ...failed.map((trial) => `seed ${trial.seed} failed: ${trial.reason?.split('\n')[0]}`),
    ],
  };
}

function intervalText([low, high]: readonly [number, number], view: StudyView): string {
  return `${scoreText(low, view)} to ${scoreText(high, view)}`;
}

function standing(
  level: LevelView,
  index: number,
  stage: StageView,
  analysis: StageAnalysis | undefined,
): Row['standing'] {
  if (level.failed.length > 0) return 'failed';
  if (stage.selected === undefined || !analysis) return 'open';
  if (index === stage.selected) return 'selected';
  return analysis.alike.includes(index) ? 'alike' : 'worse';
}

function sameNote(level: LevelView, stage: StageView, view: StudyView): string {
  const place = level.sameAs!;
  const other = view.stages[place.stage]!.levels[place.level]!;
  const why = whySame(level.settings, other.settings);
  const name = place.stage === stage.index ? '' : `${view.stages[place.stage]!.name} `;
  const where = place.stage === stage.index ? '' : ` of stage ${place.stage + 1}`;
  return `the same training as ${name}${other.level.label}${where}${why ? `: ${why}` : ''}`;
}

/** Levels not distinguishable from the selected one that are other configurations. */
export function rivals({ levels, selected }: StageView, analysis: StageAnalysis | undefined): number[] {
  if (!analysis || selected === undefined) return [];
  return analysis.alike.filter((index) => levels[index]!.key !== levels[selected]!.key);
}

/** `batchSize 32`; the levels of a grid say themselves what they set. */
export function levelName({ name }: StageView, label: string): string {
  return name.includes(' x ') ? label : `${name} ${label}`;
}

function seedsPhrase(n: number): string {
  return n === 1 ? 'one seed' : `${n} seeds`;
}

function verdict(stage: StageView, view: StudyView, analysis: StageAnalysis | undefined): string {
  const { definition } = view;
  const names = (indices: readonly number[], word: 'and' | 'or' = 'and') =>
    indices.length > mostNamed
      ? `${indices.length} other levels`
      : listed(
          indices.map((index) => shortLabel(stage.levels[index]!.level.label)),
          word,
        );
  if (!stage.finished) return 'Not finished yet.';
  if (stage.selected === undefined || !analysis) {
    return 'No level ended well with every seed, so nothing can be selected and the study ends here.';
  }
  const best = stage.levels[stage.selected]!;
  const name = shortLabel(best.level.label);
  const others = rivals(stage, analysis);
  const apart = analysis.comparisons.filter(({ distinguishable }) => distinguishable).map(({ level }) => level);
  if (analysis.comparisons.length === 0)
    return `${name} is selected; there is no other configuration to compare it with.`;
  const n = definition.seeds.length;
  if (n === 1) {
    const images = definition.protocol === 'post' ? 'test' : 'validation';
    const seen =
      analysis.comparisons.every(({ test }) => test === 'mcnemar') && apart.length > 0
        ? `beyond the chance in the choice of ${images} images (exact McNemar test, Holm-corrected) only ${names(apart)} ${apart.length === 1 ? 'is' : 'are'} behind it`
        : `no other level differs from it by more than the chance in the choice of ${images} images explains (exact McNemar test, Holm-corrected)`;
    return `${name} is best with the one seed there is; ${seen}. How much results vary from seed to seed is unknown.`;
  }
  const test = `Holm-corrected paired t tests over ${seedsPhrase(n)}`;
  if (others.length === 0)
    return `${name} is best, and every other level is worse by more than chance explains (${test}).`;
  const worse =
    apart.length > 0
      ? ` Only ${names(apart)} ${apart.length === 1 ? 'is' : 'are'} worse by more than chance explains.`
      : '';
  const tossed = analysis.comparisons
    .filter(({ p, distinguishable }) => !distinguishable && p >= coinToss)
    .map(({ level }) => level);
  const toss = tossed.length > 0 ? ` Between it and ${names(tossed, 'or')} the choice is a coin toss.` : '';
  return `${name} has the best mean and is selected, but ${names(others)} cannot be told from it (${test}).${toss}${worse}`;
}

/** More than these are counted instead of named; the table has them all. */
const mostNamed = 6;

/** Of a level drawn at random its number alone: `#3 learningRate=0.002 ...` is long and stands in the table. */
export function shortLabel(label: string): string {
  return /^#\d+(?= )/.exec(label)?.[0] ?? label;
}

/** A difference that chance alone would exceed this often decides nothing. */
const coinToss = 0.2;

function remarks(stage: StageView, view: StudyView, { rows, analysis }: Pick<Section, 'rows' | 'analysis'>): string[] {
  const found: string[] = [];
  const isAccuracy = view.definition.objective === 'accuracy';
  if (analysis && view.definition.seeds.length > 1 && analysis.comparisons.length > 0) {
    const needed = analysis.seedsNeeded;
    const what = isAccuracy ? `${resolution} points` : `a loss of ${resolution}`;
    found.push(
      needed === undefined
        ? `To resolve ${what} between levels, more than a million seeds would be needed.`
        : `To resolve ${what} between two levels (95 % interval of the paired difference), ${needed} seeds would be needed at this spread.`,
    );
  }
  for (const { label, notes, view: level } of rows) {
    const [note] = level.sameAs ? notes : [];
    if (note !== undefined) found.push(`${levelName(stage, label)} is ${note}. It was trained once.`);
  }
  const adamw = rows.find(({ view: level, post }) => post?.run.optimizer === 'ADAMW' && level.sameAs);
  if (adamw) {
    found.push(
      'So was the post’s ADAMW row: Flux’s ADAMW has decay 0 unless told otherwise, and its log equals the ADAM log in every number.',
    );
  }
  const otherwise = new Set(rows.flatMap(({ post }) => post?.otherwise ?? []));
  if (otherwise.size > 0) {
    found.push(
      `The post’s values beside were trained with ${listed([...otherwise])}, which this study did not carry on.`,
    );
  }
  return found;
}

function protocolSentence({ definition, looks }: StudyRecord): string {
  if (definition.protocol === 'post') {
    return 'Protocol post: trained on the whole training set and selected on the test set, as the post did. The winner’s accuracy is therefore optimistic.';
  }
  const count = looks.length === 1 ? 'once' : `${looks.length} times`;
  return `Protocol held-out: a twelfth of the training set, drawn by class and fixed by the data’s hash, selects; the test set was looked at ${looks.length === 0 ? 'never' : count}, by selected configurations alone.`;
}

function outcome(view: StudyView, record: StudyRecord, sections: readonly Section[]): string[] {
  const { definition, winner, stuck } = view;
  if (stuck !== undefined) return [`Stage ${stuck + 1} has no level that ended well with every seed.`];
  if (!winner) {
    const done = view.trials.filter(({ state }) => state !== 'running').length;
    return [`Not finished: ${done} of about ${view.expected} trials have ended.`];
  }
  const said = [`Winner: ${settingsText(winner.settings, view)}.`, performance(winner.summary!, view)];
  const isAccuracy = definition.objective === 'accuracy';
  if (isAccuracy && definition.protocol === 'post') said.push(goal(winner, view));
  const looks = record.looks.filter(({ key }) => key === winner.key);
  if (definition.protocol === 'held-out' && looks.length > 0) {
    const accuracies = looks.map(({ accuracy }) => accuracy * 100);
    const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
    said.push(
      `On the test set: ${mean.toFixed(2)} % (${accuracies.map((value) => value.toFixed(2)).join(', ')}), 99 % or more ${reaching(accuracies)}.`,
    );
  }
  const tosses = sections.filter(({ stage, analysis }) => rivals(stage, analysis).length > 0);
  if (tosses.length > 0) {
    const n = definition.seeds.length;
    const what =
      definition.stages.length === 1 ? 'The choice' : `The choice of ${listed(tosses.map(({ stage }) => stage.name))}`;
    said.push(`${what} is not settled by ${seedsPhrase(n)}: another level may be as good.`);
  }
  return said;
}

function performance({ mean, interval, n }: Summary, view: StudyView): string {
  const unit = view.definition.objective === 'accuracy' ? ' %' : '';
  const set = view.definition.protocol === 'post' ? 'Testing' : 'Validation';
  const range = interval ? `, 95 % interval ${intervalText(interval, view)}` : '';
  return `${set} ${view.definition.objective}: ${scoreText(mean, view)}${unit} (${seedsPhrase(n)}${range}).`;
}

function goal({ summary, trials }: LevelView, { definition }: StudyView): string {
  const scores = completeTrials(trials).map((trial) => scoreOf(trial, definition.objective));
  const reached = summary!.mean >= 99 ? 'The post’s 99 % was reached' : 'The post’s 99 % was not reached';
  if (scores.length === 1) return `${reached}.`;
  return `${reached} by the mean; it was ${reaching(scores)}.`;
}

/** `in 2 of 3 runs`. */
function reaching(scores: readonly number[]): string {
  return `in ${scores.filter((score) => score >= 99).length} of ${scores.length} runs`;
}

function caveats(view: StudyView, sections: readonly Section[]): string[] {
  const { definition } = view;
  const images = definition.protocol === 'post' ? 'test' : 'validation';
  const said: string[] = [];
  if (definition.protocol === 'post') {
    said.push(
      'The test set selected, so the winner’s number is not an estimate for new digits. Protocol held-out gives one.',
    );
  }
  said.push(
    `Intervals are Student’s over seeds (initial weights and order of the images): what another seed would give on these ${images} images, not what other images would give. The binomial standard error of one accuracy near 99 % is 0.10 points on 10,000 images.`,
  );
  if (definition.seeds.length === 1)
    said.push(
      'With a single seed the spread between seeds is unknown; a difference between two rows may be that spread alone.',
    );
  else if (definition.seeds.length < 5)
    said.push(
      `${definition.seeds.length} seeds leave intervals wide and tests weak: “cannot be told apart” is not “equal”.`,
    );
  said.push('The selected level was compared because it came out best, which favours it a little in every comparison.');
  if (definition.plan === 'one-factor-at-a-time' && definition.stages.length > 1) {
    said.push('One factor at a time cannot see that one hyperparameter’s best value depends on another’s.');
  }
  if (sections.some(({ rows }) => rows.some(({ post }) => post))) {
    said.push(
      `The post’s values (${postLogs().source}) are single runs with one seed, chosen on the test set. All eleven start from one initial network (their logs agree before the first step), so their luck is shared. Its AdaBelief is Flux 0.12.4’s, without bias correction.`,
    );
    said.push(
      'Rate and epochs are fixed, so batch 512 makes a sixteenth of the updates of batch 32: the batch-size stage compares numbers of updates as much as batch sizes.',
    );
  }
  const fused = sections.some(({ rows }) => rows.some(({ view: level }) => level.configuration.arithmetic === 'fused'));
  if (fused) said.push('Some trials used fused arithmetic, whose bits may differ on another processor.');
  return said;
}

/** A difference of scores with its sign, in points of accuracy or units of loss. */
export function differenceText(value: number, { definition }: StudyView): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(definition.objective === 'accuracy' ? 2 : 4)}`;
}

/** One sentence on two configurations. */
export function comparisonSentence(
  a: string,
  b: string,
  { difference, p, test, seedsNeeded }: Comparison,
  view: StudyView,
): string {
  if (!difference) return `${a} and ${b} have no finished trial with a common seed.`;
  const isAccuracy = view.definition.objective === 'accuracy';
  const unit = isAccuracy ? ' points' : '';
  const size = (value: number) => `${value >= 0 ? '+' : ''}${value.toFixed(isAccuracy ? 3 : 5)}`;
  const range = difference.interval
    ? `, 95 % interval ${size(difference.interval[0])} to ${size(difference.interval[1])}`
    : '';
  const judged = p < significance ? 'a difference beyond chance' : 'within chance';
  const how = {
    t: 'paired t test',
    mcnemar: 'exact McNemar test on the images; the spread between seeds is unknown',
    none: 'no test possible',
  }[test];
  const more =
    seedsNeeded === undefined || p < significance ? '' : ` ${seedsNeeded} seeds would resolve ${resolution}${unit}.`;
  return `${a} minus ${b}: ${size(difference.mean)}${unit}${range}; p = ${pText(p)} (${how}): ${judged}.${more}`;
}

/** The post's accuracy beside a row, or an empty string. */
export function postText({ post }: Row, { definition }: StudyView): string {
  if (!post || definition.objective !== 'accuracy') return '';
  return postAccuracy(post.run).toFixed(2) + (post.otherwise.length > 0 ? ' *' : '');
}
