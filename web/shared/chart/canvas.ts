/** Draws the layers of a chart on a canvas. Thousands of points are drawn in a few milliseconds. */
import type { Band, Layer, Line, Points } from './plot.ts';
import { isOpen, outlines } from './svg.ts';

/** How a layer is placed and painted. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  /** From values to pixels of the canvas. */
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Pixels of the canvas in a pixel of the page. */
  readonly ratio: number;
  readonly colourOf: (ink: Layer['ink']) => string;
}

export function drawLayer(layer: Layer, pen: Pen): void {
  const { context } = pen;
  context.save();
  if (layer.kind === 'band') drawBand(layer, pen);
  else if (layer.kind === 'line') drawLine(layer, pen);
  else drawPoints(layer, pen);
  context.restore();
}

function drawBand({ x: xs, low, high, ink }: Band, { context, x, y, colourOf }: Pen): void {
  const known = [...xs.keys()].filter((index) => low[index] !== undefined && high[index] !== undefined);
  context.beginPath();
  for (const index of known) context.lineTo(x(xs[index]!), y(high[index]!));
  for (const index of known.reverse()) context.lineTo(x(xs[index]!), y(low[index]!));
  context.closePath();
  context.globalAlpha = 0.16;
  context.fillStyle = colourOf(ink);
  context.fill();
}

function drawLine({ x: xs, y: ys, ink, dash = [], width = 2, opacity = 1 }: Line, pen: Pen): void {
  const { context, x, y, ratio, colourOf } = pen;
  context.beginPath();
  let isDrawing = false;
  for (let index = 0; index < xs.length; index++) {
    const value = ys[index];
    const top = value === undefined ? Number.NaN : y(value);
    if (Number.isFinite(top)) {
      if (isDrawing) context.lineTo(x(xs[index]!), top);
      else context.moveTo(x(xs[index]!), top);
    }
    isDrawing = Number.isFinite(top);
  }
  context.setLineDash(dash.map((length) => length * ratio));
  context.globalAlpha = opacity;
  context.lineWidth = width * ratio;
  context.lineJoin = 'round';
  context.strokeStyle = colourOf(ink);
  context.stroke();
}

function drawPoints({ x: xs, y: ys, ink, symbol, size = 4 }: Points, pen: Pen): void {
  const { context, x, y, ratio, colourOf } = pen;
  const outline = new Path2D(outlines[symbol](size * ratio));
  context.fillStyle = colourOf(ink);
  context.strokeStyle = colourOf(ink);
  context.lineWidth = 1.5 * ratio;
  context.globalAlpha = xs.length > 500 ? 0.6 : 0.9;
  const paint = isOpen(symbol) ? () => context.stroke(outline) : () => context.fill(outline);
  for (let index = 0; index < xs.length; index++) {
    const value = ys[index];
    if (value === undefined) continue;
    const [left, top] = [x(xs[index]!), y(value)];
    if (!Number.isFinite(left) || !Number.isFinite(top)) continue;
    context.setTransform(1, 0, 0, 1, left, top);
    paint();
  }
}
