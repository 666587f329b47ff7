/** Draws the layers of a chart on a canvas. Thousands of points are drawn in a few milliseconds. */
import { cloud } from './cloud.ts';
import { type Band, dotRadius, type Layer, type Line, lonePoints, type Points } from './plot.ts';
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

function drawLine(line: Line, pen: Pen): void {
  const { x: xs, y: ys, ink, dash = [], width = 2, opacity = 1 } = line;
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
  context.strokeStyle = context.fillStyle = colourOf(ink);
  context.stroke();
  for (const index of lonePoints(line)) {
    context.beginPath();
    context.arc(x(xs[index]!), y(ys[index]!), dotRadius(width) * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}

/** From so many points on, all of a layer are one picture: thousands of paths or copies of a symbol take too long. */
const manyPoints = 500;

function drawPoints(points: Points, pen: Pen): void {
  const { x: xs, y: ys } = points;
  const { context, x, y } = pen;
  const stamp = stampOf(points, pen);
  const half = stamp.width / 2;
  if (xs.length >= manyPoints) {
    drawCloud(points, stamp, pen);
    return;
  }
  context.globalAlpha = 0.9;
  for (let index = 0; index < xs.length; index++) {
    const value = ys[index];
    if (value === undefined) continue;
    const [left, top] = [x(xs[index]!) - half, y(value) - half];
    if (Number.isFinite(left) && Number.isFinite(top)) context.drawImage(stamp, left, top);
  }
}

/** The symbol, drawn once. */
function stampOf({ ink, symbol, size = 4 }: Points, { ratio, colourOf }: Pen): HTMLCanvasElement {
  const stamp = document.createElement('canvas');
  stamp.width = stamp.height = 2 * Math.ceil((size * 1.4 + 1) * ratio);
  const context = stamp.getContext('2d', { willReadFrequently: true })!;
  context.translate(stamp.width / 2, stamp.height / 2);
  context.fillStyle = context.strokeStyle = colourOf(ink);
  context.lineWidth = 1.5 * ratio;
  const outline = new Path2D(outlines[symbol](size * ratio));
  if (isOpen(symbol)) context.stroke(outline);
  else context.fill(outline);
  return stamp;
}

function drawCloud({ x: xs, y: ys, ink }: Points, stamp: HTMLCanvasElement, { context, x, y, colourOf }: Pen): void {
  const { width, height } = context.canvas;
  const size = stamp.width;
  const pixels = stamp.getContext('2d')!.getImageData(0, 0, size, size).data;
  const mask = Float32Array.from({ length: size * size }, (_, place) => (0.6 * pixels[4 * place + 3]!) / 255);
  const shares = cloud((index) => (ys[index] === undefined ? undefined : [x(xs[index]!), y(ys[index])]), {
    count: xs.length,
    width,
    height,
    mask,
    size,
  });
  const layer = document.createElement('canvas');
  layer.width = width;
  layer.height = height;
  const own = layer.getContext('2d')!;
  const image = own.createImageData(width, height);
  for (let place = 0; place < shares.length; place++)
    if (shares[place]! > 0) image.data[4 * place + 3] = 255 * shares[place]!;
  own.putImageData(image, 0, 0);
  // The picture has the shares alone; the colour fills them.
  own.globalCompositeOperation = 'source-in';
  own.fillStyle = colourOf(ink);
  own.fillRect(0, 0, width, height);
  context.drawImage(layer, 0, 0);
}
