/** Parallel coordinates of a search: a line for each setting through the axes of its hyperparameters and its score. */
import * as Plot from '@observablehq/plot';
import { bestOf } from '../../study/ped-anova.ts';
import type { StudyFacts } from '../facts.ts';
import type { SearchFacts } from '../search-facts.ts';
import { measureHead } from '../words/names.ts';
import { countText } from '../words/numbers.ts';
import { colours, draw, labelLines, textWidth } from './draw.ts';
import { dimensionScale, scoreFrame, shownTicks, spreadOf, winnerOf } from './search-frame.ts';

/** Maximum number of hyperparameters. */
const mostAxes = 10;
/** Fewer settings show nothing together. */
const fewestLines = 10;

const width = 440;
const margins = { right: 36, top: 14, bottom: 26 };
const rowHeight = 52;
const fontSize = 12;

export interface ParallelLine {
  readonly number: number;
  /** `best`: its score is among the best tenth. */
  readonly kind: 'winner' | 'base' | 'best' | 'other';
  /** By axis, from 0 to 1; the last is the score, better to the right. Undefined where the hyperparameter does not count. */
  readonly at: readonly (number | undefined)[];
}

/** @param names of the hyperparameters that have an axis. */
export function parallelLines(names: readonly string[], facts: StudyFacts, search: SearchFacts): ParallelLine[] {
  const { compared } = search;
  const { goal } = facts.measure;
  const scores = compared.map(({ score }) => score);
  const best = bestOf(scores, goal);
  const frame = scoreFrame(scores, goal);
  const [low, high] = frame.domain;
  const winner = winnerOf(search);
  const scales = names.map((name) => dimensionScale(name, facts.definition.space[name]!, { naming: facts.naming }));
  return compared.map(({ proposal: { number, values }, score }, index): ParallelLine => {
    const share = (frame.clip(score) - low) / (high - low);
    const at = scales.map((scale, axis) => {
      const place = scale.at(values[names[axis]!]);
      return place === undefined || scale.count === undefined ? place : place + (spreadOf(number) * 0.5) / scale.count;
    });
    const kind = number === winner ? 'winner' : number === 0 ? 'base' : best.has(index) ? 'best' : 'other';
    return { number, kind, at: [...at, goal === 'maximize' ? share : 1 - share] };
  });
}

/** Undefined with fewer than two hyperparameters or ten scores. */
export function searchParallel(facts: StudyFacts, search: SearchFacts): string | undefined {
  const { space } = facts.definition;
  const all = search.importances?.rows.map(({ name }) => name) ?? Object.keys(space);
  if (all.length < 2 || search.compared.length < fewestLines) return undefined;
  // The most important ones next to the score.
  const names = all.slice(0, mostAxes).reverse();
  const lines = parallelLines(names, facts, search);
  const rows = names.length + 1;
  const frame = scoreFrame(
    search.compared.map(({ score }) => score),
    facts.measure.goal,
  );
  const [low, high] = frame.domain;
  const scoreScale = dimensionScale('score', { kind: 'float', low, high }, { naming: facts.naming });
  const scoreTicks = scoreScale.ticks.map(({ at, text }) => ({
    at: facts.measure.goal === 'maximize' ? at : 1 - at,
    text,
  }));
  const labels = [...names, measureHead(facts.measure)].map((label) => labelLines(label, 15));
  const marginLeft = 12 + Math.max(...labels.flat().map((line) => textWidth(line, fontSize)));
  const room = width - marginLeft - margins.right;
  const ticks = [
    ...names.map((name) => {
      const scale = dimensionScale(name, space[name]!, { naming: facts.naming });
      return shownTicks(scale, room, fontSize);
    }),
    scoreTicks,
  ].flatMap((own, row) => own.map((tick) => ({ ...tick, row })));
  const points = (kind: ParallelLine['kind']) =>
    lines
      .filter((line) => line.kind === kind)
      .flatMap(({ number, at }) => at.map((x, row) => ({ number, row, x: x ?? Number.NaN })));
  const line = (kind: ParallelLine['kind'], style: Plot.LineOptions) =>
    Plot.line(points(kind), { x: 'x', y: 'row', z: 'number', ...style });
  const kinds = new Set(lines.map(({ kind }) => kind));
  return draw({
    alt: `Parallel coordinates of ${countText(lines.length, 'setting')}: ${names.join(', ')}, and the score.`,
    legend: [
      ...(kinds.has('winner')
        ? [{ sample: { kind: 'line', colour: colours.good, width: 3 }, text: 'winner' } as const]
        : []),
      ...(kinds.has('base')
        ? [{ sample: { kind: 'line', colour: colours.other, width: 2.5, dash: '5,3' }, text: 'base' } as const]
        : []),
      { sample: { kind: 'line', colour: colours.ours, width: 1.4 }, text: 'the best tenth' },
      { sample: { kind: 'line', colour: colours.muted, width: 0.8 }, text: 'the others' },
    ],
    options: {
      width,
      height: margins.top + margins.bottom + (rows - 1) * rowHeight,
      marginLeft,
      marginRight: margins.right,
      marginTop: margins.top,
      marginBottom: margins.bottom,
      style: { fontSize: `${fontSize}px` },
      x: { domain: [0, 1], axis: null },
      y: {
        domain: [0, rows - 1],
        reverse: true,
        label: null,
        tickSize: 0,
        ticks: Array.from({ length: rows }, (_, row) => row),
        tickFormat: (row: number) => labels[row]!.join('\n'),
      },
      marks: [
        line('other', { stroke: colours.muted, strokeWidth: 0.8, strokeOpacity: 0.35 }),
        line('best', { stroke: colours.ours, strokeWidth: 1.4, strokeOpacity: 0.85 }),
        line('base', { stroke: colours.other, strokeWidth: 2.5, strokeDasharray: '5,3' }),
        line('winner', { stroke: colours.good, strokeWidth: 3 }),
        Plot.ruleY(
          Array.from({ length: rows }, (_, row) => row),
          { y: (row: number) => row, x1: 0, x2: 1, stroke: colours.ink, strokeOpacity: 0.7 },
        ),
        Plot.text(ticks, {
          x: 'at',
          y: 'row',
          text: 'text',
          dy: 11,
          fontSize: 11,
          fill: 'currentColor',
          stroke: sheetColour,
          strokeWidth: 4,
        }),
      ],
    },
  });
}

/** Behind the texts, so that lines do not cross them. */
const sheetColour = 'var(--paper, #fff)';
