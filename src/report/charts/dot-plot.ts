/** The chart of a stage: every seed as a dot, means with intervals, and the margin behind the best mean. */

import * as Plot from '@observablehq/plot';
import { listed } from '../../base/format.ts';
import { type Objective, objectives } from '../../study/definition.ts';
import type { LevelFacts, StageFacts, StudyFacts } from '../facts.ts';
import { shownLevels, standingText, standingWord } from '../stage-tables.ts';
import { factorsText, measureHead, measureName, shortName } from '../words/names.ts';
import { scoreText, sizeText } from '../words/numbers.ts';
import { bandOpacity, colours, draw, type LegendEntry, labelLines, plotSymbol, type Shape, textWidth } from './draw.ts';

/** Each kind has a shape of its own, so that a reader need not distinguish colours. */
export type DotKind = 'selected' | 'possible' | 'left' | 'ruled out' | 'incomplete' | 'unjudged';

export interface DotRow {
  readonly label: string;
  readonly kind: DotKind;
  readonly mean: number;
  /** 95 % interval of the mean, cut off at the frame. */
  readonly interval: readonly [low: number, high: number] | undefined;
  /** Whether the frame cuts off the interval at either end. */
  readonly isCut: readonly [low: boolean, high: boolean];
  readonly dots: readonly { readonly seed: number; readonly score: number }[];
  readonly reference: number | undefined;
  readonly standing: string;
  /** Legend text of this kind. */
  readonly word: string;
}

export interface DotPlotData {
  readonly rows: readonly DotRow[];
  /** Ends of the axis. */
  readonly domain: readonly [low: number, high: number];
  /** The best mean and the margin behind it: a level whose mean is worse than this band is worse. */
  readonly band: readonly [low: number, high: number] | undefined;
  /** Whether some levels are worse only as trained networks; their means may lie within the band. */
  readonly isBandOverSeeds: boolean;
  readonly leftOut: number;
}

/** Maximum number of rows. */
const mostRows = 25;

/** The contents of the chart; undefined where no level has a score. */
export function dotPlotData(stage: StageFacts, facts: StudyFacts): DotPlotData | undefined {
  const { levels, leftOut } = shownLevels(stage, facts, mostRows);
  const rated = levels.filter(({ summary }) => summary);
  if (rated.length === 0) return undefined;
  const { definition, measure } = facts;
  const own = rated.flatMap(({ scores }) => scores.filter((score) => score !== undefined));
  const references = rated.flatMap(({ reference }) => reference?.score ?? []);
  const { margin, method } = stage.judgement;
  const best = stage.selected === undefined ? undefined : stage.levels[stage.selected]!.summary?.mean;
  const sign = measure.goal === 'maximize' ? 1 : -1;
  const edge = best === undefined || margin === undefined || method !== 'mcb' ? undefined : best - sign * margin;
  const band = edge === undefined ? undefined : ([Math.min(edge, best!), Math.max(edge, best!)] as const);
  const domain = frameOf([...own, ...references, ...(band ?? [])], definition.objective);
  const clip = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  const rows = rated.map((level): DotRow => {
    const { judgement, summary, scores, reference } = level;
    const interval = judgement.mean;
    return {
      label: shortName(level, facts),
      kind: kindOf(level),
      mean: summary!.mean,
      interval: interval && [clip(interval[0]), clip(interval[1])],
      isCut: [interval !== undefined && interval[0] < domain[0], interval !== undefined && interval[1] > domain[1]],
      dots: scores.flatMap((score, i) => (score === undefined ? [] : [{ seed: stage.seeds[i]!, score }])),
      reference: reference?.score,
      standing: standingText(level, stage),
      word: level.isSelected ? 'selected' : standingWord(level),
    };
  });
  const isBandOverSeeds = stage.levels.some(
    ({ judgement }) => judgement.standing === 'worse' && judgement.scope === 'these networks',
  );
  return { rows, domain, band, isBandOverSeeds, leftOut };
}

/**
 * The range of all dots and some room on both sides. Intervals do not count, since an interval of two seeds can dwarf
 * everything else.
 */
