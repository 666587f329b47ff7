/** An axis of the parallel coordinates: its ticks, its name, and the brush, which is moved by pointer and by keys. */
import { useState } from 'preact/hooks';
import type { Tick } from '../../shared/chart/ticks.ts';
import { changeQuery } from '../address.ts';
import { type Brush, brushAfter, brushCondition, brushOf, brushText } from '../charts/brush.ts';
import type { ParallelAxis } from '../charts/parallel.ts';
import { type Condition, conditionQuery } from '../data/filter.ts';

export interface AxisViewProps {
  readonly axis: ParallelAxis;
  readonly ticks: readonly Tick[];
  readonly condition: Condition | undefined;
  /** Pixels from the left. */
  readonly x: number;
  /** Pixels from the top: of both ends, and of the name. */
  readonly ends: readonly [top: number, bottom: number];
  readonly name: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'middle' | 'end' };
}

/** Pixels around the axis in which a pointer means it: a finger needs them. */
const reach = 22;

export function AxisView({ axis, ticks, condition, x, ends: [top, bottom], name }: AxisViewProps) {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const y = (place: number) => bottom - place * (bottom - top);
  const pointed = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return (bottom - (event.clientY - box.top + top - 8)) / (bottom - top);
  };
  const choose = (brush: Brush | undefined) =>
    changeQuery(conditionQuery(axis.name, brush && brushCondition(axis, ...brush)));
  const start = (event: PointerEvent) => {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    setDrag({ from: pointed(event), to: pointed(event) });
  };
  const end = () => {
    if (!drag) return;
    // A click without a drag takes the brush away.
    const isClick = Math.abs(drag.from - drag.to) < 0.015;
    choose(isClick ? undefined : [drag.from, drag.to]);
    setDrag(undefined);
  };
  const set = brushOf(axis, condition);
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = brushAfter(`${event.shiftKey ? 'Shift ' : ''}${event.key}`, { axis, brush: set });
    if (next === undefined) return;
    event.preventDefault();
    choose(next === 'all' ? undefined : next);
  };
  const shown = drag ? ([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)] as const) : set;
  const [low, high] = [Math.max(0, shown?.[0] ?? 0), Math.min(1, shown?.[1] ?? 1)];
  return (
    <g transform={`translate(${x},0)`}>
      <line y1={top} y2={bottom} class="axis" />
      {ticks.map(({ value, text }) => (
        <text key={text} x={-6} y={y(value) + 4} text-anchor="end">
          {text}
        </text>
      ))}
      <text x={name.x} y={name.y} text-anchor={name.anchor} class="axis-name">
        {axis.label}
      </text>
      {shown && <rect x={-7} width={14} y={y(high)} height={Math.max(2, y(low) - y(high))} class="brush" />}
      <rect
        x={-reach}
        width={2 * reach}
        y={top - 8}
        height={bottom - top + 16}
        class="catch"
        role="slider"
        tabindex={0}
        aria-label={`Chosen part of ${axis.label}`}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(50 * (low + high))}
        aria-valuetext={brushText(condition)}
        onPointerDown={start}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: pointed(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(undefined)}
        onKeyDown={press}
      />
    </g>
  );
}
