/** Many points as one picture. */
import { expect, test } from 'vitest';
import { cloud } from './cloud.ts';

const mask = Float32Array.from([0.5, 0.5, 0.5, 0.25]);

test('a point covers the pixels around its centre, and two add up like ink', () => {
  const shares = cloud([[1, 1], [1, 1], [2, 1]], { width: 4, height: 3, mask, size: 2 });
  // By hand: 1 - 0.5 * 0.5 where both are, then half of what is left of the third.
  const rows = [[0.75, 0.875, 0.5, 0], [0.75, 1 - 0.75 * 0.75 * 0.5, 0.25, 0], [0, 0, 0, 0]];
  expect([...shares].map((share) => Number(share.toFixed(6)))).toEqual(rows.flat().map((share) => Number(share.toFixed(6))));
});

test('what lies outside is cut off, and no number is no point', () => {
  const shares = cloud([[0, 0], [4, 3], [-90, 5], [Number.NaN, 1], [1, Number.POSITIVE_INFINITY]], { width: 4, height: 3, mask, size: 2 });
  expect(shares[0]).toBe(0.25);
  expect(shares[11]).toBe(0.5);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(0.75);
});
