/** Parallel coordinates on a canvas. A brush on an axis is a condition of the filter, for all charts. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChartFrame } from '../../shared/chart/frame.tsx';
import { useSeen } from '../../shared/seen.ts';
import { shownTheme } from '../../shared/theme.ts';
import { missingTicks, type ParallelAxis, type ParallelLine } from '../charts/parallel.ts';
import { type Painter, paint } from '../charts/parallel-canvas.ts';
import { linesCsv, parallelSvg } from '../charts/parallel-files.ts';
import type { Condition } from '../data/filter.ts';
import { AxisView } from './parallel-axis.tsx';

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
  const below = namesHeight + (without.some((tick) => tick !== undefined) ? withoutHeight : 0);
  const bottom = top + axisHeight;
  const height = bottom + below;
  const places = useMemo(() => {
    const gap = (width - 2 * side) / Math.max(1, axes.length - 1);
    return {
      x: (index: number) => side + index * gap,
      y: (place: number) => bottom - place * axisHeight,
    };
  }, [width, axes.length, bottom]);

  // The theme changes the colours.
  useEffect(() => {
    if (width === 0 || !isSeen) return;
    painter.current.next = { width, height, lines, others, places };
    void paint(canvas.current!, painter.current);
  }, [width, height, lines, others, places, theme, isSeen]);

  /** Names of neighbours stand in two rows where one has no room for them. */
  const nameOf = (index: number) => ({
    y: height - (index % 2 === 0 || width / axes.length > 150 ? 26 : 10),
    ...(index === 0
      ? { x: -side + 4, anchor: 'start' as const }
      : index === axes.length - 1
        ? { x: side - 4, anchor: 'end' as const }
        : { x: 0, anchor: 'middle' as const }),
  });
  return (
    <ChartFrame
      title={title}
      svg={() => parallelSvg(axes, lines, { title, alt })}
      csv={() => linesCsv(axes, lines)}
      note="Drag along an axis to choose a part of it, click the axis to choose all again. With the keyboard: Tab to an axis, arrow up and down narrow the part, with Shift they widen it, Escape chooses all."
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
          // biome-ignore lint/a11y/noSvgWithoutTitle: the axes in it have names of their own
          <svg width={width} height={height}>
            {axes.map((axis, index) => (
              <AxisView
                key={axis.name}
                axis={axis}
                ticks={[...axis.ticks, ...(without[index] ? [without[index]] : [])]}
                condition={conditions[axis.name]}
                x={places.x(index)}
                ends={[top, bottom]}
                name={nameOf(index)}
              />
            ))}
          </svg>
        )}
      </div>
    </ChartFrame>
  );
}
