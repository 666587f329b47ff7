/** The two most important hyperparameters of a search together: the median score of the settings in each cell. */
import * as Plot from '@observablehq/plot';
import { type Dimension, stepCount, stepOf } from '../../study/space.ts';
import { median, type StudyFacts } from '../facts.ts';
import type { SearchFacts } from '../search-facts.ts';
import { countText, scoreText } from '../words/numbers.ts';
import { colours, draw, type LegendEntry, textWidth } from './draw.ts';
import { abridged, dimensionScale, scoreFrame, shownTicks, winnerOf } from './search-frame.ts';

/** Cells of a range; a list has one for each value. */
const cellsOfRange = 6;
const mostCells = 10;

export interface SearchCell {
  readonly column: number;
  readonly row: number;
  /** Of the scores of its settings. */
  readonly median: number;
  /** Settings in the cell. */
  readonly count: number;
  readonly hasBase: boolean;
  readonly hasWinner: boolean;
}

export interface SearchCells {
  readonly names: readonly [column: string, row: string];
  readonly counts: readonly [columns: number, rows: number];
  readonly cells: readonly SearchCell[];
}

/** Undefined where importances are not known, for one hyperparameter, and for lists of more than ten values. */
export function searchCells(facts: StudyFacts, search: SearchFacts): SearchCells | undefined {
  const [first, second] = search.importances?.rows ?? [];
  if (!first || !second) return undefined;
  const { space } = facts.definition;
  const names = [first.name, second.name] as const;
  const [columns, rows] = names.map((name) => cellCount(space[name]!)) as [number, number];
  if (columns > mostCells || rows > mostCells) return undefined;
  const scales = names.map((name) => dimensionScale(name, space[name]!, { naming: facts.naming }));
  const winner = winnerOf(search);
  const found = new Map<string, { column: number; row: number; scores: number[]; numbers: number[] }>();
  for (const { proposal, score } of search.compared) {
    const [x, y] = names.map((name, axis) => scales[axis]!.at(proposal.values[name]));
    if (x === undefined || y === undefined) continue;
    const column = Math.min(columns - 1, Math.floor(x * columns));
    const row = Math.min(rows - 1, Math.floor(y * rows));
    const cell = found.get(`${column}/${row}`) ?? { column, row, scores: [], numbers: [] };
    found.set(`${column}/${row}`, cell);
    cell.scores.push(score);
    cell.numbers.push(proposal.number);
  }
  const cells = [...found.values()].map(
    ({ column, row, scores, numbers }): SearchCell => ({
      column,
      row,
      median: median(scores),
      count: scores.length,
      hasBase: numbers.includes(0),
      hasWinner: winner !== undefined && numbers.includes(winner),
    }),
  );
  return cells.length < 3 ? undefined : { names, counts: [columns, rows], cells };
}

function cellCount(dimension: Dimension): number {
  if (dimension.kind === 'choices') return dimension.values.length;
  const { low, high, log } = dimension;
  const step = stepOf(dimension);
  if (step === undefined || log) return cellsOfRange;
  return Math.min(cellsOfRange, stepCount({ low, high, step }));
}

const width = 440;
const marginRight = 16;
/** Letters of a label beside the rows. */
const mostLetters = 14;
const fontSize = 12;
const rowHeight = 36;
/** Opacity of the worst and of the best cell: texts must be readable on both. */
const shades = [0.06, 0.6] as const;

