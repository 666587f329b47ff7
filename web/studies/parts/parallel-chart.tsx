/** Parallel coordinates on a canvas. Dragging along an axis brushes it: that is a condition of the filter, for all charts. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { csvOf } from '../../shared/chart/csv.ts';
import { ChartFrame } from '../../shared/chart/frame.tsx';
import { useSeen } from '../../shared/seen.ts';
import { colourOf, shownTheme } from '../../shared/theme.ts';
import { changeQuery } from '../address.ts';
import {
  bestShare,
  brushCondition,
  brushOf,
  missing,
  missingTicks,
  type ParallelAxis,
  type ParallelLine,
  parallelSvg,
} from '../charts/parallel.ts';
import { type Condition, conditionQuery } from '../data/filter.ts';

export interface ParallelChartProps {
  readonly axes: readonly ParallelAxis[];
  /** Lines that pass the filter. */
  readonly lines: readonly ParallelLine[];
  /** Lines that do not: they are shown faintly. */
  readonly others: readonly ParallelLine[];
  readonly conditions: Readonly<Record<string, Condition>>;
  readonly title: string;
  readonly alt: string;
}

const [top, side] = [16, 56];
/** The height of the axes, and of what is below them: names in two rows, and lines without a value where there are any. */
const [axisHeight, namesHeight, withoutHeight] = [290, 50, 32];

