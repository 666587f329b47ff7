/** The analysis of variance of a grid in words. */
import { capitalized, listed } from '../../base/format.ts';
import { isSeedRule } from '../../study/definition.ts';
import type { GridVariance, GridVarianceRow } from '../../study/grid-variance.ts';
import { significance } from '../../study/statistics.ts';
import type { StageFacts, StudyFacts } from '../facts.ts';
import type { TextTable } from '../table.ts';
import { shortName } from './names.ts';
import { countText, fText, pSentence, pText, shareRange, shareText } from './numbers.ts';

/** What a row of the analysis is about: `batchSize`, `learningRate x batchSize`, `seeds`, ... */
export function sourceText({ kind, names, within }: GridVarianceRow): string {
  switch (kind) {
    case 'effect':
      return within.length === 0 ? names.join(' x ') : `${names.join(' x ')} (within ${listed(within)})`;
    case 'higher':
      return 'higher interactions';
    case 'seeds':
      return 'seeds';
    case 'rest':
      return 'the rest';
  }
}

/** What the hyperparameters of a grid explain, the most first; empty where nothing can be said. */
export function varianceFindings({ variance }: StageFacts): string[] {
  if (!variance) return [];
  const effects = variance.rows.filter(({ kind, degrees }) => (kind === 'effect' || kind === 'higher') && degrees > 0);
  const sorted = [...effects].sort((a, b) => b.share - a.share);
  const [beyond, within] = [sorted.filter(isBeyondChance), sorted.filter((row) => !isBeyondChance(row))];
  return [...explained(beyond, variance), ...chance(within), ...interactions(beyond), ...remainder(variance)];
}

/** Without a rest every effect is beyond chance: all seeds say the same of it. */
function isBeyondChance({ adjusted, sumOfSquares }: GridVarianceRow): boolean {
  return adjusted === undefined ? sumOfSquares > 0 : adjusted < significance;
}

function explained(rows: readonly GridVarianceRow[], variance: GridVariance): string[] {
  if (rows.length === 0) return ['No hyperparameter explains more of the variance between trainings than chance does.'];
  const texts = rows.map((row, i) =>
    i === 0
      ? `${capitalizedSource(row)} explains ${shareText(row.share)} of the variance between trainings${testText(row, variance)}`
      : `${sourceText(row)} ${shareText(row.share)}${testText(row, variance)}`,
  );
  return [`${listed(texts)}${variance.isOrthogonal ? '' : ', each beyond all others'}.`];
}

/** Names of hyperparameters are written as they are. */
function capitalizedSource(row: GridVarianceRow): string {
  return row.kind === 'effect' ? sourceText(row) : capitalized(sourceText(row));
}

/** ` (F(4, 20) = 31.2, p < 0.001)`; empty without a rest. */
function testText({ f, degrees, adjusted }: GridVarianceRow, { rows }: GridVariance): string {
  if (f === undefined || adjusted === undefined) return '';
  const rest = rows.find(({ kind }) => kind === 'rest')!;
  return ` (F(${degrees}, ${rest.degrees}) = ${fText(f)}, ${pSentence(adjusted)})`;
}

function chance(rows: readonly GridVarianceRow[]): string[] {
  if (rows.length === 0) return [];
  const names = listed(
    rows.map((row) => `${sourceText(row)}${row.adjusted === undefined ? '' : ` (${pSentence(row.adjusted)})`}`),
    'or',
  );
  return [`Chance may explain what was seen of ${names}.`];
}

function interactions(rows: readonly GridVarianceRow[]): string[] {
  const together = rows.filter(({ kind, names }) => kind === 'effect' && names.length > 1);
  if (together.length === 0) return [];
  return [
    `${listed(together.map(sourceText))}: what one of the two does depends on the value of the other, so read them together.`,
  ];
}

/** What seeds do, to all combinations alike and to single ones. */
function remainder({ rows }: GridVariance): string[] {
  const [seeds, rest] = (['seeds', 'rest'] as const).map((wanted) => rows.find(({ kind }) => kind === wanted)!);
  return [
    `The seeds explain ${shareText(seeds!.share)} by what they do to all combinations alike; ${shareText(rest!.share)} are the rest, which changes from seed to seed and from combination to combination.`,
  ];
}

/** What the numbers are about, and what they leave out; empty where there are none. */
export function varianceLimits({ variance, levels, seeds }: StageFacts, facts: StudyFacts): string[] {
  if (!variance) return [];
  const { rows, leftOut, isOrthogonal, seeds: taken } = variance;
  const nested = rows.filter(({ within, names }) => within.length > 0 && names.length === 1);
  const mostNamed = 6;
  const missing =
    leftOut.length > mostNamed
      ? countText(leftOut.length, 'combination')
      : listed(leftOut.map((level) => shortName(levels[level]!, facts)));
  return [
    ...(isSeedRule(facts.definition.seeds) && taken.length < seeds.length
      ? [`Only the first ${taken.length} seeds count here, which every combination was trained with.`]
      : []),
    ...(levels.some(({ judgement }) => judgement.isNoisy)
      ? ['Some combinations vary more from seed to seed than others, so these p values and intervals are rough.']
      : []),
    ...nested.map(
      ({ names, within }) =>
        `${names[0]} counts only under some values of ${listed(within)}, and is compared within these.`,
    ),
    ...(leftOut.length > 0 ? [`Left out, since a seed has no score: ${missing}.`] : []),
    ...(isOrthogonal
      ? []
      : [
          'Without these combinations the effects overlap. Each share says what the effect adds to the others, so the shares do not add up, and there are no intervals.',
        ]),
    'Shares are about the values in this grid: a wider range of a hyperparameter would give it a larger share.',
  ];
}

/** The table of the analysis; undefined where there is none. */
export function varianceTable({ variance }: StageFacts): TextTable | undefined {
  if (!variance) return undefined;
  const { rows } = variance;
  const cells = (text: (row: GridVarianceRow) => string | undefined) => rows.map((row) => text(row) ?? '');
  return {
    caption: 'Analysis of variance, with the seeds as blocks',
    names: 0,
    columns: [
      { head: 'source', cells: cells(sourceText) },
      { head: 'share of the variance', cells: cells(({ share }) => shareText(share)), align: 'right' },
      ...(variance.isOrthogonal && rows.some(({ interval }) => interval)
        ? [
            {
              head: '95 % interval',
              cells: cells(({ interval }) => interval && shareRange(interval)),
              rank: 3,
            },
          ]
        : []),
      { head: 'F', cells: cells(({ f }) => (f === undefined ? undefined : fText(f))), align: 'right', rank: 2 },
      {
        head: 'p (Holm)',
        cells: cells(({ adjusted }) => (adjusted === undefined ? undefined : pText(adjusted))),
        align: 'right',
        rank: 1,
      },
      { head: 'degrees of freedom', cells: cells(({ degrees }) => String(degrees)), align: 'right', rank: 4 },
      { head: 'sum of squares', cells: cells(({ sumOfSquares }) => squareText(sumOfSquares)), align: 'right', rank: 6 },
      { head: 'mean square', cells: cells(({ meanSquare }) => squareText(meanSquare)), align: 'right', rank: 5 },
    ],
  };
}

/** Four digits. */
function squareText(square: number): string {
  return String(Number(square.toPrecision(4)));
}
