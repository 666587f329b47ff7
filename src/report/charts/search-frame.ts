/** What the charts of a search share: the frame of its scores, the marks of base and winner, and scales of its space. */
import * as Plot from '@observablehq/plot';
import type { Objective, Value } from '../../study/definition.ts';
import { contains, type Dimension } from '../../study/space.ts';
import { type Naming, valueText } from '../naming.ts';
import type { SearchFacts } from '../search-facts.ts';
import { colours, type LegendEntry } from './draw.ts';
import { axisText } from './learning-curves.ts';

export interface ScoreFrame {
  readonly domain: readonly [low: number, high: number];
  /** The score, or the edge of the frame where it lies outside. */
  clip(score: number): number;
  isOutside(score: number): boolean;
}

/** The axis of the scores, for Plot. */
export function scoreAxis({ domain }: ScoreFrame, objective: Objective): Plot.ScaleOptions {
  return {
    label: null,
    grid: true,
    domain: [...domain],
    ticks: 5,
    tickFormat: (value: number) => axisText(value, objective),
  };
}

/**
 * The range of the scores, with a little room on both sides, without the worst of them: single settings that learn
 * nothing would press all others together.
 * @param reach how many times the distance from the best to the middle score the frame may span.
 */
export function scoreFrame(scores: readonly number[], goal: 'maximize' | 'minimize', reach = 3): ScoreFrame {
  const sign = goal === 'maximize' ? 1 : -1;
  const sorted = scores.map((score) => sign * score).sort((a, b) => a - b);
  const best = sorted.at(-1)!;
  const far = reach * (best - sorted[Math.floor(sorted.length / 2)]!);
  const worst = far > 0 ? sorted.find((score) => best - score <= far)! : sorted[0]!;
  const room = 0.06 * (best - worst) || Math.abs(best) * 0.01 || 1;
  const ends = [sign * (worst - room), sign * (best + room)].sort((a, b) => a - b) as [number, number];
  return {
    domain: ends,
    clip: (score) => Math.min(ends[1], Math.max(ends[0], score)),
    isOutside: (score) => score < ends[0] || score > ends[1],
  };
}

/** The number of the winner's proposal; undefined before it is known, and where the base won. */
export function winnerOf({ view, finalists }: SearchFacts): number | undefined {
  return view.finals?.finished ? finalists[0]?.view.proposal || undefined : undefined;
}

export const baseEntry: LegendEntry = {
  sample: { kind: 'symbol', symbol: 'diamond', colour: colours.other, filled: true },
  text: 'base',
};

/** Worse scores leave the frame, never better ones. */
export function offScaleEntry(goal: 'maximize' | 'minimize'): LegendEntry {
  return { sample: { kind: 'text', text: goal === 'maximize' ? '▼' : '▲' }, text: 'off scale' };
}

/** Arrows at the edge of the frame for points outside of it. */
export function offScaleMark<Point extends { readonly score: number }>(
  points: readonly Point[],
  {
    x,
    frame,
    title,
  }: { readonly x: keyof Point & string; readonly frame: ScoreFrame; readonly title: (point: Point) => string },
): Plot.Markish {
  return Plot.text(points, {
    x,
    y: ({ score }: Point) => frame.clip(score),
    text: ({ score }: Point) => (score < frame.domain[0] ? '▼' : '▲'),
    fontSize: 9,
    fill: colours.muted,
    title,
  });
}

export const winnerEntry: LegendEntry = {
  sample: { kind: 'symbol', symbol: 'square', colour: colours.good, filled: true },
  text: 'winner',
};

/** Where a value lies on the axis of its dimension, from 0 to 1, and the axis' ticks. */
export interface DimensionScale {
  /** Undefined for a value that the dimension does not have. */
  at(value: Value | undefined): number | undefined;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** The number of values of a list; undefined for a range. */
  readonly count: number | undefined;
}

/** @param most ticks of a range. */
export function dimensionScale(
  name: string,
  dimension: Dimension,
  { naming, most = 5 }: { readonly naming: Naming; readonly most?: number },
): DimensionScale {
  if (dimension.kind === 'choices') {
    const { values } = dimension;
    const place = (index: number) => (index + 0.5) / values.length;
    return {
      at: (value) => (value === undefined || !values.includes(value) ? undefined : place(values.indexOf(value))),
      ticks: values.map((value, index) => ({ at: place(index), text: valueText(name, value, naming) })),
      count: values.length,
    };
  }
  const { low, high, log = false } = dimension;
  const place = (value: number) => {
    if (high === low) return 0.5;
    return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  };
  const ticks = log ? logTicks(low, high, most) : linearTicks(low, high, most);
  return {
    at: (value) => (typeof value === 'number' && contains(dimension, value) ? place(value) : undefined),
    ticks: ticks.map((value) => ({ at: place(value), text: tickText(value) })),
    count: undefined,
  };
}

/** Powers of ten, or with 2 and 5 where there is room. */
function logTicks(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const inside = (values: readonly number[]) =>
    values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  const candidates = [[1, 2, 5], [1, 3], [1]].map((steps) =>
    inside(decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)))),
  );
  const fitting = candidates.find((values) => values.length <= most && values.length >= 2);
  if (fitting) return fitting;
  const powers = candidates.at(-1)!;
  const every = Math.ceil(powers.length / most);
  return powers.length >= 2 ? powers.filter((_, i) => i % every === 0) : [low, high];
}

function linearTicks(low: number, high: number, most: number): number[] {
  const span = high - low;
  if (span === 0) return [low];
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = [1, 2, 5, 10, 20].map((size) => size * power).find((size) => span / size < most)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** `0.001`, `1e-4`, `2e5`: as short as it goes. */
function tickText(value: number): string {
  const plain = String(Number(value.toPrecision(6)));
  const exponent = value.toExponential().replace('e+', 'e');
  return plain.length <= 5 || plain.length <= exponent.length ? plain : exponent;
}

/** Points of one value of a list lie side by side: from -0.5 to 0.5, the same for a proposal in every chart. */
export function spreadOf(proposal: number): number {
  return ((proposal * 0.6180339887) % 1) - 0.5;
}

/** The ticks that have room beside each other; the middle of longer texts is left out. @param room pixels of the axis. */
export function shownTicks(
  { ticks, count }: DimensionScale,
  room: number,
  fontSize: number,
): readonly { readonly at: number; readonly text: string }[] {
  const letter = 0.72 * fontSize;
  const longest = Math.min(8, Math.max(...ticks.map(({ text }) => text.length)));
  const least = count === undefined ? 3.5 * fontSize : longest * letter + fontSize;
  const every = Math.max(1, Math.ceil((ticks.length * least) / room));
  const kept = ticks.filter((_, index) => index % every === 0);
  if (count === undefined) return kept;
  const letters = Math.max(3, Math.floor((room / kept.length - fontSize) / letter));
  return kept.map(({ at, text }) => ({ at, text: abridged(text, letters) }));
}

/** The text with its middle left out where it is too long: the ends of names tell them apart. */
export function abridged(text: string, most: number): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
