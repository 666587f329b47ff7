/** Tells which pieces of ink belong to one digit, and how many digits there are. */
import { boxAround, type Component } from './components.ts';
import type { Box } from './plane.ts';

// All sizes are parts of the height of the highest piece.

/** Pieces whose longer side is shorter than this are specks. */
const largestSpeck = 0.12;

/** Lower pieces are parts of a digit if they are near to it, else specks. Digits of a number are about equally high. */
const leastHeight = 0.45;

/** Two pieces side by side that are both as high as this, and together wider than high, are two digits. */
const wholeHeight = 0.75;

/** How near a part of a digit is to the digit. */
const nearPart = 0.5;

/** Tall pieces side by side are one broken digit up to this gap. */
const widestBreak = 0.04;

/** Pieces one above the other are one broken digit up to this gap. */
const highestBreak = 0.25;

/** Pieces whose columns overlap by this part of the narrower lie one above the other. */
const leastOverlap = 0.35;

/**
 * The pieces of each digit, from left to right. Specks belong to none. A digit may lie in several pieces: a 5 whose
 * bar is loose, a broken 4, an 8 of two rings.
 */
export function digitsAmong(pieces: readonly Component[]): Component[][] {
  const unit = pieces.reduce((most, { height }) => Math.max(most, height), 0);
  const tall = pieces.filter((piece) => piece.height >= leastHeight * unit);
  const digits: Component[][] = [];
  for (const piece of tall) {
    const same = digits.filter((digit) => digit.some((other) => isBroken(piece, other, unit)));
    for (const digit of same) digits.splice(digits.indexOf(digit), 1);
    digits.push([piece, ...same.flat()]);
  }
  const boxes = digits.map(boxAround);
  for (const part of pieces) {
    const size = Math.max(part.width, part.height);
    if (part.height >= leastHeight * unit || size < largestSpeck * unit || size > unit) continue;
    const gaps = boxes.map((box) => gapBetween(part, box));
    const nearest = gaps.reduce((best, gap, index) => (gap < gaps[best]! ? index : best), 0);
    if (gaps[nearest]! < nearPart * unit) digits[nearest]!.push(part);
  }
  return digits.sort((a, b) => boxAround(a).left - boxAround(b).left);
}

/** Whether two tall pieces are one digit. */
function isBroken(a: Box, b: Box, unit: number): boolean {
  const across = between(a.left, a.width, b.left, b.width);
  const down = between(a.top, a.height, b.top, b.height);
  if (-across > leastOverlap * Math.min(a.width, b.width)) return down < highestBreak * unit;
  if (Math.max(across, down) >= widestBreak * unit) return false;
  const { width, height } = boxAround([a, b]);
  return width <= height || Math.min(a.height, b.height) < wholeHeight * unit;
}

/** The gap between two ranges; negative: how far they overlap. */
function between(a: number, sizeA: number, b: number, sizeB: number): number {
  return Math.max(a, b) - Math.min(a + sizeA, b + sizeB);
}

function gapBetween(a: Box, b: Box): number {
  return Math.max(0, between(a.left, a.width, b.left, b.width), between(a.top, a.height, b.top, b.height));
}
