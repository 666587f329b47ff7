/** Hsu's multiple comparisons with the best: which levels of a stage are worse, which may be best, on common seeds. */
import { UsageError } from '../base/errors.ts';
import { criticalDunnett } from './dunnett.ts';
import { upperTailF } from './f-distribution.ts';
import { confidence, cutTo, significance, summarize } from './statistics.ts';
import { criticalT } from './student-t.ts';
import { widening } from './widening.ts';

/** 'worse': shown to be worse than the best. 'best': every other level is shown to be worse. */
export type Standing = 'best' | 'may be best' | 'worse';

/** Two ends of an interval, in points of accuracy or units of loss or score. An end may be infinite. */
export type Interval = readonly [low: number, high: number];

export interface ScoreOptions {
  readonly goal: 'maximize' | 'minimize';
  /** For accuracies in percent: how many images one score counts. Absent for a loss. */
  readonly images?: number | undefined;
}

export interface LevelVerdict {
  readonly mean: number;
  /** Mean minus the best of the other means, in the score's own unit and sign; 0 for an only level. */
  readonly difference: number;
  /**
   * Hsu's constrained interval of the true difference to the best of the others. It always holds 0: [-x, 0] or [0, x]
   * for a worse level, the mirror image for the best, [-x, y] for one that may be best.
   */
  readonly constrained: Interval;
  /**
   * Edwards and Hsu's interval of the same difference, with two ends. Its margin is wider, so the interval of a level
   * that is only just worse reaches beyond 0; the verdict is that of `constrained`.
   */
  readonly twoSided: Interval;
  readonly standing: Standing;
  /**
   * Standard deviation of this level's residuals / that of the others. Undefined for two levels, which have equal
   * residuals, and without a spread.
   */
  readonly spreadRatio: number | undefined;
  /** An F test of `spreadRatio` finds this level noisier than the others. A remark: no verdict depends on it. */
  readonly noisy: boolean;
}

export interface StageVerdict {
  readonly levels: readonly LevelVerdict[];
  /**
   * Standard deviation of one score about the sum of its level and its seed, pooled over levels; 0 for one level or
   * rounding errors.
   */
  readonly spread: number;
  /** Degrees of freedom of `spread`: (levels - 1) (seeds - 1). */
  readonly degrees: number;
  /** By what factor the margin was widened for spreads that are unequal by up to 1:3. */
  readonly widening: number;
  /** A level further than this behind the best mean is worse. Infinite where `basis` is 'none'; 0 for one level. */
  readonly margin: number;
  /**
   * What the margin rests on. 'spread': the spread between seeds. 'images': the seeds agree so well that the counting
   * of few images is the larger doubt. 'signs': all seeds gave the same differences, often enough for a sign test.
   * 'none': all seeds gave the same differences, too few for that test; nothing is ruled out and the intervals have no
   * ends.
   */
  readonly basis: 'spread' | 'images' | 'signs' | 'none';
}

/** Spreads below this share of the largest score are rounding errors. */
const rounding = 1e-9;

/**
 * Compares every level with the best of the others; all intervals of one kind hold at once with 95 % probability, for
 * other seeds on the same images.
 *
 * The margin is w = f d s sqrt(2 / n): s² = sum of squared residuals / degrees, d one-sided Dunnett's value, f the
 * factor of {@link widening}. The interval of theta_i - best other theta is [min(0, D_i - w), max(0, D_i + w)].
 * Source: J. C. Hsu, "Constrained simultaneous confidence intervals for multiple comparisons with the best", Annals of
 * Statistics 12 (1984). The statement needs one look: it does not hold at every one of many looks.
 *
 * Identical scores give no certainty: see {@link leastMargin}. Intervals of accuracies (with `images`) are cut to
 * [-100, 100]. That loses no coverage, since the true difference lies there.
 * @param scores scores[level][seed] on common seeds, at least one level of at least two seeds. Levels that compute the
 *   same must have been merged: they repeat their residuals.
 * @throws UsageError for other shapes or scores that are not finite.
 */
