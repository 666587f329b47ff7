/** The part of its horizontal axis that a chart shows: it stays when new values come, and changes by drag and by keys. */
import type uPlot from 'uplot';
import { type Plot, rangeOf, roomy, valuesWithin } from './plot.ts';

/** Charts that do not show everything. */
const zoomed = new WeakSet<uPlot>();

export function isZoomed(chart: uPlot): boolean {
  return chart.select.width > 0 || zoomed.has(chart);
}

/** The part has changed: notes whether it is everything now, and fits the vertical axis to what is in it. */
export function followZoom(chart: uPlot, plot: Plot): void {
  const [low, high] = wholeOf(chart);
  const part = [chart.scales.x!.min ?? low, chart.scales.x!.max ?? high] as const;
  if (isWhole(chart, part)) zoomed.delete(chart);
  else zoomed.add(chart);
  const [min, max] = heightOf(chart, plot, part);
  const { y } = chart.scales;
  if (min !== y!.min || max !== y!.max) chart.setScale('y', { min, max });
}

/** Each key shows half as much, twice as much, or everything. */
export const zoomKeys: Readonly<Record<string, number>> = { '+': 0.5, '=': 0.5, '-': 2, '0': Number.POSITIVE_INFINITY };

/** Shows `factor` times as much of the axis, around a value of it if one is given; never more than everything. */
export function zoomBy(
  chart: uPlot,
  plot: Plot,
  { factor, around }: { factor: number; around: number | undefined },
): void {
  const { through, back, low, high } = shownPart(chart);
  const [first, last] = wholeOf(chart).map(through) as [number, number];
  const middle = around === undefined ? (low + high) / 2 : through(around);
  const half = Math.min(((high - low) / 2) * factor, (last - first) / 2);
  const start = Math.min(Math.max(middle - half, first), last - 2 * half);
  const [min, max] = [back(start), back(start + 2 * half)];
  const [bottom, top] = heightOf(chart, plot, [min, max]);
  // At once: a tip is placed next.
  chart.batch(() => {
    chart.setScale('x', { min, max });
    chart.setScale('y', { min: bottom, max: top });
  });
}

/** Moves the part that is shown so far that a value of the axis lies in it. */
export function bringIntoView(chart: uPlot, plot: Plot, value: number): void {
  const { through, low, high } = shownPart(chart);
  const at = through(value);
  if (at < low || at > high) zoomBy(chart, plot, { factor: 1, around: value });
}

/** On a logarithmic axis, zooming and moving are linear in the logarithm. */
function shownPart({ scales }: uPlot) {
  const { min = 0, max = 1, distr } = scales.x!;
  const [through, back] = distr === 3 ? [Math.log, Math.exp] : [same, same];
  return { through, back, low: through(min), high: through(max) };
}

const same = (value: number) => value;

type Part = readonly [low: number, high: number];

/** Of the values that the chart has: newer ones may be on their way. */
function wholeOf({ data: [x] }: uPlot): Part {
  return [x[0]!, x.at(-1)!];
}

function isWhole(chart: uPlot, [from, to]: Part): boolean {
  const [low, high] = wholeOf(chart);
  return from <= low && to >= high;
}

/** The range of the vertical axis for a part of the horizontal one. */
function heightOf(chart: uPlot, { y, layers }: Plot, part: Part): Part {
  const whole = chart.data[1] as [number, number];
  if (isWhole(chart, part)) return whole;
  const found = rangeOf(
    layers.flatMap((layer) => valuesWithin(layer, part)),
    y,
  );
  return found ? roomy(found, y) : whole;
}
