/** How much a pooled margin is widened so that it holds for levels whose spreads are unequal by up to 1:3. */

/** Numbers of levels of the rows. */
const levels = [2, 3, 4, 5, 6, 8, 10, 15, 20, 50, 100];
/** Numbers of seeds of the columns; the last is a known spread. */
const seeds = [2, 3, 5, 10, Number.POSITIVE_INFINITY];

/**
 * Found by `npm run bench -- verdict --calibrate`: the 95 % quantile of (largest lead of another level over the best,
 * all tied) / (pooled margin), the largest over the cases "m levels have three times the spread of the others, m = 0 to
 * k, the best among them or not", rounded up to 0.01. The worst case has the best alone noisy; from 15 levels on, with
 * one to five of the others. Two levels need none: their difference has one variance.
 */
const oneSided = [
  [1, 1, 1, 1, 1],
  [1.21, 1.19, 1.16, 1.13, 1.1],
  [1.33, 1.29, 1.25, 1.21, 1.18],
  [1.39, 1.35, 1.31, 1.28, 1.25],
  [1.44, 1.4, 1.36, 1.32, 1.29],
  [1.5, 1.46, 1.43, 1.4, 1.37],
  [1.53, 1.51, 1.47, 1.45, 1.43],
  [1.6, 1.56, 1.54, 1.52, 1.52],
  [1.65, 1.6, 1.58, 1.58, 1.56],
  [1.77, 1.74, 1.74, 1.73, 1.72],
  [1.86, 1.84, 1.84, 1.84, 1.83],
];
const twoSided = [
  [1, 1, 1, 1, 1],
  [1.26, 1.24, 1.19, 1.15, 1.12],
  [1.38, 1.35, 1.29, 1.25, 1.21],
  [1.46, 1.42, 1.36, 1.32, 1.28],
  [1.5, 1.46, 1.41, 1.37, 1.33],
  [1.56, 1.53, 1.49, 1.45, 1.41],
  [1.6, 1.57, 1.54, 1.5, 1.47],
  [1.68, 1.64, 1.61, 1.59, 1.57],
  [1.73, 1.69, 1.66, 1.64, 1.62],
  [1.84, 1.82, 1.81, 1.8, 1.79],
  [1.93, 1.92, 1.91, 1.91, 1.9],
];

/**
 * The factor for k levels of n seeds. Between rows and columns linear in ln k and 1 / n; beyond 100 levels that of 100.
 * @param sides 1: the margin of Hsu's intervals; 2: that of Edwards and Hsu's.
 */
export function widening(k: number, n: number, { sides }: { readonly sides: 1 | 2 }): number {
  const table = sides === 1 ? oneSided : twoSided;
  const column = (row: readonly number[]) =>
    interpolated(
      seeds.map((count) => 1 / count),
      row,
      1 / n,
    );
  return interpolated(levels.map(Math.log), table.map(column), Math.log(k));
}

/** Piecewise linear through rising or falling places; constant beyond their ends. */
function interpolated(places: readonly number[], values: readonly number[], at: number): number {
  const rising = places[0]! < places.at(-1)!;
  const next = places.findIndex((place) => (rising ? place >= at : place <= at));
  if (next < 0) return values.at(-1)!;
  if (next === 0) return values[0]!;
  const share = (at - places[next - 1]!) / (places[next]! - places[next - 1]!);
  return values[next - 1]! + share * (values[next]! - values[next - 1]!);
}
