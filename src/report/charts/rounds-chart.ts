/** The rounds of a stage with a seed rule: how long each level was in, and where it left. */

import * as Plot from '@observablehq/plot';
import { listed } from '../../base/format.ts';
import type { StageFacts, StudyFacts, Timeline } from '../facts.ts';
import { standingWord } from '../stage-tables.ts';
import { shortName } from '../words/names.ts';
import { countText } from '../words/numbers.ts';
import { colours, draw, integerTicks, labelLines, textWidth } from './draw.ts';

export interface RoundsRow {
  readonly label: string;
  readonly rounds: number;
  readonly end: Timeline['entries'][number]['end'];
  /** The level's standing in the words of tables and sentences. */
  readonly word: string;
}

/** Maximum number of rows. */
const mostRows = 40;

export interface RoundsData {
  readonly rows: readonly RoundsRow[];
  /** Rounds so far. */
  readonly rounds: number;
  readonly leftOut: number;
}

/** The levels that stayed longest come first; undefined without a complete round. */
export function roundsData(stage: StageFacts, facts: StudyFacts): RoundsData | undefined {
  const { timeline } = stage;
  if (!timeline || timeline.rounds === 0) return undefined;
  const rows = byStay(timeline).map(
    ({ level, rounds, end }): RoundsRow => ({
      label: shortName(stage.levels[level]!, facts),
      rounds,
      end,
      word: wordOf(stage, level, end),
    }),
  );
  return { rows: rows.slice(0, mostRows), rounds: timeline.rounds, leftOut: Math.max(0, rows.length - mostRows) };
}

function wordOf({ levels, finished }: StageFacts, position: number, end: RoundsRow['end']): string {
  const level = levels[position]!;
  if (end !== 'in') return standingWord(level);
  if (!finished) return 'still in';
  // The last level is selected without being shown to be the best.
  return level.judgement.standing === 'open' ? 'open' : 'selected';
}

/** The distinct words of rows of one kind: `left or worse`. */
function wordsOf(rows: readonly RoundsRow[]): string {
  return listed([...new Set(rows.map(({ word }) => word))], 'or');
}

function byStay({ entries }: Timeline): Timeline['entries'] {
  const stay = ({ rounds, end }: Timeline['entries'][number]) => (end === 'in' ? Number.POSITIVE_INFINITY : rounds);
  return [...entries].sort((a, b) => (stay(a) === stay(b) ? a.level - b.level : stay(b) - stay(a)));
}

const fontSize = 12;

export function roundsChart(stage: StageFacts, facts: StudyFacts): string | undefined {
  const data = roundsData(stage, facts);
  if (!data) return undefined;
  const rows = data.rows.map((row, index) => ({ ...row, index }));
  const lines = rows.map(({ label }) => labelLines(label));
  const longest = Math.max(...lines.flatMap((own) => own.map((line) => textWidth(line, fontSize))));
  const tallest = Math.max(...lines.map((own) => own.length));
  const leaving = rows.filter(({ end }) => end === 'left');
  const inside = rows.filter(({ end }) => end === 'in');
  const withdrawn = rows.filter(({ end }) => end === 'withdrawn');
  return draw({
    alt: roundsAlt(data),
    legend: [
      { sample: { kind: 'line', colour: colours.ours, width: 4 }, text: 'one seed a round' },
      ...(leaving.length > 0
        ? [{ sample: { kind: 'symbol', symbol: 'cross', colour: colours.other }, text: wordsOf(leaving) } as const]
        : []),
      ...(withdrawn.length > 0
        ? [
            {
              sample: { kind: 'symbol', symbol: 'plus', colour: colours.muted },
              text: wordsOf(withdrawn),
            } as const,
          ]
        : []),
      ...(inside.length > 0
        ? [
            {
              sample: { kind: 'symbol', symbol: 'circle', colour: colours.good, filled: true },
              text: wordsOf(inside),
            } as const,
          ]
        : []),
    ],
    options: {
      width: 440,
      height: 48 + rows.length * Math.max(24, 6 + tallest * fontSize * 1.25),
      marginBottom: 38,
      marginLeft: 14 + longest,
      marginRight: 18,
      marginTop: 6,
      style: { fontSize: `${fontSize}px` },
      x: {
        domain: [0, data.rounds],
        label: 'round (seeds a level)',
        ticks: integerTicks(0, data.rounds, 8),
        tickFormat: 'd',
        grid: true,
      },
      y: {
        type: 'point',
        domain: rows.map(({ index }) => index),
        label: null,
        tickSize: 0,
        tickFormat: (index: number) => lines[index]!.join('\n'),
      },
      marks: [
        Plot.ruleY(rows, { y: 'index', x1: 0, x2: 'rounds', stroke: colours.ours, strokeWidth: 4, strokeOpacity: 0.6 }),
        Plot.dot(leaving, {
          x: 'rounds',
          y: 'index',
          symbol: 'times',
          r: 5.5,
          stroke: colours.other,
          strokeWidth: 2.2,
        }),
        Plot.dot(withdrawn, {
          x: 'rounds',
          y: 'index',
          symbol: 'plus',
          r: 6,
          stroke: colours.muted,
          strokeWidth: 2.2,
        }),
        Plot.dot(inside, { x: 'rounds', y: 'index', r: 5.5, fill: colours.good }),
      ],
    },
  });
}

/** `Rounds; still in after 12 seeds: 32; left: 64 after 12, 128 after 5.` */
export function roundsAlt({ rows, rounds, leftOut }: RoundsData): string {
  const by = (wanted: RoundsRow['end']) => rows.filter(({ end }) => end === wanted);
  const [inside, left, withdrawn] = [by('in'), by('left'), by('withdrawn')];
  const ends = (own: readonly RoundsRow[]) =>
    `${wordsOf(own)}: ${own.map(({ label, rounds: last }) => `${label} after ${last}`).join(', ')}`;
  const parts = [
    ...(inside.length > 0
      ? [`${wordsOf(inside)} after ${countText(rounds, 'seed')}: ${inside.map(({ label }) => label).join(', ')}`]
      : []),
    ...(left.length > 0 ? [ends(left)] : []),
    ...(withdrawn.length > 0 ? [ends(withdrawn)] : []),
    ...(leftOut > 0 ? [`${leftOut.toLocaleString('en-US')} more are left out`] : []),
  ];
  return `Rounds; ${parts.join('; ')}.`;
}
