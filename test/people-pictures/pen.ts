/** For tests: digits as strokes of a pen, made from MNIST's images. */
import { skeletonOf } from '../../src/data/framing/skeleton.ts';

/** How many times finer than MNIST's 28 x 28 a {@link Drawing} is. */
export const fineness = 8;
/** Empty pixels around MNIST's frame, for thick pens. */
const margin = 3 * fineness;
const side = 28 * fineness + 2 * margin;

/** Ink of a digit, `side` by `side`, 0 (paper) to 1 (ink), and the box around what is inked. */
export interface Drawing {
  readonly side: number;
  readonly ink: Float32Array;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The digit as it was written, enlarged smoothly. @param digit [28][28], 0 to 255. */
export function asWritten(digit: Uint8Array): Drawing {
  const ink = new Float32Array(side * side);
  const at = (x: number, y: number) => (x < 0 || y < 0 || x > 27 || y > 27 ? 0 : digit[y * 28 + x]! / 255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const u = (x - margin + 0.5) / fineness - 0.5;
      const v = (y - margin + 0.5) / fineness - 0.5;
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - i, v - j];
      const value =
        (1 - b) * ((1 - a) * at(i, j) + a * at(i + 1, j)) + b * ((1 - a) * at(i, j + 1) + a * at(i + 1, j + 1));
      // A pen has sharper edges than an enlarged picture.
      ink[y * side + x] = Math.min(1, Math.max(0, 2 * (value - 0.5) + 0.5));
    }
  }
  return boxed(ink);
}

/** The digit's skeleton, drawn with a round pen. @param width of the pen, in pixels of MNIST. */
export function withPen(digit: Uint8Array, width: number): Drawing {
  const mask = Uint8Array.from(asWritten(digit).ink, (value) => (value > 0.5 ? 1 : 0));
  const skeleton = skeletonOf({ width: side, height: side, data: mask }).data;
  const ink = new Float32Array(side * side);
  const radius = (width * fineness) / 2;
  const reach = Math.ceil(radius + 1);
  for (let p = 0; p < skeleton.length; p++) {
    if (skeleton[p] === 0) continue;
    const [cx, cy] = [p % side, Math.floor(p / side)];
    for (let y = Math.max(0, cy - reach); y <= Math.min(side - 1, cy + reach); y++) {
      for (let x = Math.max(0, cx - reach); x <= Math.min(side - 1, cx + reach); x++) {
        const covered = Math.min(1, radius + 0.5 - Math.hypot(x - cx, y - cy));
        if (covered > ink[y * side + x]!) ink[y * side + x] = covered;
      }
    }
  }
  return boxed(ink);
}

function boxed(ink: Float32Array): Drawing {
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let p = 0; p < ink.length; p++) {
    if (ink[p]! <= 0.5) continue;
    const [x, y] = [p % side, Math.floor(p / side)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  return { side, ink, left, top, width: right - left, height: bottom - top };
}
