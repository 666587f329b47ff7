/** Many points as one picture. */
import { expect, test } from 'vitest';
import { cloud } from './cloud.ts';

const mask = Float32Array.from([0.5, 0.5, 0.5, 0.25]);
const cloudOf = (places: readonly (readonly [number, number] | undefined)[]) =>
  cloud((index) => places[index], { count: places.length, width: 4, height: 3, mask, size: 2 });
const rounded = (values: Iterable<number>) => [...values].map((value) => Number(value.toFixed(6)));

test('a point covers the pixels around its centre, and two add up like ink', () => {
  const shares = cloudOf([
    [1, 1.2],
    [0.9, 1],
    [2, 1],
  ]);
  // By hand: 1 - 0.5 * 0.5 where two are, then the third covers half of what they left, and a quarter below.
  const rows = [
    [0.75, 0.875, 0.5, 0],
    [0.75, 0.71875, 0.25, 0],
    [0, 0, 0, 0],
  ];
  expect(rounded(shares)).toEqual(rounded(rows.flat()));
});

test('what lies outside is cut off, and what has no place is no point', () => {
  const shares = cloudOf([[0, 0], [4, 3], [-90, 5], [Number.NaN, 1], [1, Number.POSITIVE_INFINITY], undefined]);
  expect(shares[0]).toBe(0.25);
  expect(shares[11]).toBe(0.5);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(0.75);
});
