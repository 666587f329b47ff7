/** A live chart: uPlot draws axes and zooms, the layers are drawn by canvas.ts. With a legend, tips, and export as SVG and CSV. */
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useSeen } from '../seen.ts';
import { colourOf, shownTheme } from '../theme.ts';
import { drawLayer } from './canvas.ts';
import { plotCsv } from './csv.ts';
import { ChartFrame } from './frame.tsx';
import { Legend } from './legend.tsx';
import { type Mark, nearestMark, nextMark } from './nearest.ts';
import { type Axis, isEmpty, type Plot, rangeOf, roomy, valuesOf } from './plot.ts';
import { plotSvg } from './svg.ts';
import { shortNumber, ticksOf } from './ticks.ts';

export interface ChartProps {
  readonly plot: Plot;
  /** In pixels. */
  readonly height?: number;
  /** A user clicked a point that is a trial, or pressed Enter on it. */
  readonly onTrial?: (trial: number) => void;
  /** The layer that the user points at, by pointer, keyboard or legend; undefined: none. */
  readonly onLayer?: (name: string | undefined) => void;
  /** What is said instead of a chart without values. */
  readonly empty?: string;
}

interface Tip {
  readonly mark: Mark;
  readonly left: number;
  readonly top: number;
}

export function Chart(props: ChartProps) {
  const { plot, empty = 'Nothing to show yet.' } = props;
  const [tip, setTip] = useState<Tip>();
  const content = isEmpty(plot) ? (
    <p class="chart-empty">{empty}</p>
  ) : (
    <>
      <Legend layers={plot.layers} onLayer={props.onLayer} />
      <Canvas {...props} tip={tip} setTip={setTip} />
    </>
  );
  return (
    <ChartFrame title={plot.title} svg={() => plotSvg(plot)} csv={() => plotCsv(plot)}>
      {content}
    </ChartFrame>
  );
}

type CanvasProps = ChartProps & { readonly tip: Tip | undefined; readonly setTip: (tip: Tip | undefined) => void };

function Canvas({ plot, height = 300, onTrial, onLayer, tip, setTip }: CanvasProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const described = useId();
  // The chart's own functions always see the present props.
  const present = useRef<Present>({ plot, onTrial, onLayer, tip });
  present.current = { plot, onTrial, onLayer, tip };
  const theme = shownTheme.value;
  const structure = JSON.stringify([plot.x, plot.y, theme, height]);

  // `structure` stands for the axes, which the chart is made with.
  useEffect(() => {
    const element = host.current!;
    const choose = (mark: Mark | undefined) => {
      const made = chart.current;
      const layer = mark && present.current.plot.layers[mark.layer];
      present.current.onLayer?.(layer?.name);
      if (!made || !mark || !layer || layer.kind === 'band') return setTip(undefined);
      setTip({
        mark,
        left: made.valToPos(layer.x[mark.index]!, 'x') + made.over.offsetLeft,
        top: made.valToPos(layer.y[mark.index]!, 'y') + made.over.offsetTop,
      });
    };
    const made = new uPlot(chartOptions(present, element, { height, choose }), ends(present.current.plot), element);
    chart.current = made;
    const open = () => openMark(present.current);
    made.over.addEventListener('click', open);
    const keys = (event: KeyboardEvent) => {
      const step = moves[event.key];
      if (event.key === 'Enter') open();
      if (event.key === 'Escape') choose(undefined);
      if (!step) return;
      event.preventDefault();
      choose(nextMark(present.current.plot, present.current.tip?.mark, step));
    };
    element.addEventListener('keydown', keys);
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      element.removeEventListener('keydown', keys);
      made.destroy();
      chart.current = undefined;
    };
  }, [structure]);

  // New values of the same axes: no new chart, and what the user zoomed to stays. A chart out of sight waits.
  const isSeen = useSeen(host);
  useEffect(() => {
    const made = chart.current;
    if (!made || !isSeen) return;
    const isZoomed = made.select.width > 0 || zoomed.has(made);
    made.setData(ends(plot), !isZoomed);
    if (isZoomed) made.redraw();
  }, [plot, isSeen]);

  return (
    <div class="chart-area">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys step through the points */}
      <div class="chart-canvas" ref={host} role="img" aria-label={plot.alt} aria-describedby={described} tabIndex={0} />
      {tip && <TipBox plot={plot} tip={tip} width={host.current?.clientWidth ?? 0} />}
      <p id={described} class="unseen">
        {keysHelp}
      </p>
      <p class="unseen" aria-live="polite">
        {tip && tipLines(plot, tip.mark).join(', ')}
      </p>
    </div>
  );
}

