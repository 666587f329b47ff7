/** The winner's curse as a picture: each finalist's first score, its mean in the finals, and its confirmed mean. */
import * as Plot from '@observablehq/plot';
import type { Interval } from '../../study/judgement.ts';
import type { StudyFacts } from '../facts.ts';
import { proposalName, type SearchFacts } from '../search-facts.ts';
import { measureHead } from '../words/names.ts';
import { countText, scoreText } from '../words/numbers.ts';
import { colours, draw, type LegendEntry } from './draw.ts';
import { scoreFrame } from './search-frame.ts';

export interface LuckRow {
  readonly label: string;
  readonly found: number | undefined;
  readonly finals: number | undefined;
  readonly seeds: number;
  readonly confirmed: number | undefined;
  /** 95 % interval of the confirmed mean. */
  readonly interval: Interval | undefined;
}

/** Finalists with a mean of other seeds, from best to worst; undefined with fewer than two. */
export function luckRows({ finalists }: SearchFacts, { stages }: StudyFacts): LuckRow[] | undefined {
  const rows = finalists
    .filter(({ finals }) => finals)
    .map(({ view, found, finals, confirmed }, index): LuckRow => {
      const name = proposalName(view.proposal);
      return {
        label: index === 0 ? `${name}, winner` : name,
        found,
        finals: finals?.mean,
        seeds: finals?.n ?? 0,
        confirmed: confirmed?.mean,
        interval: stages[0]?.levels.find(({ view: level }) => level.key === view.key)?.judgement.mean,
      };
    });
  return rows.length < 2 ? undefined : rows;
}

const fontSize = 12;

export function searchLuckChart(facts: StudyFacts, search: SearchFacts): string | undefined {
  const found = luckRows(search, facts);
  if (!found) return undefined;
  const isDecided = search.view.finals?.finished === true;
  const rows = found.map((row, index) => ({
    ...row,
    index,
    label: isDecided ? row.label : row.label.replace(', winner', ''),
  }));
  const scores = rows.flatMap(({ found: first, finals, confirmed, interval }) =>
    [first, finals, confirmed, ...(interval ?? [])].filter((score) => score !== undefined),
  );
  const frame = scoreFrame(scores, facts.measure.goal, 12);
  const { domain, clip } = frame;
  const outside = rows.flatMap(({ index, label, found: first, finals, confirmed }) =>
    [first, finals, confirmed].flatMap((score) =>
      score !== undefined && frame.isOutside(score) ? [{ index, label, score }] : [],
    ),
  );
  const text = (score: number) => scoreText(score, facts.definition.objective);
  const hasFirst = rows.some(({ found: first }) => first !== undefined);
  const confirmed = rows.filter((row) => row.confirmed !== undefined);
  const legend: LegendEntry[] = [
    ...(hasFirst
      ? [{ sample: { kind: 'symbol', symbol: 'circle', colour: colours.muted }, text: 'when found, one seed' } as const]
      : []),
    {
      sample: { kind: 'symbol', symbol: 'circle', colour: colours.ours, filled: true },
      text: 'mean on the seeds of the finals',
    },
    ...(confirmed.length > 0
      ? [
          {
            sample: { kind: 'symbol', symbol: 'square', colour: colours.good, filled: true },
            text: 'confirmed mean, 95 % interval',
          } as const,
        ]
      : []),
    ...(outside.length > 0 ? [{ sample: { kind: 'text', text: '◂' }, text: 'off scale' } as const] : []),
  ];
  return draw({
    alt: luckAlt(rows, facts),
    legend,
    options: {
      width: 440,
      height: 52 + rows.length * 24,
      marginBottom: 40,
      marginLeft: 92,
      marginRight: 18,
      marginTop: 6,
      style: { fontSize: `${fontSize}px` },
      x: { domain: [...domain], grid: true, label: measureHead(facts.measure), ticks: 5 },
      y: {
        type: 'point',
        domain: rows.map(({ index }) => index),
        label: null,
        tickSize: 0,
        tickFormat: (index: number) => rows[index]!.label,
      },
      marks: [
        Plot.ruleY(
          rows.filter((row) => row.found !== undefined),
          {
            y: 'index',
            x1: (row: LuckRow) => clip(row.found!),
            x2: (row: LuckRow) => clip(row.finals!),
            stroke: colours.muted,
            strokeWidth: 1.4,
          },
        ),
        Plot.ruleY(
          confirmed.filter(({ interval }) => interval),
          {
            y: 'index',
            x1: ({ interval }: LuckRow) => clip(interval![0]),
            x2: ({ interval }: LuckRow) => clip(interval![1]),
            stroke: colours.good,
            strokeWidth: 2.4,
          },
        ),
        Plot.dot(
          rows.filter((row) => row.found !== undefined),
          {
            y: 'index',
            x: (row: LuckRow) => clip(row.found!),
            r: 4.5,
            stroke: colours.muted,
            strokeWidth: 2,
            fill: 'none',
            title: (row: LuckRow) => `${row.label} when found: ${text(row.found!)}`,
          },
        ),
        Plot.dot(rows, {
          y: 'index',
          x: (row: LuckRow) => clip(row.finals!),
          r: 4.5,
          fill: colours.ours,
          title: (row: LuckRow) =>
            `${row.label} in the finals: ${text(row.finals!)}, mean of ${countText(row.seeds, 'seed')}`,
        }),
        Plot.text(outside, {
          y: 'index',
          x: ({ score }: { score: number }) => clip(score),
          text: ({ score }: { score: number }) => (score < domain[0] ? '◂' : '▸'),
          dx: -9,
          fontSize: 13,
          fill: colours.muted,
          title: ({ label, score }: { label: string; score: number }) => `${label}: ${text(score)}, off scale`,
        }),
        Plot.dot(confirmed, {
          y: 'index',
          x: (row: LuckRow) => clip(row.confirmed!),
          symbol: 'square',
          r: 5,
          fill: colours.good,
          title: (row: LuckRow) => `${row.label} confirmed: ${text(row.confirmed!)}`,
        }),
      ],
    },
  });
}

/** `Validation accuracy of the finalists: #12, winner, 99.31 when found, 99.20 in the finals, 99.12 confirmed; ...` */
function luckAlt(rows: readonly LuckRow[], facts: StudyFacts): string {
  const text = (score: number) => scoreText(score, facts.definition.objective);
  const parts = rows.map(({ label, found, finals, confirmed }) =>
    [
      label,
      ...(found === undefined ? [] : [`${text(found)} when found`]),
      ...(finals === undefined ? [] : [`${text(finals)} in the finals`]),
      ...(confirmed === undefined ? [] : [`${text(confirmed)} confirmed`]),
    ].join(', '),
  );
  return `${measureHead(facts.measure)} of the finalists: ${parts.join('; ')}.`;
}
