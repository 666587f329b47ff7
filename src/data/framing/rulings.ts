/** Finds the printed lines of a page (rulings, grids, frames, boxes of forms) and takes them out of a mask of ink. */
import { type Mask, transposed } from './plane.ts';

/** A printed line is at least this many times as long as it is thick; strokes of a thick pen are not. */
const leastSlenderness = 14;

/** A printed line is at least this part of the picture's side. */
const leastLength = 0.35;

/** Ends this near to the picture's edge, or to another line, count as touching, as a part of the side. */
const touching = 0.035;

/** The steepest line that is looked for, in pixels up per pixel across: about 4 degrees. */
const steepest = 0.07;
const slopes = 57;

/** The share of a line's pixels that must be inked. */
const leastInked = 0.93;

/** A row of pixels that is inked by this part of the most inked one belongs to the same line. */
const sameLine = 0.7;

/** A nearly horizontal line: its middle is at y = offset + slope * x. */
interface Line {
  readonly offset: number;
  readonly slope: number;
  readonly from: number;
  readonly to: number;
  readonly thickness: number;
}

/**
 * The mask without printed lines. A line is printed if it runs from edge to edge of the picture, if both its ends meet
 * other lines, as the sides of a frame do, or if it is parallel to a printed line and the picture's edges cut it off.
 * Where a stroke crosses a line, the crossing stays: a line's pixels are removed only where the ink is not thicker than
 * the line. Source: the run-length method of removing staff lines,
 * C. Dalitz et al., "A comparative study of staff removal algorithms", IEEE PAMI 30(5), 2008, section 3.1; lines are
 * found by P. Hough's transform in the form of R. Duda and P. Hart, 1972, for slopes up to 4 degrees.
 */
export function withoutRulings(mask: Mask): Mask {
  const turned = transposed(mask);
  const across = linesOf(mask);
  const down = linesOf(turned);
  const printedAcross = printedAmong(across, down, mask.width, mask.height);
  const printedDown = printedAmong(down, across, mask.height, mask.width);
  if (printedAcross.length + printedDown.length === 0) return mask;
  const withoutAcross = withoutLines(mask, printedAcross, mask);
  return transposed(withoutLines(transposed(withoutAcross), printedDown, turned));
}

function printedAmong(lines: readonly Line[], others: readonly Line[], width: number, height: number): Line[] {
  const printed = lines.filter((line) => isFromEdgeToEdge(line, width) || isSide(line, others, width, height));
  return lines.filter((line) => printed.includes(line) || isCutOff(line, printed, width, height));
}

function isFromEdgeToEdge({ from, to }: Line, width: number): boolean {
  const near = Math.max(2, touching * width);
  return from <= near && to >= width - 1 - near;
}

/** Whether a line leaves the picture at both ends, be it at the top or the bottom, and is parallel to a printed one. */
function isCutOff({ from, to, offset, slope }: Line, printed: readonly Line[], width: number, height: number): boolean {
  const [nearX, nearY] = [Math.max(2, touching * width), Math.max(2, touching * height)];
  const leaves = (x: number) => {
    const y = offset + slope * x;
    return x <= nearX || x >= width - 1 - nearX || y <= nearY || y >= height - 1 - nearY;
  };
  return leaves(from) && leaves(to) && printed.some((other) => Math.abs(other.slope - slope) <= steepest / 6);
}

/** Whether both ends of a line meet other lines. */
function isSide({ from, to, offset, slope }: Line, others: readonly Line[], width: number, height: number): boolean {
  const near = Math.max(2, touching * width);
  // The axes of the others are exchanged: their y is our x.
  const isMet = (x: number) => {
    const y = offset + slope * x;
    const reach = touching * height + 2;
    return others.some(
      (other) =>
        Math.abs(other.offset + other.slope * y - x) <= near && y >= other.from - reach && y <= other.to + reach,
    );
  };
  return isMet(from) && isMet(to);
}

