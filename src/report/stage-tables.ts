/** The tables of a stage: its levels beside the best, every seed, and each level against the one before. */

import type { Standing } from '../study/judgement.ts';
import { significance } from '../study/statistics.ts';
import { isBetter } from '../study/trial.ts';
import { isRepeated, type LevelFacts, type StageFacts, type StudyFacts } from './facts.ts';
import { isDerived, valueText } from './naming.ts';
import type { Column, TextTable } from './table.ts';
import { epochsText, factorsText, labelOf, measureHead, stageTitle } from './words/names.ts';
import { differenceRange, differenceText, listed, pText, rangeText, scoreText } from './words/numbers.ts';
import { stepsHead } from './words/remarks.ts';

/** Where a stage has more levels than this, only the best are shown. */
const mostRows = 40;

/** The levels that a table or chart shows: all in their order, or the best `most`. */
export function shownLevels(
  { levels }: Pick<StageFacts, 'levels'>,
  { definition }: Pick<StudyFacts, 'definition'>,
  most = mostRows,
): { readonly levels: readonly LevelFacts[]; readonly leftOut: number } {
  if (levels.length <= most) return { levels, leftOut: 0 };
  const rated = levels.filter(({ summary }) => summary);
  const unrated = levels.filter(({ summary }) => !summary);
  const { objective } = definition;
  const best = rated.sort((a, b) => {
    const [x, y] = [a.summary!.mean, b.summary!.mean];
    return x === y ? a.place.level - b.place.level : isBetter(x, y, objective) ? -1 : 1;
  });
  return { levels: [...best, ...unrated].slice(0, most), leftOut: levels.length - most };
}

/** `the best`, `worse (this network)`, `left after 5 seeds`, ... */
export function standingText(level: LevelFacts, { judgement: { method } }: Pick<StageFacts, 'judgement'>): string {
  const { judgement, place } = level;
  const { standing, scope, departure } = judgement;
  if (isRepeated(level, place.stage)) return 'the same training';
  if (level.isSelected) return selectedText(standing, method);
  const network = (level.summary?.n ?? 0) > 1 ? 'these networks' : 'this network';
  switch (standing) {
    case 'best':
      return 'the best';
    case 'worse':
      return scope === 'other seeds' ? 'worse' : `worse (${network})`;
    case 'left':
      return departure ? `left after ${departure.round} seeds` : 'left';
    case 'pending':
      return '';
    default:
      return standing;
  }
}

function selectedText(standing: Standing, method: StageFacts['judgement']['method']): string {
  // Under a seed rule the level that stays was not shown to be the best.
  if (standing === 'best') return method === 'rounds' ? 'selected' : 'selected, the best';
  return standing === 'may be best' || standing === 'open' ? `selected, ${standing}` : 'selected';
}

function scoreTexts({ view, scores }: LevelFacts, { definition }: StudyFacts): string {
  return scores
    .map((score, i) => (score === undefined ? (view.trials[i]?.state ?? '-') : scoreText(score, definition.objective)))
    .join(', ');
}

interface Shown {
  readonly levels: readonly LevelFacts[];
  readonly stage: StageFacts;
  readonly facts: StudyFacts;
}

/** A column that is left out where all of its cells are empty. */
function optional(column: Column): Column[] {
  return column.cells.some((cell) => cell !== '') ? [column] : [];
}

/** More hyperparameters than this do not get columns of their own. */
const mostFactors = 4;

/** The level's name. A level with several hyperparameters has a column for each of them, if its label says no more than they do. */
function nameColumns({ levels, stage, facts }: Shown): Column[] {
  const { factors } = stage;
  const ids = { head: 'name', cells: levels.map(({ id }) => id) };
  const isSplit =
    factors.length > 1 && factors.length <= mostFactors && levels.every(({ view }) => isDerived(view.level));
  if (!isSplit) return [ids, { head: factorsText(stage), cells: levels.map((level) => labelOf(level, facts)) }];
  return [
    ids,
    ...optional({ head: 'level', cells: levels.map(({ view }) => view.level.short ?? '') }),
    ...factors.map((factor): Column => {
      const values = levels.map(({ view }) => view.level.settings[factor]);
      return {
        head: factor,
        cells: values.map((value) => (value === undefined ? '' : valueText(factor, value, facts.naming))),
        ...(values.every((value) => typeof value === 'number') ? { align: 'right' } : {}),
      };
    }),
  ];
}

function meanColumn({ levels, facts }: Shown): Column {
  const { objective } = facts.definition;
  return {
    head: `${measureHead(facts.measure)} ${epochsText(facts.measure)}`,
    cells: levels.map(({ summary }) => (summary ? scoreText(summary.mean, objective) : '')),
    align: 'right',
  };
}

/** Names of the intervals of differences. */
const intervalNames = { mcb: 'Hsu', images: 'on images', rounds: 'all rounds', none: '' } as const;

/** Under a seed rule a level that left early has fewer seeds than the others. */
const sharedSeedsNote =
  'A difference to the best is taken over the seeds that both levels have, a mean over all seeds of its level.';

function differenceColumns({ levels, stage, facts }: Shown): Column[] {
  const { objective } = facts.definition;
  const points = objective === 'accuracy' ? ' (points)' : '';
  return [
    ...optional({
      head: `difference to the best${points}`,
      cells: levels.map(({ judgement }) =>
        judgement.difference === undefined ? '' : differenceText(judgement.difference, objective),
      ),
      align: 'right',
      ...(stage.judgement.method === 'rounds' ? { note: sharedSeedsNote } : {}),
    }),
    ...optional({
      head: `95 % interval (${intervalNames[stage.judgement.method]})`,
      cells: levels.map(({ judgement }) =>
        judgement.differenceToBest ? differenceRange(judgement.differenceToBest, objective) : '',
      ),
      rank: 1,
    }),
  ];
}