const keysHelp =
  'Left and right arrow keys step through the points, up and down through the series. The values can be exported as CSV.';

/** Charts whose horizontal axis the user has zoomed. */
const zoomed = new WeakSet<uPlot>();

const moves: Readonly<Record<string, { step?: number; layerStep?: number }>> = {
  ArrowLeft: { step: -1 },
  ArrowRight: { step: 1 },
  ArrowUp: { layerStep: -1 },
  ArrowDown: { layerStep: 1 },
};

interface Present extends Pick<ChartProps, 'plot'> {
  readonly onTrial: ChartProps['onTrial'] | undefined;
  readonly onLayer: ChartProps['onLayer'] | undefined;
  readonly tip: Tip | undefined;
}

function openMark({ plot, onTrial, tip }: Present): void {
  const layer = tip && plot.layers[tip.mark.layer];
  const trial = layer?.kind === 'points' ? layer.trials?.[tip!.mark.index] : undefined;
  if (trial !== undefined) onTrial?.(trial);
}

/** uPlot gets the corners of the data only: the layers are drawn in a hook. */
function ends(plot: Plot): uPlot.AlignedData {
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

function chartOptions(
  present: { readonly current: Present },
  element: HTMLElement,
  { height, choose }: { readonly height: number; readonly choose: (mark: Mark | undefined) => void },
): uPlot.Options {
  const { plot } = present.current;
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
      draw: [(chart) => drawLayers(chart, present.current.plot)],
      setScale: [
        (chart, key) => {
          if (key !== 'x') return;
          // Of the values that the chart has: newer ones may be on their way.
          const [[low, high]] = chart.data as [number[], number[]];
          const isWhole = chart.scales.x!.min! <= low! && chart.scales.x!.max! >= high!;
          if (isWhole) zoomed.delete(chart);
          else zoomed.add(chart);
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
          choose(nearestMark(present.current.plot, { left, top }, place));
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

function TipBox({ plot, tip, width }: { readonly plot: Plot; readonly tip: Tip; readonly width: number }) {
  const lines = useMemo(() => tipLines(plot, tip.mark), [plot, tip.mark]);
  const side = tip.left > width / 2 ? 'left' : 'right';
  return (
    <>
      <span class="chart-dot" style={{ left: `${tip.left}px`, top: `${tip.top}px` }} />
      <div class={`chart-tip ${side}`} style={{ left: `${tip.left}px`, top: `${tip.top}px` }} aria-hidden="true">
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
    </>
  );
}

function tipLines({ layers, x, y }: Plot, { layer, index }: Mark): string[] {
  const content = layers[layer];
  if (!content || content.kind === 'band' || content.x[index] === undefined) return [];
  const [across, up] = [content.x[index]!, content.y[index]];
  const label = content.kind === 'points' ? content.labelOf?.(index) : undefined;
  return [
    label ?? content.name,
    `${x.label} ${x.names?.[Math.round(across)] ?? shortNumber(across)}`,
    `${y.label} ${up === undefined ? '–' : numberText(up, y)}`,
  ];
}

function numberText(value: number, { decimals }: Axis): string {
  return decimals === undefined ? shortNumber(value) : value.toFixed(decimals);
}
