/** Statistics of a handful of seeds: means with intervals, paired comparisons, and corrections for many comparisons. */
import { criticalT, twoSidedP } from './student-t.ts';

/** All intervals have this confidence, and all tests this chance of error. */
export const confidence = 0.95;
export const significance = 0.05;

/** Number, mean and spread of scores, in their unit. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (divided by n - 1); undefined for a single value. */
  readonly sd: number | undefined;
  /** Student's 95 % interval of the mean; undefined for a single value. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

/** @param values at least one. */
export function summarize(values: readonly number[]): Summary {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { n, mean, sd: undefined, interval: undefined };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (criticalT(confidence, n - 1) * sd) / Math.sqrt(n);
  return { n, mean, sd, interval: [mean - half, mean + half] };
}

/**
 * An interval without its part beyond [least, most]. The true value lies between these bounds, so the interval covers
 * it as often as before.
 */
export function cutTo(
  [low, high]: readonly [low: number, high: number],
  [least, most]: readonly [least: number, most: number],
): readonly [low: number, high: number] {
  return [Math.max(least, low), Math.min(most, high)];
}

/**
 * Student's paired t test of mean difference zero: the two-sided p value.
 * Equal differences have no spread (they happen, since accuracies count images). Then their common sign decides: p is 1
 * if all differences are 0, else the sign test's 2^(1 - n).
 * @param differences at least two.
 */
export function pairedTTest(differences: readonly number[]): number {
  const { n, mean, sd } = summarize(differences);
  if (sd === undefined) return 1;
  // Subtraction of percentages leaves a rounding error where there is no difference.
  const rounding = 1e-9;
  if (sd < rounding) return Math.abs(mean) < rounding ? 1 : 2 ** (1 - n);
  return twoSidedP((mean / sd) * Math.sqrt(n), n - 1);
}

/**
 * McNemar's exact test on paired right and wrong answers: two-sided binomial p value.
 * @param onlyFirst images that only the first classifier gets right.
 * @param onlySecond images that only the second classifier gets right.
 * Source: McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12,
 * 1947; exact form.
 */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // Logarithm of the binomial coefficient, grown term by term.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= fewer; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** Holm's step-down adjustment of p values, in the given order. Source: Holm, Scand. J. Statistics 6, 1979. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted: number[] = [];
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}

/** More seeds than this are not advised. */
export const mostSeedsAdvised = 100;

/**
 * The least number of seeds whose 95 % t interval for the mean paired difference is no wider than +-halfWidth,
 * if differences keep the standard deviation `sd`; `many` beyond 100.
 */
export function seedsToResolve(sd: number, halfWidth: number): number | 'many' {
  for (let n = 2; n <= mostSeedsAdvised; n++) {
    if (criticalT(confidence, n - 1) * sd <= halfWidth * Math.sqrt(n)) return n;
  }
  return 'many';
}
