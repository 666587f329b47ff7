/** A chart as data: two axes and layers. It is drawn live on a canvas, and exported as SVG and CSV. */

/** A colour token (tokens.css), with the value that it has in a file of its own: on white paper. */
export const inks = {
  ink: '#1f2933',
  muted: '#5d6a77',
  ours: '#1763b8',
  post: '#c2410c',
  good: '#15803d',
  'series-1': '#1763b8',
  'series-2': '#c2410c',
  'series-3': '#15803d',
  'series-4': '#8b3fb0',
  'series-5': '#0e7490',
  'series-6': '#8a6100',
  'series-7': '#be185d',
  'series-8': '#475569',
} as const;
export type Ink = keyof typeof inks;

export type Marker = 'circle' | 'ring' | 'square' | 'diamond' | 'triangle' | 'cross';

export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** It begins at 0, without room below; for values from 0 on. */
  readonly fromZero?: boolean;
  /** Only whole numbers get a tick. */
  readonly whole?: boolean;
  /** Names of the places 0, 1, 2, ... of an axis of choices. */
  readonly names?: readonly string[];
  /** How many decimals values have; default: as many as the ticks need. */
  readonly decimals?: number;
}

interface LayerBase {
  readonly name: string;
  readonly ink: Ink;
  /** Default true. */
  readonly inLegend?: boolean;
}
export interface Line extends LayerBase {
  readonly kind: 'line';
  readonly x: readonly number[];
  readonly y: readonly (number | undefined)[];
  /** Lengths of dashes and gaps. */
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly opacity?: number;
}
export interface Points extends LayerBase {
  readonly kind: 'points';
  readonly x: readonly number[];
  readonly y: readonly (number | undefined)[];
  readonly symbol: Marker;
  readonly size?: number;
  /** The trial of each point, if a point is one. */
  readonly trials?: readonly number[];
  /** What a point is, for its tip; default: the layer's name. A function, since only one of thousands is asked for. */
  readonly labelOf?: (index: number) => string;
}
export interface Band extends LayerBase {
  readonly kind: 'band';
  readonly x: readonly number[];
  readonly low: readonly (number | undefined)[];
  readonly high: readonly (number | undefined)[];
}
export type Layer = Line | Points | Band;

export interface Plot {
  readonly title: string;
  /** What the chart shows, in a sentence or two, for those who do not see it. */
  readonly alt: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: readonly Layer[];
}

/** The values of a layer on the vertical axis. */
export function valuesOf(layer: Layer): readonly (number | undefined)[] {
  return layer.kind === 'band' ? [...layer.low, ...layer.high] : layer.y;
}

/** The values of a layer on the vertical axis at places of the horizontal axis from one to another. */
export function valuesWithin(layer: Layer, [from, to]: readonly [number, number]): (number | undefined)[] {
  const inside = [...layer.x.keys()].filter((index) => layer.x[index]! >= from && layer.x[index]! <= to);
  const columns = layer.kind === 'band' ? [layer.low, layer.high] : [layer.y];
  return columns.flatMap((values) => inside.map((index) => values[index]));
}

/** The points of a line that have no neighbour, by index: no stroke shows them, so they are drawn as dots. */
export function lonePoints({ y }: Pick<Line, 'y'>): number[] {
  return [...y.keys()].filter((index) => isKnown(y[index]) && !isKnown(y[index - 1]) && !isKnown(y[index + 1]));
}

function isKnown(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value);
}

/** The radius of such a dot beside a line of this width. */
export function dotRadius(width: number): number {
  return 1.5 * width;
}

/** Whether there is nothing to draw. */
export function isEmpty({ layers }: Plot): boolean {
  return layers.every((layer) => valuesOf(layer).every((value) => value === undefined));
}

/** The smallest and the largest finite value; on a logarithmic axis of the positive ones. Undefined without any. */
export function rangeOf(
  values: Iterable<number | undefined>,
  { log = false }: Pick<Axis, 'log'> = {},
): readonly [low: number, high: number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === undefined || !Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** A range with room around it: a 25th on each side, or one unit around a single value. */
export function roomy(
  [low, high]: readonly [number, number],
  { log, names, whole, fromZero }: Axis,
): readonly [number, number] {
  if (names) return [-0.5, names.length - 0.5];
  if (fromZero) return [0, high > 0 ? high * 1.04 : 1];
  // There is no epoch beside a single one, least of all one below 0.
  if (whole && low === high) return [low - 0.5, high + 0.5];
  if (log) {
    const room = high > low ? (high / low) ** 0.04 : 2;
    return [low / room, high * room];
  }
  const room = high > low ? (high - low) * 0.04 : Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}
