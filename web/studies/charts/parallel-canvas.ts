/** Paints the lines of the parallel coordinates in portions, so that ten thousand of them never stop the page. */
import { colourOf } from '../../shared/theme.ts';
import { bestShare, type ParallelLine } from './parallel.ts';

export interface DrawOptions {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly ParallelLine[];
  readonly others: readonly ParallelLine[];
  readonly places: { readonly x: (index: number) => number; readonly y: (place: number) => number };
}

/** What is to be painted next, and whether a picture is being painted now. */
export interface Painter {
  isBusy: boolean;
  next: DrawOptions | undefined;
}

/** How many lines are drawn before the browser may do something else: some milliseconds of work. */
const linesAtATime = 800;

/**
 * Paints a picture in portions, out of sight, and shows it when it is complete, so that ten thousand lines never stop the
 * page. What comes in between is painted afterwards.
 */
export async function paint(canvas: HTMLCanvasElement, painter: Painter): Promise<void> {
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
