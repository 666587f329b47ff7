/** A drawing as strokes of a round pen, and the picture that they make. */
import type { Raster } from '../../../src/data/raster.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

/** The side of the paper (pixels), and the width of the pen: 2.2 pixels of MNIST, the mean of its strokes. */
export const [paperSide, penWidth] = [280, 22];

/** Draws all strokes on white paper. */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[]): void {
  context.fillStyle = '#fff';
  context.fillRect(0, 0, paperSide, paperSide);
  Object.assign(context, {
    lineWidth: penWidth,
    lineCap: 'round',
    lineJoin: 'round',
    strokeStyle: '#111',
    fillStyle: '#111',
  });
  for (const stroke of strokes) {
    const [first, ...others] = stroke;
    if (!first) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    // A point alone is a dot.
    for (const { x, y } of others.length > 0 ? others : [{ x: first.x + 0.01, y: first.y }]) context.lineTo(x, y);
    context.stroke();
  }
}

/** The picture of the paper, as the framing reads it. */
export function rasterOf(context: CanvasRenderingContext2D): Raster {
  const { data } = context.getImageData(0, 0, paperSide, paperSide);
  return { width: paperSide, height: paperSide, channels: 4, white: 255, data };
}