export function compareWithBest(scores: readonly (readonly number[])[], options: ScoreOptions): StageVerdict {
  const { goal, images } = options;
  const n = checkedSeeds(scores);
  const k = scores.length;
  // Inside, larger is better; differences are turned back at the end.
  const sign = goal === 'maximize' ? 1 : -1;
  const means = scores.map((row) => sign * average(row));
  const squares = residualSquares(scores);
  const degrees = (k - 1) * (n - 1);
  const scale = Math.max(...scores.flat().map(Math.abs));
  const measuredSpread = k > 1 ? Math.sqrt(sum(squares) / degrees) : 0;
  const spread = measuredSpread > rounding * scale ? measuredSpread : 0;
  const factor = k > 1 ? widening(k, n, { sides: 1 }) : 1;
  const margins = ([1, 2] as const).map((sides) => marginOf(spread, { k, n, sides, images, scale }));
  const [oneSided, twoSided] = margins as [Margin, Margin];
  const differences = leads(means);
  const constrained = constrainedBy(differences, oneSided.margin);
  const free = unconstrainedBy(means, twoSided.margin);
  const total = sum(squares);
  const most = images === undefined ? Number.POSITIVE_INFINITY : 100;
  const limits = [-most, most] as const;
  return {
    levels: means.map((mean, level) => {
      const noise = spread > 0 ? noiseOf(squares[level]!, { total, k, n }) : { ratio: undefined, noisy: false };
      return {
        mean: sign * mean,
        difference: turned(differences[level]!, sign),
        constrained: turnedInterval(cutTo(constrained[level]!, limits), sign),
        twoSided: turnedInterval(cutTo(free[level]!, limits), sign),
        standing: standingOf(constrained[level]!, k),
        spreadRatio: noise.ratio,
        noisy: noise.noisy,
      };
    }),
    spread,
    degrees,
    widening: factor,
    ...oneSided,
  };
}

/**
 * Student's 95 % interval of one level's mean for other seeds, from its own scores alone. For accuracies (with
 * `images`) the interval is cut to [0, 100]: the true mean lies there, so the cut loses no coverage, and other
 * intervals stay as they are. (A logit scale would change all intervals, and cannot represent 100 %.) Undefined where
 * {@link meanMargin} is undefined.
 */
export function meanInterval(
  scores: readonly number[],
  { images }: { readonly images?: number | undefined } = {},
): Interval | undefined {
  const margin = meanMargin(scores, { images });
  if (margin === undefined) return undefined;
  const mean = average(scores);
  return images === undefined
    ? [mean - margin, mean + margin]
    : [Math.max(0, mean - margin), Math.min(100, mean + margin)];
}

/**
 * Half the width of Student's 95 % interval of a mean. The spread of accuracies (with `images`) is taken as one image
 * at least. Undefined for a single score, and for identical losses, whose spread is unknown.
 */
export function meanMargin(
  scores: readonly number[],
  { images }: { readonly images?: number | undefined } = {},
): number | undefined {
  const { n, sd } = summarize(scores);
  if (sd === undefined) return undefined;
  if (images === undefined && sd <= rounding * Math.max(...scores.map(Math.abs))) return undefined;
  const spread = images === undefined ? sd : Math.max(sd, 100 / images);
  return (criticalT(confidence, n - 1) * spread) / Math.sqrt(n);
}

/**
 * Hsu's constrained intervals of mean i minus the best other mean, larger being better, for margins of any two levels.
 * They hold at once if, for the true best b, no mean_j - mean_b exceeds its true value by more than margin(b, j).
 * Source: J. C. Hsu, "Multiple Comparisons: Theory and Methods" (1996), 4.1.
 */
export function constrainedIntervals(
  means: readonly number[],
  margin: (first: number, second: number) => number,
): Interval[] {
  const highs = means.map((mean, i) => least(others(means, i).map((j) => mean - means[j]! + margin(i, j))));
  const candidates = candidatesOf(highs);
  return means.map((mean, i) => {
    const rivals = candidates.filter((j) => j !== i);
    const low = rivals.length === 0 ? 0 : least(rivals.map((j) => mean - means[j]! - margin(i, j)));
    return [Math.min(0, low), Math.max(0, highs[i]!)];
  });
}

/** {@link constrainedIntervals} where any two levels have the same margin: Hsu's own form, linear in the levels. */
function constrainedBy(differences: readonly number[], margin: number): Interval[] {
  if (differences.length === 1) return [[0, 0]];
  return differences.map((difference) => [Math.min(0, difference - margin), Math.max(0, difference + margin)]);
}

