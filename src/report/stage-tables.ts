/**
 * The tables of a stage: all levels and their differences to the best, the scores of every seed, and each level against
 * the one before.
 */
import { listed } from '../base/format.ts';
import { isRepeated } from '../study/contest.ts';
import { objectives } from '../study/definition.ts';
import type { Standing } from '../study/judgement.ts';
import { significance } from '../study/statistics.ts';
import { isBetter } from '../study/trial.ts';
import { comparedLevels, type LevelFacts, type StageFacts, type StudyFacts } from './facts.ts';
import { isDerived, valueText } from './naming.ts';
import type { Column, TextTable } from './table.ts';
import { epochsText, factorsText, labelOf, measureHead, stageTitle } from './words/names.ts';
import { differenceRange, differenceText, pText, rangeText, scoreText } from './words/numbers.ts';
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

/** A level's cell in the column "standing": `selected, the best`, `worse (this network)`, `left after 5 seeds`, ... */
export function standingText(level: LevelFacts, { judgement: { method } }: Pick<StageFacts, 'judgement'>): string {
  const { judgement, place } = level;
  const { standing, departure } = judgement;
  if (isRepeated(level, place.stage)) return 'the same training';
  // Under a seed rule the level that stays was not shown to be the best.
  if (level.isSelected) {
    const isSaid = standing === 'best' ? method !== 'rounds' : standing === 'may be best' || standing === 'open';
    return isSaid ? `selected, ${standingWord(level)}` : 'selected';
  }
  if (standing === 'pending') return '';
  return standing === 'left' && departure ? `left after ${departure.round} seeds` : standingWord(level);
}

/**
 * The word for a level's standing in tables, charts and sentences. It does not say whether the level is selected or
 * when it left.
 */
export function standingWord({ judgement: { standing, scope }, summary }: LevelFacts): string {
  const network = (summary?.n ?? 0) > 1 ? ' (these networks)' : ' (this network)';
  const about = scope === 'these networks' ? network : '';
  const words: Readonly<Record<Standing, string>> = {
    best: `the best${about}`,
    worse: `worse${about}`,
    pending: 'not judged yet',
    'may be best': 'may be best',
    left: 'left',
    open: 'open',
    failed: 'failed',
    pruned: 'pruned',
  };
  return words[standing];
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

/** A stage with more hyperparameters than this has one column for all of them. */
const mostFactors = 4;

/**
 * The columns that name the level: its label, or a column for each hyperparameter if all labels are made from the
 * settings.
 */
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
        // Where not all columns fit, the column `name` still distinguishes the levels.
        ...(factors.length > 2 ? { rank: 1 } : {}),
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

/** What the head of a column calls the intervals of differences, by the method of the verdict. */
const intervalNames = { mcb: 'Hsu', images: 'on images', rounds: 'all rounds', none: '' } as const;

/** Under a seed rule a level that left early has fewer seeds than the others. */
const sharedSeedsNote =
  'A difference to the best is taken over the seeds that both levels have, a mean over all seeds of its level.';

/** With two seeds, the images judge what the seeds leave undecided. */
const onImagesNote =
  'Where the standing is about these networks, the interval is for other images; elsewhere for other seeds.';

/** The head of the intervals, and a note where they are of two kinds. */
function intervalKind({ index, levels, judgement }: StageFacts): { readonly head: string; readonly note?: string } {
  const shown = comparedLevels({ index, levels }).filter((level) => level.judgement.differenceToBest);
  const here = shown.filter((level) => level.judgement.scope === 'these networks').length;
  if (judgement.method !== 'mcb' || here === 0) return { head: intervalNames[judgement.method] };
  return here === shown.length ? { head: intervalNames.images } : { head: intervalNames.mcb, note: onImagesNote };
}

/** The difference to the best and its interval; no columns if there is nothing to compare with. */
function differenceColumns({ levels, stage, facts }: Shown): Column[] {
  if (comparedLevels(stage).length < 2) return [];
  const { objective } = facts.definition;
  const { head: kind, ...note } = intervalKind(stage);
  const points = objectives[objective].isPercentage ? ' (points)' : '';
  return [
    ...optional({
      head: `difference to the best${points}`,
      cells: levels.map(({ judgement }) =>
        judgement.difference === undefined ? '' : differenceText(judgement.difference, objective),
      ),
      align: 'right',
      ...(stage.judgement.method === 'rounds' ? { note: sharedSeedsNote } : {}),
      rank: 2,
    }),
    ...optional({
      head: `95 % interval (${kind})`,
      cells: levels.map(({ judgement }) =>
        judgement.differenceToBest ? differenceRange(judgement.differenceToBest, objective) : '',
      ),
      ...note,
      rank: 3,
    }),
  ];
}

function standingColumn({ levels, stage }: Shown): Column {
  return { head: 'standing', cells: levels.map((level) => standingText(level, stage)) };
}

function seedsColumn({ levels, facts }: Shown): Column[] {
  if (levels.every(({ scores }) => scores.length < 2)) return [];
  return [{ head: 'every seed', cells: levels.map((level) => scoreTexts(level, facts)), rank: 5 }];
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
    rank: 4,
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

/** `stageTable` with the scores of every seed, which a narrow terminal leaves out. */
export function terminalStageTable(stage: StageFacts, facts: StudyFacts): TextTable {
  const table = stageTable(stage, facts, mostLines);
  return { ...table, columns: [...table.columns, ...seedsColumn(begin(stage, facts, mostLines).shown)] };
}

/** The scores of every seed, and the intervals that are not in `stageTable`; undefined if there are none. */
export function detailTable(stage: StageFacts, facts: StudyFacts): TextTable | undefined {
  const { shown, frame } = begin(stage, facts);
  const { levels } = shown;
  const { objective } = facts.definition;
  const points = objectives[objective].isPercentage ? ' (points)' : '';
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
        head: `change${objectives[objective].isPercentage ? ' (points)' : ''}`,
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
      ...optional({
        head: 'p (Holm)',
        cells: steps.map(({ test, adjusted }) => (test === 'none' ? '' : pText(adjusted))),
        align: 'right',
        rank: 5,
      }),
      ...optional({
        head: '',
        cells: steps.map(({ test, adjusted }) => {
          if (test === 'none') return '';
          return adjusted < significance ? 'beyond chance' : 'within chance';
        }),
      }),
    ],
  };
}
