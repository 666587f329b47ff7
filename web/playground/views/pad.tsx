/** The paper to draw on: with mouse, pen, finger, or keys. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Raster } from '../../../src/data/raster.ts';
import { drawStrokes, type Point, paperSide, rasterOf, type Stroke } from '../pictures/strokes.ts';

export interface PadProps {
  readonly strokes: readonly Stroke[];
  readonly onChange: (strokes: readonly Stroke[]) => void;
  /** Hears of the picture whenever it has changed. */
  readonly onPicture: (picture: Raster) => void;
}

/** How far an arrow key moves the pen, alone and with Shift (pixels). */
const [far, near] = [14, 4];
const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export function Pad({ strokes, onChange, onPicture }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDrawing = useRef(false);
  const [pen, setPen] = useState<Point>({ x: paperSide / 2, y: paperSide / 4 });
  const [isDown, setDown] = useState(false);
  /** The pen is shown to those who move it by keys. */
  const [hasKeys, setKeys] = useState(false);
  useEffect(() => {
    const context = canvas.current!.getContext('2d', { willReadFrequently: true })!;
    drawStrokes(context, strokes);
    // Framing takes longer than a pointer's move: the stroke is drawn at once, and the last picture of a frame is looked at.
    const looking = requestAnimationFrame(() => onPicture(rasterOf(context)));
    return () => cancelAnimationFrame(looking);
  }, [strokes]);
  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const box = canvas.current!.getBoundingClientRect();
    return { x: ((clientX - box.left) / box.width) * paperSide, y: ((clientY - box.top) / box.height) * paperSide };
  };
  const extended = (points: readonly Point[]): readonly Stroke[] => [
    ...strokes.slice(0, -1),
    [...(strokes.at(-1) ?? []), ...points],
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = arrows[event.key];
    if (direction) {
      const step = event.shiftKey ? near : far;
      const moved = { x: clamped(pen.x + direction.x * step), y: clamped(pen.y + direction.y * step) };
      setPen(moved);
      if (isDown) onChange(extended([moved]));
    } else if (event.key === ' ' || event.key === 'Enter') {
      if (!isDown) onChange([...strokes, [pen]]);
      setDown(!isDown);
    } else if (event.key === 'Backspace') onChange(strokes.slice(0, -1));
    else if (event.key === 'Delete') onChange([]);
    else return;
    setKeys(true);
    event.preventDefault();
  };
  return (
    <div
      class="pad"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes all keys by itself
      tabIndex={0}
      role="application"
      aria-label="Paper to draw a digit on"
      aria-describedby="pad-help"
      onKeyDown={onKeyDown}
      onBlur={() => {
        setKeys(false);
        setDown(false);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        isDrawing.current = true;
        setDown(false);
        setKeys(false);
        onChange([...strokes, [pointOf(event)]]);
      }}
      onPointerMove={(event) => {
        if (!isDrawing.current) return;
        const points = event.getCoalescedEvents?.() ?? [];
        onChange(extended((points.length > 0 ? points : [event]).map(pointOf)));
      }}
      onPointerUp={() => {
        isDrawing.current = false;
      }}
      onPointerCancel={() => {
        isDrawing.current = false;
      }}
    >
      <canvas ref={canvas} width={paperSide} height={paperSide} />
      {hasKeys && (
        <span
          class={isDown ? 'pen down' : 'pen'}
          style={{ left: `${(pen.x / paperSide) * 100}%`, top: `${(pen.y / paperSide) * 100}%` }}
        />
      )}
    </div>
  );
}

function clamped(value: number): number {
  return Math.min(paperSide - 10, Math.max(10, value));
}