/**
 * Edwards and Hsu's intervals of mean i minus the best other mean, larger being better. They hold at once if, for the
 * true best b, every mean_j - mean_b lies within the margin of its true value. The best is unknown, so each interval
 * covers what would follow from every level that may be b.
 * Source: D. G. Edwards and J. C. Hsu, "Multiple comparisons with the best treatment", Journal of the American
 * Statistical
 * Association 78 (1983).
 */
function unconstrainedBy(means: readonly number[], margin: number): Interval[] {
  if (means.length === 1) return [[0, 0]];
  const differences = leads(means);
  const mayBeBest = differences.map((difference) => difference + margin > 0);
  const candidates = means.filter((_, level) => mayBeBest[level]);
  const [highest, lowest] = [extremes(candidates, 1), extremes(candidates, -1)];
  return means.map((mean, level) => {
    const difference = differences[level]!;
    const isCandidate = mayBeBest[level]!;
    // The level itself as the best, then the candidates that give the lowest and the highest bound.
    const implied: Interval[] = isCandidate ? [[Math.max(0, difference - margin), difference + margin]] : [];
    if (candidates.length > (isCandidate ? 1 : 0)) {
      const best = isCandidate && mean === highest.first ? highest.second : highest.first;
      const worst = isCandidate && mean === lowest.first ? lowest.second : lowest.first;
      implied.push([mean - best - margin, Math.min(0, mean - worst + margin)]);
    }
    return [Math.min(...implied.map(([low]) => low)), Math.max(...implied.map(([, high]) => high)) + 0];
  });
}

/** The two largest numbers (sign 1) or the two smallest (sign -1); equal numbers count separately. */
function extremes(numbers: readonly number[], sign: 1 | -1): { readonly first: number; readonly second: number } {
  let [first, second] = [-sign * Number.POSITIVE_INFINITY, -sign * Number.POSITIVE_INFINITY];
  for (const number of numbers) {
    if (sign * number > sign * first) [first, second] = [number, first];
    else if (sign * number > sign * second) second = number;
  }
  return { first, second };
}

/** Of an interval as {@link constrainedIntervals} gives it, larger being better, among k levels. */
export function standingOf([low, high]: Interval, k: number): Standing {
  // An only level has been compared with nothing.
  if (k === 1) return 'may be best';
  if (high <= 0) return 'worse';
  return low >= 0 ? 'best' : 'may be best';
}

/**
 * The margin of Hsu's intervals that `n` seeds of `k` levels would have, if the spread stays.
 * @param spread above 0, as {@link StageVerdict}. @param images as {@link ScoreOptions}.
 */
export function expectedMargin(
  spread: number,
  { k, n, images }: { readonly k: number; readonly n: number; readonly images?: number | undefined },
): number {
  return marginOf(spread, { k, n, sides: 1, images, scale: 0 }).margin;
}

interface MarginCase {
  readonly k: number;
  readonly n: number;
  readonly sides: 1 | 2;
  readonly images: number | undefined;
  /** The largest score, for the size of rounding errors. */
  readonly scale: number;
}

function marginOf(spread: number, given: MarginCase): Margin {
  const { k, n, sides } = given;
  if (k === 1) return { margin: 0, basis: 'spread' };
  const critical = widening(k, n, { sides }) * criticalDunnett(k, (k - 1) * (n - 1), { sides });
  const measured = critical * spread * Math.sqrt(2 / n);
  const floor = leastMargin(critical, { ...given, unanimous: spread === 0 });
  return measured >= floor.margin ? { margin: measured, basis: 'spread' } : floor;
}

interface Margin {
  readonly margin: number;
  readonly basis: StageVerdict['basis'];
}

/**
 * The margin below which no verdict goes, however well the seeds agree.
 *
 * Accuracies: two levels that differ by Delta images disagree on at least Delta images. Were they equally good, each
 * disagreement would fall to either side, so the standard deviation of a difference is at least sqrt(Delta) images, and
 * sqrt(Delta + 2) with the two disagreements that D. G. Bonett and R. M. Price add to allow for those not seen
 * ("Adjusted Wald confidence interval for a difference of binomial proportions based on paired data", Journal of
 * Educational and Behavioral Statistics 37, 2012). A level is ruled out only if Delta > c sqrt((Delta + 2) / n), c
 * being the critical value: the margin is the Delta of equality. (n = 3, k = 5: 5 images.)
 *
 * Losses have no such unit. Only where all seeds gave the same differences, to rounding, is there no spread to judge
 * by. What remains is the sign test: n seeds with one sign have the probability 2^-n, times k - 1 comparisons
 * (Bonferroni).
 */