function frameOf(seen: readonly number[], objective: Objective): readonly [number, number] {
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const room = Math.max(
    (most - least) * 0.25,
    objectives[objective].isPercentage ? 0.05 : 1e-6 + Math.abs(most) * 0.002,
  );
  if (objectives[objective].isPercentage) return [Math.max(0, least - room), Math.min(100, most + room)];
  return [least >= 0 ? Math.max(0, least - room) : least - room, most + room];
}

function kindOf({ isSelected, judgement }: LevelFacts): DotKind {
  if (isSelected) return 'selected';
  switch (judgement.standing) {
    case 'worse':
      return 'ruled out';
    case 'failed':
    case 'pruned':
      return 'incomplete';
    case 'left':
      return 'left';
    case 'pending':
      return 'unjudged';
    default:
      return 'possible';
  }
}

const marks: Readonly<Record<DotKind, { symbol: Shape; colour: string; filled: boolean }>> = {
  selected: { symbol: 'circle', colour: colours.good, filled: true },
  possible: { symbol: 'circle', colour: colours.ours, filled: false },
  left: { symbol: 'square', colour: colours.muted, filled: false },
  'ruled out': { symbol: 'cross', colour: colours.muted, filled: false },
  incomplete: { symbol: 'plus', colour: colours.muted, filled: false },
  unjudged: { symbol: 'triangle', colour: colours.muted, filled: false },
};

/** With one seed, the value of a level is a score and not a mean. */
function valueWord({ seeds }: Pick<StageFacts, 'seeds'>): string {
  return seeds.length === 1 ? 'score' : 'mean';
}

const fontSize = 12;

export function dotPlot(
  stage: StageFacts,
  facts: StudyFacts,
): { readonly svg: string; readonly shown: number; readonly total: number } | undefined {
  const data = dotPlotData(stage, facts);
  if (!data) return undefined;
  const { rows, domain, band } = data;
  const lines = rows.map(({ label }) => labelLines(label));
  const most = Math.max(...lines.map((own) => own.length));
  const longest = Math.max(...lines.flatMap((own) => own.map((line) => textWidth(line, fontSize))));
  // Two levels of one stage may have one label.
  const keyed = rows.map((row, index) => ({ ...row, index }));
  const byKind = (kind: DotKind) => keyed.filter((row) => row.kind === kind);
  const span = domain[1] - domain[0];
  const svg = draw({
    alt: dotPlotAlt(data, stage, facts),
    legend: legendOf(data, stage, facts),
    options: {
      width: 440,
      height: 52 + rows.length * Math.max(30, 8 + most * fontSize * 1.25),
      marginBottom: 40,
      marginLeft: 14 + longest,
      marginRight: 18,
      marginTop: 8,
      style: { fontSize: `${fontSize}px` },
      x: {
        domain: [...domain],
        grid: true,
        label: measureHead(facts.measure),
        ticks: 5,
        ...(span < 0.05 ? { tickFormat: '~g' } : {}),
      },
      y: {
        type: 'point',
        domain: keyed.map(({ index }) => index),
        label: null,
        tickSize: 0,
        tickFormat: (index: number) => lines[index]!.join('\n'),
      },
      marks: [
        Plot.rect(band ? [band] : [], {
          x1: ([low]) => low,
          x2: ([, high]) => high,
          fill: colours.good,
          fillOpacity: bandOpacity,
        }),
        Plot.ruleY(
          keyed.filter(({ interval }) => interval),
          {
            y: 'index',
            x1: ({ interval }) => interval[0],
            x2: ({ interval }) => interval[1],
            stroke: colours.muted,
            strokeWidth: 2,
            strokeOpacity: 0.7,
          },
        ),
        Plot.text(
          keyed.flatMap(({ index, isCut }) => [
            ...(isCut[0] ? [{ index, x: domain[0], arrow: '◂' }] : []),
            ...(isCut[1] ? [{ index, x: domain[1], arrow: '▸' }] : []),
          ]),
          { x: 'x', y: 'index', text: 'arrow', fill: colours.muted, fontSize: 13 },
        ),
        ...(Object.keys(marks) as DotKind[]).map((kind) => {
          const { symbol, colour, filled } = marks[kind];
          return Plot.dot(byKind(kind), {
            y: 'index',
            x: 'mean',
            symbol: plotSymbol(symbol),
            r: symbol === 'cross' || symbol === 'plus' ? 6 : 6.5,
            ...(filled ? { fill: colour } : { stroke: colour, strokeWidth: 2.2, fill: 'none' }),
            title: ({ mean, standing }) =>
              `${valueWord(stage)} ${scoreText(mean, facts.definition.objective)}${standing && `, ${standing}`}`,
          });
        }),
        Plot.dot(
          keyed.flatMap(({ index, dots }) => dots.map((dot) => ({ index, ...dot }))),
          {
            y: 'index',
            x: 'score',
            r: 2.6,
            fill: colours.ink,
            fillOpacity: 0.55,
            className: 'seeds',
            title: ({ score, seed }) => `seed ${seed}: ${scoreText(score, facts.definition.objective)}`,
          },
        ),
        Plot.dot(
          keyed.filter(({ reference }) => reference !== undefined),
          {
            y: 'index',
            x: 'reference',
            r: 5,
            symbol: 'diamond',
            stroke: colours.other,
            strokeWidth: 1.8,
            title: ({ reference }) => `${facts.reference?.name}: ${scoreText(reference, facts.definition.objective)}`,
          },
        ),
      ],
    },
  });
  return { svg, shown: rows.length, total: rows.length + data.leftOut };
}