export function ParallelChart({ axes, lines, others, conditions, title, alt }: ParallelChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [drag, setDrag] = useState<{ readonly axis: number; readonly from: number; readonly to: number }>();
  const painter = useRef<Painter>({ isBusy: false, next: undefined });
  const isSeen = useSeen(host);
  const theme = shownTheme.value;
  useEffect(() => {
    const element = host.current!;
    const resized = new ResizeObserver(() => setWidth(element.clientWidth));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  const without = useMemo(() => missingTicks([...lines, ...others], axes), [lines, others, axes]);
  const bottom = namesHeight + (without.some((tick) => tick !== undefined) ? withoutHeight : 0);
  const height = top + axisHeight + bottom;
  const places = useMemo(() => {
    const gap = (width - 2 * side) / Math.max(1, axes.length - 1);
    return {
      x: (index: number) => side + index * gap,
      y: (place: number) => height - bottom - place * (height - top - bottom),
      back: (pixels: number) => (height - bottom - pixels) / (height - top - bottom),
    };
  }, [width, axes.length, height, bottom]);

  // The theme changes the colours.
  useEffect(() => {
    if (width === 0 || !isSeen) return;
    painter.current.next = { width, height, lines, others, places };
    void paint(canvas.current!, painter.current);
  }, [width, height, lines, others, places, theme, isSeen]);

  const placeOfPointer = ({ clientY }: PointerEvent) =>
    places.back(clientY - host.current!.getBoundingClientRect().top);
  const start = (axis: number) => (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setDrag({ axis, from: placeOfPointer(event), to: placeOfPointer(event) });
  };
  const move = (event: PointerEvent) => drag && setDrag({ ...drag, to: placeOfPointer(event) });
  const end = () => {
    if (!drag) return;
    const axis = axes[drag.axis]!;
    // A click without a drag takes the brush away.
    const isClick = Math.abs(drag.from - drag.to) < 0.015;
    changeQuery(conditionQuery(axis.name, isClick ? undefined : brushCondition(axis, drag.from, drag.to)));
    setDrag(undefined);
  };
  return (
    <ChartFrame
      title={title}
      svg={() => parallelSvg(axes, lines, { title, alt })}
      csv={() => linesCsv(axes, lines)}
      note="Drag along an axis to choose a part of it, click the axis to choose all again. The fields above do the same by keyboard."
    >
      <ul class="legend">
        <li>
          <span class="swatch best" aria-hidden="true" /> the best tenth
        </li>
        <li>
          <span class="swatch" aria-hidden="true" /> others that pass the filter
        </li>
      </ul>
      <div class="parallel" ref={host} style={{ height: `${height}px` }}>
        <canvas ref={canvas} role="img" aria-label={alt} />
        {width > 0 && (
          <svg width={width} height={height} aria-hidden="true">
            {axes.map((axis, index) => {
              const brush =
                drag?.axis === index
                  ? ([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)] as const)
                  : brushOf(axis, conditions[axis.name]);
              return (
                <g key={axis.name} transform={`translate(${places.x(index)},0)`}>
                  <line y1={top} y2={height - bottom} class="axis" />
                  {[...axis.ticks, ...(without[index] ? [without[index]] : [])].map(({ value, text }) => (
                    <text key={text} x={-6} y={places.y(value) + 4} text-anchor="end">
                      {text}
                    </text>
                  ))}
                  <text
                    y={height - (index % 2 === 0 || width / axes.length > 150 ? 26 : 10)}
                    x={index === 0 ? -side + 4 : index === axes.length - 1 ? side - 4 : 0}
                    text-anchor={index === 0 ? 'start' : index === axes.length - 1 ? 'end' : 'middle'}
                    class="axis-name"
                  >
                    {axis.label}
                  </text>
                  {brush && (
                    <rect
                      x={-7}
                      width={14}
                      y={places.y(Math.min(1, brush[1]))}
                      height={Math.max(2, places.y(Math.max(0, brush[0])) - places.y(Math.min(1, brush[1])))}
                      class="brush"
                    />
                  )}
                  <rect
                    x={-18}
                    width={36}
                    y={top - 8}
                    height={height - top - bottom + 16}
                    class="catch"
                    onPointerDown={start(index)}
                    onPointerMove={move}
                    onPointerUp={end}
                    onPointerCancel={() => setDrag(undefined)}
                  />
                </g>
              );
            })}
          </svg>
        )}
      </div>
    </ChartFrame>
  );
}

interface DrawOptions {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly ParallelLine[];
  readonly others: readonly ParallelLine[];
  readonly places: { readonly x: (index: number) => number; readonly y: (place: number) => number };
}

/** What is to be painted next, and whether a picture is being painted now. */
interface Painter {
  isBusy: boolean;
  next: DrawOptions | undefined;
}

/** How many lines are drawn before the browser may do something else: some milliseconds of work. */
const linesAtATime = 800;

/**
 * Paints a picture in portions, out of sight, and shows it when it is complete, so that ten thousand lines never stop the
 * page. What comes in between is painted afterwards.
 */
async function paint(canvas: HTMLCanvasElement, painter: Painter): Promise<void> {
  if (painter.isBusy) return;
  painter.isBusy = true;
  while (painter.next) {
    const { width, height, lines, others, places } = painter.next;
    painter.next = undefined;
    const picture = document.createElement('canvas');
    picture.width = width * devicePixelRatio;
    picture.height = height * devicePixelRatio;
    const context = picture.getContext('2d')!;
    context.scale(devicePixelRatio, devicePixelRatio);
    for (const { drawn, colour, alpha, size } of looksOf(lines, others)) {
      context.strokeStyle = colourOf(colour);
      context.globalAlpha = alpha;
      context.lineWidth = size;
      for (let first = 0; first < drawn.length; first += linesAtATime) {
        strokeLines(context, drawn.slice(first, first + linesAtATime), places);
        if (first + linesAtATime < drawn.length) await nextFrame();
      }
    }
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext('2d')!.drawImage(picture, 0, 0);
  }
  painter.isBusy = false;
}

function looksOf(lines: readonly ParallelLine[], others: readonly ParallelLine[]) {
  const isBest = ({ rank }: ParallelLine) => rank >= 1 - bestShare;
  return [
    { drawn: others, colour: 'line', alpha: 0.35, size: 1 },
    { drawn: lines.filter((line) => !isBest(line)), colour: 'muted', alpha: lines.length > 300 ? 0.15 : 0.4, size: 1 },
    { drawn: lines.filter(isBest), colour: 'ours', alpha: lines.length > 3000 ? 0.35 : 0.85, size: 1.5 },
  ];
}

/** A few lines share a path: many short paths would be slow, and in one path translucent lines would not add up. */
function strokeLines(
  context: CanvasRenderingContext2D,
  lines: readonly ParallelLine[],
  places: DrawOptions['places'],
): void {
  for (let first = 0; first < lines.length; first += 50) {
    context.beginPath();
    for (const { at } of lines.slice(first, first + 50)) tracePath(context, at, places);
    context.stroke();
  }
}

function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}

function tracePath(context: CanvasRenderingContext2D, at: ParallelLine['at'], { x, y }: DrawOptions['places']): void {
  for (const [index, place] of at.entries()) {
    if (index > 0) context.lineTo(x(index), y(place));
    else context.moveTo(x(index), y(place));
  }
}

function linesCsv(axes: readonly ParallelAxis[], lines: readonly ParallelLine[]): string {
  const rows = lines.map(({ trial, at }) => [
    trial.number,
    ...axes.map(({ choices, back }, index) => {
      const place = at[index]!;
      if (place === missing) return undefined;
      return choices ? String(choices[Math.round(back(place))]) : Number(back(place).toPrecision(12));
    }),
  ]);
  return csvOf(['trial', ...axes.map(({ label }) => label)], rows);
}