function leastMargin(critical: number, given: MarginCase & { readonly unanimous: boolean }): Margin {
  const { k, n, sides, images, scale, unanimous } = given;
  if (images !== undefined) {
    const square = critical ** 2;
    const count = (square + Math.sqrt(square ** 2 + 8 * n * square)) / (2 * n);
    return { margin: (count * 100) / images, basis: 'images' };
  }
  if (!unanimous) return { margin: 0, basis: 'spread' };
  if (sides * (k - 1) * 2 ** -n > significance) return { margin: Number.POSITIVE_INFINITY, basis: 'none' };
  // Equal means may differ by rounding.
  return { margin: Math.max(rounding * scale, Number.MIN_VALUE), basis: 'signs' };
}

/**
 * Is a level noisier than the others? Its squared residuals over those of the others are an F ratio with n - 1 and
 * (k - 2) (n - 1) degrees of freedom if all spreads are equal: the share of k / (k - 1) squared residuals of one level
 * is independent of the rest. At 5 % over all k levels (Bonferroni). With two or three seeds only a huge ratio is
 * plain. Source: the outlier test of a linear model (R. D. Cook and S. Weisberg, "Residuals and Influence in
 * Regression", 1982, 2.2.2), for all scores of a level at once.
 */
function noiseOf(
  square: number,
  { total, k, n }: { readonly total: number; readonly k: number; readonly n: number },
): { readonly ratio: number | undefined; readonly noisy: boolean } {
  if (k < 3) return { ratio: undefined, noisy: false };
  const own = (square * k) / (k - 1);
  const rest = Math.max(0, total - own);
  if (own === 0) return { ratio: rest === 0 ? undefined : 0, noisy: false };
  const f = own / (rest / (k - 2));
  return { ratio: Math.sqrt(f), noisy: upperTailF(f, n - 1, (k - 2) * (n - 1)) < significance / k };
}

/** Each level's sum of squared residuals y - level mean - seed mean + mean. */
function residualSquares(scores: readonly (readonly number[])[]): number[] {
  const levelMeans = scores.map(average);
  const seedMeans = scores[0]!.map((_, seed) => average(scores.map((row) => row[seed]!)));
  const mean = average(levelMeans);
  return scores.map((row, level) =>
    sum(row.map((score, seed) => (score - levelMeans[level]! - seedMeans[seed]! + mean) ** 2)),
  );
}

/** Number of seeds. */
function checkedSeeds(scores: readonly (readonly number[])[]): number {
  const n = scores[0]?.length ?? 0;
  if (n < 2) throw new UsageError(`a comparison needs levels with at least two seeds each, got ${n}`);
  for (const [level, row] of scores.entries()) {
    if (row.length !== n)
      throw new UsageError(`level ${level} has ${row.length} scores, level 0 has ${n}; expected equal numbers`);
    const odd = row.find((score) => !Number.isFinite(score));
    if (odd !== undefined) throw new UsageError(`level ${level} has the score ${odd}; expected finite numbers`);
  }
  return n;
}

/** Levels that may be the best, by the upper ends of their intervals. */
function candidatesOf(highs: readonly number[]): number[] {
  return [...highs.keys()].filter((i) => highs[i]! > 0);
}

/** Each mean minus the best of the other means, larger being better; 0 for a single level. */
export function leads(means: readonly number[]): number[] {
  if (means.length === 1) return [0];
  const { first, second } = extremes(means, 1);
  return means.map((mean) => mean - (mean === first ? second : first));
}

function others(means: readonly number[], level: number): number[] {
  return [...means.keys()].filter((j) => j !== level);
}

/** The least of several numbers; 0 without numbers, for a single level. */
function least(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : Math.min(...numbers);
}

/** Without a negative zero. */
function turned(value: number, sign: number): number {
  return sign > 0 ? value : 0 - value;
}

function turnedInterval([low, high]: Interval, sign: number): Interval {
  return sign > 0 ? [low, high] : [0 - high, 0 - low];
}

function average(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
