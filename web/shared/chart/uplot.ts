/** What uPlot does for a chart: axes, ticks and zoom. The layers are drawn in a hook. */
import type uPlot from 'uplot';
import { colourOf } from '../theme.ts';
import { drawLayer } from './canvas.ts';
import { type Mark, nearestMark } from './nearest.ts';
import { type Axis, type Plot, rangeOf, roomy, valuesOf } from './plot.ts';
import { ticksOf } from './ticks.ts';
import { followZoom } from './zoom.ts';

/** The corners of the data: uPlot gets nothing else of them. */
export function endsOf(plot: Plot): uPlot.AlignedData {
  const known = knownEnds.get(plot);
  if (known) return known;
  const x = roomy(
    rangeOf(
      plot.layers.flatMap((layer) => layer.x as number[]),
      plot.x,
    ) ?? [0, 1],
    plot.x,
  );
  const y = roomy(
    rangeOf(
      plot.layers.flatMap((layer) => valuesOf(layer) as number[]),
      plot.y,
    ) ?? [0, 1],
    plot.y,
  );
  const found: uPlot.AlignedData = [[...x], [...y]];
  knownEnds.set(plot, found);
  return found;
}

/** uPlot asks several times for each drawing. */
const knownEnds = new WeakMap<Plot, uPlot.AlignedData>();

export interface UplotProps {
  /** The plot as it is now; its axes are those of the first. */
  readonly plotNow: () => Plot;
  readonly height: number;
  /** Hears of the point that the pointer means. */
  readonly choose: (mark: Mark | undefined) => void;
}

export function uplotOptions(element: HTMLElement, { plotNow, height, choose }: UplotProps): uPlot.Options {
  const plot = plotNow();
  const axisOf = (axis: Axis, side: 'x' | 'y'): uPlot.Axis => ({
    label: axis.label,
    stroke: colourOf('ink'),
    font: axisFont,
    labelFont: axisFont,
    labelSize: 22,
    size: side === 'x' ? 34 : (_, values) => roomOf(values),
    grid: { show: side === 'y', stroke: colourOf('line'), width: 1 },
    ticks: { stroke: colourOf('line'), width: 1 },
    splits: (chart, _, low, high) => ticksOf(axis, [low, high], mostTicks(chart, axis, side)).map(({ value }) => value),
    values: (chart, splits) => {
      const { min = 0, max = 1 } = chart.scales[side]!;
      const texts = new Map(
        ticksOf(axis, [min, max], mostTicks(chart, axis, side)).map(({ value, text }) => [value, text]),
      );
      return splits.map((value) => texts.get(value) ?? '');
    },
  });
  const scaleOf = (axis: Axis): uPlot.Scale => ({
    time: false,
    distr: axis.log ? 3 : 1,
    range: (_chart, low, high) => (low === high ? [low - 1, high + 1] : [low, high]),
  });
  return {
    width: Math.max(100, element.clientWidth),
    height,
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: true, y: false, dist: 6 } },
    scales: { x: scaleOf(plot.x), y: scaleOf(plot.y) },
    axes: [axisOf(plot.x, 'x'), axisOf(plot.y, 'y')],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(chart) => drawLayers(chart, plotNow())],
      setScale: [
        (chart, key) => {
          if (key === 'x') followZoom(chart, plotNow());
        },
      ],
      setCursor: [
        (chart) => {
          const { left = -1, top = -1 } = chart.cursor;
          if (left < 0 || top < 0) return choose(undefined);
          const place = {
            x: (value: number) => chart.valToPos(value, 'x'),
            y: (value: number) => chart.valToPos(value, 'y'),
          };
          choose(nearestMark(plotNow(), { left, top }, place));
        },
      ],
    },
  };
}

/** The width that the numbers beside a vertical axis need [pixels]. */
function roomOf(texts: readonly string[] | null): number {
  const longest = Math.max(0, ...(texts ?? []).map(({ length }) => length));
  return Math.max(58, 18 + 7 * longest);
}

/** As many ticks as have room; names need more of it than numbers. */
function mostTicks({ width, height }: uPlot, { names }: Axis, side: 'x' | 'y'): number {
  return Math.max(2, Math.floor(side === 'y' ? height / 45 : width / (names ? 100 : 60)));
}

const axisFont = '12px system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

function drawLayers(chart: uPlot, plot: Plot): void {
  const { ctx: context, bbox } = chart;
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  const colours = new Map<string, string>();
  const pen = {
    context,
    x: placing(chart, plot.x, 'x'),
    y: placing(chart, plot.y, 'y'),
    ratio: devicePixelRatio,
    colourOf: (ink: string) => {
      const known = colours.get(ink) ?? colourOf(ink);
      colours.set(ink, known);
      return known;
    },
  };
  for (const layer of plot.layers) drawLayer(layer, pen);
  context.restore();
}

/** As uPlot's valToPos, which is too slow for thousands of points: on both kinds of axes pixels grow linearly. */
function placing(chart: uPlot, { log = false }: Axis, side: 'x' | 'y'): (value: number) => number {
  const { min = 0, max = 1 } = chart.scales[side]!;
  const [start, end] = [chart.valToPos(min, side, true), chart.valToPos(max, side, true)];
  const through = log ? Math.log : (value: number) => value;
  const [low, span] = [through(min), through(max) - through(min)];
  return (value) => start + ((through(value) - low) / span) * (end - start);
}
