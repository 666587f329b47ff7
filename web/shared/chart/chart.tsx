/** A live chart: uPlot draws axes and zooms, the layers are drawn by canvas.ts. With a legend, tips, and export as SVG and CSV. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useSeen } from '../seen.ts';
import { shownTheme } from '../theme.ts';
import { plotCsv } from './csv.ts';
import { ChartFrame } from './frame.tsx';
import { Legend } from './legend.tsx';
import { type Mark, nextMark } from './nearest.ts';
import { isEmpty, type Plot } from './plot.ts';
import { plotSvg } from './svg.ts';
import { type Tip, TipBox, tipLines } from './tip.tsx';
import { endsOf, uplotOptions } from './uplot.ts';
import { bringIntoView, followZoom, isZoomed, zoomBy, zoomKeys } from './zoom.ts';

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
    const plotNow = () => present.current.plot;
    const made = new uPlot(uplotOptions(element, { plotNow, height, choose }), endsOf(plotNow()), element);
    chart.current = made;
    const open = () => openMark(present.current);
    made.over.addEventListener('click', open);
    const placeOf = (mark: Mark | undefined) => mark && plotNow().layers[mark.layer]?.x[mark.index];
    const keys = (event: KeyboardEvent) => {
      // With another key they are the browser's own: Alt and an arrow go back.
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const [step, zoom] = [moves[event.key], zoomKeys[event.key]];
      const mark = present.current.tip?.mark;
      if (event.key === 'Enter') open();
      if (event.key === 'Escape') choose(undefined);
      if (zoom !== undefined) zoomBy(made, plotNow(), { factor: zoom, around: placeOf(mark) });
      if (step) event.preventDefault();
      if (!step && zoom === undefined) return;
      const next = step ? nextMark(plotNow(), mark, step) : mark;
      const place = placeOf(next);
      if (place !== undefined) bringIntoView(made, plotNow(), place);
      choose(next);
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
    const stays = isZoomed(made);
    made.setData(endsOf(plot), !stays);
    if (!stays) return;
    followZoom(made, plot);
    made.redraw();
  }, [plot, isSeen]);

  return (
    <div class="chart-area">
      <div
        class="chart-canvas"
        ref={host}
        role="application"
        aria-roledescription="chart"
        aria-label={plot.alt}
        aria-describedby={described}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes all keys by itself
        tabIndex={0}
      />
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
  'Left and right arrow keys step through the points, up and down through the series; plus, minus and 0 zoom. The values can be exported as CSV.';

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
