/** The truncated normal distribution in logarithms, so that far tails keep their digits. */
import { normalProbability } from '../normal.ts';

const logRootTwoPi = Math.log(2 * Math.PI) / 2;

/** Below, normalProbability has fewer than twelve correct digits, and its logarithm comes from a continued fraction. */
const farTail = -4;

/** log P(Z <= x) for a standard normal Z, to a relative 1e-12: SciPy's log_ndtr. */
export function logNdtr(x: number): number {
  if (x > 0) return Math.log1p(-ndtr(-x));
  return x > farTail ? Math.log(normalProbability(x)) : logTail(x);
}

/** P(Z <= x) to a relative 1e-12, in the far tail too. */
function ndtr(x: number): number {
  return x > farTail ? normalProbability(x) : Math.exp(logTail(x));
}

/**
 * log P(Z <= x) for x <= -4.
 * Source: Laplace's continued fraction, Abramowitz and Stegun 26.2.14. So many terms give twelve digits.
 */
function logTail(x: number): number {
  let fraction = -x;
  for (let term = 4 + Math.ceil(420 / (x * x)); term >= 1; term--) fraction = term / fraction - x;
  return -(x * x) / 2 - logRootTwoPi - Math.log(fraction);
}

/** log P(a <= Z <= b), for a < b: SciPy's _log_gauss_mass. What is subtracted are always the smaller tails. */
export function logGaussMass(a: number, b: number): number {
  if (a > 0) return logGaussMass(-b, -a);
  if (b > 0) return Math.log1p(-ndtr(a) - ndtr(-b));
  if (b > farTail) return Math.log(ndtr(b) - ndtr(a));
  // The tail below a is then less than the last digit of the tail below b.
  if (a * a - b * b > 80) return logTail(b);
  return logDifference(logTail(b), logTail(a));
}

/** log(exp(first) - exp(second)), for first >= second. */
function logDifference(first: number, second: number): number {
  return first + Math.log1p(-Math.exp(second - first));
}

/** log(exp(first) + exp(second)) */
function logSum(first: number, second: number): number {
  const most = Math.max(first, second);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(first, second) - most));
}

/** The x with log P(Z <= x) = `log`, by Newton's method: SciPy's ndtri_exp. @param log at most 0. */
export function ndtriExp(log: number): number {
  if (log === Number.NEGATIVE_INFINITY) return log;
  // Above the median the upper tail has the digits.
  if (log > -Math.LN2) return -ndtriExp(Math.log(-Math.expm1(log)));
  // Far out log P is about -x²/2 - log √2π; near the middle P is close to a logistic distribution.
  let x = log < -5 ? -Math.sqrt(-2 * (log + logRootTwoPi)) : (Math.sqrt(3) / Math.PI) * -Math.log(Math.expm1(-log));
  for (let step = 0; step < 100; step++) {
    const found = logNdtr(x);
    const change = (found - log) * Math.exp(found + (x * x) / 2 + logRootTwoPi);
    x -= change;
    if (Math.abs(change) <= 1e-14 * (1 + Math.abs(x))) break;
  }
  return x;
}

/** A normal distribution cut to an interval. */
export class TruncatedNormal {
  readonly mean: number;
  readonly deviation: number;
  /** The ends in standard deviations from the mean. */
  readonly #low: number;
  readonly #high: number;
  readonly #logMass: number;
  /** The part of the log density that is the same everywhere. */
  readonly #logScale: number;

  /** @param deviation of the normal distribution before it is cut, above 0. @param high above `low`. */
  constructor(mean: number, deviation: number, low: number, high: number) {
    this.mean = mean;
    this.deviation = deviation;
    this.#low = (low - mean) / deviation;
    this.#high = (high - mean) / deviation;
    this.#logMass = logGaussMass(this.#low, this.#high);
    this.#logScale = -logRootTwoPi - Math.log(deviation) - this.#logMass;
  }

  /** @param x within the interval. */
  logDensity(x: number): number {
    const z = (x - this.mean) / this.deviation;
    return -(z * z) / 2 + this.#logScale;
  }

  /** log P(from <= X <= to), both within the interval. */
  logProbability(from: number, to: number): number {
    return logGaussMass((from - this.mean) / this.deviation, (to - this.mean) / this.deviation) - this.#logMass;
  }

  /** The x with P(X <= x) = share. @param share in [0, 1). */
  quantile(share: number): number {
    const z =
      this.#low < 0
        ? ndtriExp(logSum(logNdtr(this.#low), Math.log(share) + this.#logMass))
        : -ndtriExp(logSum(logNdtr(-this.#high), Math.log1p(-share) + this.#logMass));
    return this.mean + z * this.deviation;
  }
}