function legendOf(
  { rows, band, isBandOverSeeds }: DotPlotData,
  stage: StageFacts,
  { definition, reference }: StudyFacts,
): LegendEntry[] {
  const hasIntervals = rows.some(({ interval }) => interval);
  const kinds = (Object.keys(marks) as DotKind[]).filter((kind) => rows.some((row) => row.kind === kind));
  return [
    ...kinds.map((kind): LegendEntry => {
      const { symbol, colour, filled } = marks[kind];
      const words = [...new Set(rows.filter((row) => row.kind === kind).map(({ word }) => word))];
      return {
        sample: { kind: 'symbol', symbol, colour, filled },
        text: `${valueWord(stage)}, ${listed(words, 'or')}`,
      };
    }),
    ...(rows.some(({ dots }) => dots.length > 1)
      ? [
          {
            sample: { kind: 'symbol', symbol: 'circle', colour: colours.ink, filled: true, size: 2.6 },
            text: 'a seed',
          } as const,
        ]
      : []),
    ...(hasIntervals
      ? [{ sample: { kind: 'line', colour: colours.muted }, text: '95 % interval of the mean' } as const]
      : []),
    ...(band
      ? [
          {
            sample: { kind: 'band', colour: colours.good },
            text: marginText(sizeText(stage.judgement.margin!, definition.objective), isBandOverSeeds),
          } as const,
        ]
      : []),
    ...(rows.some(({ reference }) => reference !== undefined)
      ? [
          {
            sample: { kind: 'symbol', symbol: 'diamond', colour: colours.other },
            text: `${reference?.name}, one run`,
          } as const,
        ]
      : []),
  ];
}

function marginText(size: string, isOverSeeds: boolean): string {
  return isOverSeeds
    ? `margin of ${size} over seeds: a mean outside is worse over seeds`
    : `margin of ${size}: a mean outside is worse`;
}

/** `Testing accuracy by batchSize: 128 98.45 (worse), 32 98.86 (selected), ... The margin is 0.24 points.` */
export function dotPlotAlt(
  { rows, isBandOverSeeds, leftOut }: DotPlotData,
  stage: StageFacts,
  facts: StudyFacts,
): string {
  const { objective } = facts.definition;
  const parts = rows.map(
    ({ label, mean, standing }) => `${label} ${scoreText(mean, objective)}${standing && ` (${standing})`}`,
  );
  const margin = stage.judgement.margin;
  return [
    `${measureName(facts.measure)} by ${factorsText(stage)}: ${parts.join(', ')}.`,
    ...(margin === undefined
      ? []
      : [`The margin${isBandOverSeeds ? ' over seeds' : ''} is ${sizeText(margin, objective)}.`]),
    ...(leftOut > 0 ? [`${leftOut.toLocaleString('en-US')} levels are left out.`] : []),
  ].join(' ');
}
