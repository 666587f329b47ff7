/** The part of its horizontal axis that a chart shows: it stays when new values come, and changes by drag and by keys. */
import type uPlot from 'uplot';

/** Charts that do not show everything. */
const zoomed = new WeakSet<uPlot>();

export function isZoomed(chart: uPlot): boolean {
  return chart.select.width > 0 || zoomed.has(chart);
}

/** Notes whether the chart shows everything now. */
export function noteZoom(chart: uPlot): void {
  // Of the values that the chart has: newer ones may be on their way.
  const [low, high] = wholeOf(chart);
  const isWhole = chart.scales.x!.min! <= low && chart.scales.x!.max! >= high;
  if (isWhole) zoomed.delete(chart);
  else zoomed.add(chart);
}

/** Each key shows half as much, twice as much, or everything. */
export const zoomKeys: Readonly<Record<string, number>> = { '+': 0.5, '=': 0.5, '-': 2, '0': Number.POSITIVE_INFINITY };

/** Shows `factor` times as much of the axis, around a value of it if one is given; never more than everything. */
export function zoomBy(chart: uPlot, factor: number, around?: number): void {
  const { through, back, low, high } = shownPart(chart);
  const [first, last] = wholeOf(chart).map(through) as [number, number];
  const middle = around === undefined ? (low + high) / 2 : through(around);
  const half = Math.min(((high - low) / 2) * factor, (last - first) / 2);
  const start = Math.min(Math.max(middle - half, first), last - 2 * half);
  // At once: a tip is placed next.
  chart.batch(() => chart.setScale('x', { min: back(start), max: back(start + 2 * half) }));
}

/** Moves the part that is shown so far that a value of the axis lies in it. */
export function bringIntoView(chart: uPlot, value: number): void {
  const { through, low, high } = shownPart(chart);
  const at = through(value);
  if (at < low || at > high) zoomBy(chart, 1, value);
}

/** On a logarithmic axis, zooming and moving are linear in the logarithm. */
function shownPart({ scales }: uPlot) {
  const { min = 0, max = 1, distr } = scales.x!;
  const [through, back] = distr === 3 ? [Math.log, Math.exp] : [same, same];
  return { through, back, low: through(min), high: through(max) };
}

const same = (value: number) => value;

function wholeOf({ data: [x] }: uPlot): readonly [low: number, high: number] {
  return [x[0]!, x.at(-1)!];
}