function standingColumn({ levels, stage }: Shown): Column {
  return { head: 'standing', cells: levels.map((level) => standingText(level, stage)) };
}

function seedsColumn({ levels, facts }: Shown): Column[] {
  if (levels.every(({ scores }) => scores.length < 2)) return [];
  return [{ head: 'every seed', cells: levels.map((level) => scoreTexts(level, facts)), rank: 4 }];
}

/** The values of the reference; a star marks those trained with other settings. */
function referenceColumn({ levels, facts }: Shown): Column[] {
  const { reference, definition } = facts;
  if (!reference) return [];
  const otherwise = new Set(levels.flatMap(({ reference: run }) => run?.otherwise ?? []));
  return optional({
    head: reference.name,
    ...(otherwise.size > 0
      ? { note: `* trained with ${listed([...otherwise])}, which this study did not carry on.` }
      : {}),
    cells: levels.map(({ reference: run }) =>
      run ? `${scoreText(run.score, definition.objective)}${run.otherwise.length > 0 ? ' *' : ''}` : '',
    ),
    align: 'right',
    rank: 3,
  });
}

/** Every level with its difference to the best and where it stands. */
export function stageTable(stage: StageFacts, facts: StudyFacts, most = mostRows): TextTable {
  const { shown, frame } = begin(stage, facts, most);
  return {
    ...frame,
    caption: `${stageTitle(stage, facts)}: the levels beside the best`,
    columns: [
      ...nameColumns(shown),
      meanColumn(shown),
      ...differenceColumns(shown),
      standingColumn(shown),
      ...referenceColumn(shown),
    ],
  };
}

/** Where a stage has more levels than this, a terminal shows only the best. */
const mostLines = 20;

/** The same with every seed, for a terminal that has the room. */
export function terminalStageTable(stage: StageFacts, facts: StudyFacts): TextTable {
  const table = stageTable(stage, facts, mostLines);
  return { ...table, columns: [...table.columns, ...seedsColumn(begin(stage, facts, mostLines).shown)] };
}

/** Every seed, and the intervals that the first table has no room for. */
export function detailTable(stage: StageFacts, facts: StudyFacts): TextTable | undefined {
  const { shown, frame } = begin(stage, facts);
  const { levels } = shown;
  const { objective } = facts.definition;
  const points = objective === 'accuracy' ? ' (points)' : '';
  const columns: Column[] = [
    ...seedsColumn(shown),
    ...optional({
      head: '95 % interval of the mean: other seeds, these images',
      cells: levels.map(({ judgement }) => (judgement.mean ? rangeText(judgement.mean, objective) : '')),
    }),
    ...optional({
      head: 'other seeds, other images',
      cells: levels.map(({ judgement }) =>
        judgement.otherImages ? rangeText(judgement.otherImages.mean, objective) : '',
      ),
    }),
    ...optional({
      head: `difference to the best by Edwards and Hsu${points}`,
      cells: levels.map(({ judgement }) => (judgement.bothEnds ? differenceRange(judgement.bothEnds, objective) : '')),
    }),
    ...optional({
      head: `difference to the best, other images${points}`,
      cells: levels.map(({ judgement }) =>
        judgement.otherImages?.differenceToBest
          ? differenceRange(judgement.otherImages.differenceToBest, objective)
          : '',
      ),
    }),
  ];
  if (columns.length === 0) return undefined;
  return {
    ...frame,
    caption: `${stageTitle(stage, facts)}: every seed, and all 95 % intervals`,
    columns: [...nameColumns(shown), ...columns],
  };
}

function begin(stage: StageFacts, facts: StudyFacts, most = mostRows) {
  const { levels, leftOut } = shownLevels(stage, facts, most);
  const stressed = levels.findIndex(({ isSelected }) => isSelected);
  return {
    shown: { levels, stage, facts },
    frame: {
      // With several columns for a level's settings, none of them names the level.
      names: stage.factors.length > 1 ? 0 : 1,
      stressed: stressed < 0 ? undefined : stressed,
      note:
        leftOut > 0
          ? `The best ${levels.length} of ${stage.levels.length.toLocaleString('en-US')} levels; trials.csv (lenet study export) has all.`
          : undefined,
    },
  };
}

/** The change from each level to the next. */
export function stepTable(stage: StageFacts, facts: StudyFacts): TextTable {
  const { objective } = facts.definition;
  const { steps } = stage;
  return {
    caption: stepsHead(stage),
    names: 0,
    columns: [
      { head: factorsText(stage), cells: steps.map(({ level }) => labelOf(stage.levels[level]!, facts)) },
      {
        head: `change${objective === 'accuracy' ? ' (points)' : ''}`,
        cells: steps.map(({ difference }) => differenceText(difference!.mean, objective)),
        align: 'right',
      },
      ...optional({
        head: '95 % interval',
        cells: steps.map(({ difference }) =>
          difference!.interval ? differenceRange(difference!.interval, objective) : '',
        ),
        rank: 3,
      }),
      { head: 'p (Holm)', cells: steps.map(({ adjusted }) => pText(adjusted)), align: 'right', rank: 4 },
      { head: '', cells: steps.map(({ adjusted }) => (adjusted < significance ? 'beyond chance' : 'within chance')) },
    ],
  };
}