export function searchCellsChart(facts: StudyFacts, search: SearchFacts): string | undefined {
  const found = searchCells(facts, search);
  if (!found) return undefined;
  const { names, counts, cells } = found;
  const { space, objective } = facts.definition;
  const { goal } = facts.measure;
  const [columns, rows] = counts;
  const { domain, clip } = scoreFrame(
    cells.map((cell) => cell.median),
    goal,
  );
  const opacity = (cell: SearchCell) => {
    const share = (clip(cell.median) - domain[0]) / (domain[1] - domain[0]);
    return shades[0] + (shades[1] - shades[0]) * (goal === 'maximize' ? share : 1 - share);
  };
  const [across, up] = names.map((name) => dimensionScale(name, space[name]!, { naming: facts.naming }));
  const yTicks = shownTicks(up!, rows * rowHeight, 5).map(({ at, text }) => ({
    at,
    text: abridged(text, mostLetters),
  }));
  const marginLeft = 14 + Math.max(...yTicks.map(({ text }) => textWidth(text, fontSize)));
  const xTicks = shownTicks(across!, width - marginLeft - marginRight, fontSize);
  const outlined = (of: 'hasBase' | 'hasWinner', inset: number, style: Plot.RectOptions) =>
    Plot.rect(
      cells.filter((cell) => cell[of]),
      { ...edges, inset, fill: 'none', ...style },
    );
  const edges = {
    x1: ({ column }: SearchCell) => column / columns,
    x2: ({ column }: SearchCell) => (column + 1) / columns,
    y1: ({ row }: SearchCell) => row / rows,
    y2: ({ row }: SearchCell) => (row + 1) / rows,
  };
  const legend: LegendEntry[] = [
    { sample: { kind: 'band', colour: colours.ours, opacity: shades[1] }, text: 'best median' },
    { sample: { kind: 'band', colour: colours.ours, opacity: shades[0] + 0.06 }, text: 'worst median' },
    ...(cells.some(({ hasWinner }) => hasWinner)
      ? [{ sample: { kind: 'line', colour: colours.good, width: 3 }, text: 'cell of the winner' } as const]
      : []),
    ...(cells.some(({ hasBase }) => hasBase)
      ? [{ sample: { kind: 'line', colour: colours.other, width: 2, dash: '4,3' }, text: 'cell of the base' } as const]
      : []),
  ];
  return draw({
    alt: cellsAlt(found, facts),
    legend,
    options: {
      width,
      height: 56 + rows * rowHeight,
      marginLeft,
      marginRight,
      marginTop: 12,
      marginBottom: 40,
      style: { fontSize: `${fontSize}px` },
      x: {
        domain: [0, 1],
        label: names[0],
        ticks: xTicks.map(({ at }) => at),
        tickFormat: (at: number) => xTicks.find((tick) => tick.at === at)!.text,
      },
      y: {
        domain: [0, 1],
        label: null,
        ticks: yTicks.map(({ at }) => at),
        tickFormat: (at: number) => yTicks.find((tick) => tick.at === at)!.text,
      },
      marks: [
        Plot.rect(cells, {
          ...edges,
          inset: 0.5,
          fill: colours.ours,
          fillOpacity: opacity,
          title: (cell: SearchCell) =>
            `${scoreText(cell.median, objective)}, median of ${countText(cell.count, 'setting')}`,
        }),
        outlined('hasBase', 3, { stroke: colours.other, strokeWidth: 2, strokeDasharray: '4,3' }),
        outlined('hasWinner', 1, { stroke: colours.good, strokeWidth: 3 }),
        Plot.text(cells, {
          x: ({ column }: SearchCell) => (column + 0.5) / columns,
          y: ({ row }: SearchCell) => (row + 0.5) / rows,
          text: (cell: SearchCell) => scoreText(cell.median, objective),
          fontSize: 11,
          fill: 'currentColor',
        }),
      ],
    },
  });
}

/** `Median scores by learningRate and batchSize, 20 cells: from 97.12 to 99.20.` */
function cellsAlt({ names, cells }: SearchCells, { definition }: StudyFacts): string {
  const medians = cells.map((cell) => cell.median);
  const [low, high] = [Math.min(...medians), Math.max(...medians)].map((score) =>
    scoreText(score, definition.objective),
  );
  return `Median scores by ${names[0]} and ${names[1]}, ${countText(cells.length, 'cell')}: from ${low} to ${high}.`;
}
