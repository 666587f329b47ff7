import { expect, test } from 'vitest';
import type { Mask } from './plane.ts';
import { withoutRulings } from './rulings.ts';

const side = 200;

/** A mask of rectangles [left, top, width, height]. */
function maskOf(...rectangles: readonly (readonly [number, number, number, number])[]): Mask {
  const data = new Uint8Array(side * side);
  for (const [left, top, width, height] of rectangles) {
    for (let y = top; y < top + height; y++) data.fill(1, y * side + left, y * side + left + width);
  }
  return { width: side, height: side, data };
}

const inked = ({ data }: Mask) => data.reduce((sum, value) => sum + value, 0);

/** A 1 of 14 x 100 pixels. */
const one = [90, 50, 14, 100] as const;

test('rulings from edge to edge go, and the stroke that crosses them stays whole', () => {
  const rulings = [30, 80, 130, 180].map((y) => [0, y, side, 2] as const);
  expect(withoutRulings(maskOf(one, ...rulings))).toEqual(maskOf(one));
});

test('a grid leaves its crossings alone', () => {
  const across = [30, 80, 130].map((y) => [0, y, side, 2] as const);
  const down = [20, 60, 150].map((x) => [x, 0, 2, side] as const);
  const left = withoutRulings(maskOf(one, ...across, ...down));
  expect(inked(left) - inked(maskOf(one))).toBeLessThanOrEqual(9 * 4);
});

test('a frame goes, a sloping line too', () => {
  const frame = [
    [20, 20, 160, 3],
    [20, 177, 160, 3],
    [20, 20, 3, 160],
    [177, 20, 3, 160],
  ] as const;
  // Corners are as thick as the lines are long; they are specks.
  expect(inked(withoutRulings(maskOf(one, ...frame))) - inked(maskOf(one))).toBeLessThanOrEqual(4 * 9);
  const slope = Array.from({ length: side }, (_, x) => [x, 20 + Math.floor(x / 25), 1, 2] as const);
  expect(withoutRulings(maskOf(one, ...slope))).toEqual(maskOf(one));
});

test.each<[string, Mask]>([
  ['a 1 of a thin pen', maskOf([99, 30, 3, 140])],
  ['a 7 of a thin pen', maskOf([60, 40, 80, 3], [137, 40, 3, 120])],
  ['a 4', maskOf([60, 40, 4, 60], [60, 100, 80, 4], [110, 40, 4, 120])],
  ['an open box, as in a 5', maskOf([60, 40, 80, 3], [60, 40, 3, 60], [60, 97, 80, 3])],
  ['thick strokes from edge to edge', maskOf([0, 80, side, 30])],
])('%s is no ruling', (_, mask) => expect(withoutRulings(mask)).toEqual(mask));