function linesOf({ width, height, data }: Mask): Line[] {
  const least = leastLength * width;
  const reach = Math.ceil(steepest * width);
  const rows = height + 2 * reach;
  // The accumulator: inked pixels along each line of a slope and an offset.
  const sums = new Int32Array(slopes * rows);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      for (let s = 0; s < slopes; s++) sums[s * rows + Math.round(y - slopeOf(s) * x) + reach]!++;
    }
  }
  const found: Line[] = [];
  for (;;) {
    let best = -1;
    for (let at = 0; at < sums.length; at++) if (sums[at]! >= least && (best < 0 || sums[at]! > sums[best]!)) best = at;
    if (best < 0) return found;
    const slope = slopeOf(Math.floor(best / rows));
    const row = best % rows;
    const first = best - row;
    // Neighbouring offsets that are inked nearly as much belong to the same line. Half as much is a stroke along it.
    let [above, below] = [row, row];
    while (above > 0 && sums[first + above - 1]! > sameLine * sums[best]!) above--;
    while (below < rows - 1 && sums[first + below + 1]! > sameLine * sums[best]!) below++;
    const thickness = below - above + 1;
    const run = longestRun({ width, height, data }, row - reach, slope);
    const length = run.to - run.from + 1;
    if (length >= least && length >= leastSlenderness * thickness) {
      found.push({ ...run, slope, thickness, offset: (above + below) / 2 - reach });
    }
    clearAround(sums, { rows, slope, middle: (above + below) / 2, thickness, width });
  }
}

function slopeOf(index: number): number {
  return steepest * ((2 * index) / (slopes - 1) - 1);
}

/** Empties the accumulator for all lines that lie mostly within the found one. */
function clearAround(
  sums: Int32Array,
  line: { rows: number; slope: number; middle: number; thickness: number; width: number },
): void {
  for (let s = 0; s < slopes; s++) {
    // Lines of another slope cross the found one at any of its places.
    const drift = (line.slope - slopeOf(s)) * line.width;
    const [low, high] = [Math.min(0, drift), Math.max(0, drift)];
    const reach = line.thickness / 2 + 2;
    const first = Math.max(0, Math.floor(line.middle + low - reach));
    const last = Math.min(line.rows - 1, Math.ceil(line.middle + high + reach));
    for (let row = first; row <= last; row++) sums[s * line.rows + row] = 0;
  }
}

/** The longest stretch along a line in which nearly every pixel is inked, a pixel above or below included. */
function longestRun({ width, height, data }: Mask, offset: number, slope: number): { from: number; to: number } {
  const isInked = (x: number) => {
    const y = Math.round(offset + slope * x);
    for (let near = y - 1; near <= y + 1; near++) {
      if (near >= 0 && near < height && data[near * width + x] === 1) return true;
    }
    return false;
  };
  // The stretch with the largest sum of +1 for ink and -penalty for a gap (Kadane's algorithm).
  const penalty = leastInked / (1 - leastInked);
  let [best, bestFrom, bestTo, sum, from] = [0, 0, -1, 0, 0];
  for (let x = 0; x < width; x++) {
    sum += isInked(x) ? 1 : -penalty;
    if (sum <= 0) [sum, from] = [0, x + 1];
    else if (sum > best) [best, bestFrom, bestTo] = [sum, from, x];
  }
  return { from: bestFrom, to: bestTo };
}

/** @param whole the mask with all lines, in which the ink's thickness is measured. */
function withoutLines(mask: Mask, lines: readonly Line[], whole: Mask): Mask {
  const { width, height } = mask;
  const out = Uint8Array.from(mask.data);
  for (const { offset, slope, from, to, thickness } of lines) {
    const thickest = thickness + Math.max(2, 0.5 * thickness);
    for (let x = from; x <= to; x++) {
      const middle = Math.round(offset + slope * x);
      const start = [0, -1, 1, -2, 2].map((step) => middle + step).find((y) => isInked(whole, x, y));
      if (start === undefined) continue;
      let [top, bottom] = [start, start];
      while (isInked(whole, x, top - 1)) top--;
      while (isInked(whole, x, bottom + 1)) bottom++;
      if (bottom - top + 1 > thickest) continue;
      for (let y = top; y <= bottom; y++) out[y * width + x] = 0;
    }
  }
  return { width, height, data: out };
}

function isInked({ width, height, data }: Mask, x: number, y: number): boolean {
  return y >= 0 && y < height && data[y * width + x] === 1;
}
