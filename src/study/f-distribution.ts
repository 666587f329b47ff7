/** The F distributions, central and noncentral: the ratio of two estimated variances. */

/**
 * P(F > f): the regularized incomplete beta function I_x(second / 2, first / 2) at x = second / (second + first f).
 * Relative error about 1e-12. Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction).
 * @param f from 0; @param first degrees of freedom of the numerator; @param second those of the denominator.
 */
export function upperTailF(f: number, first: number, second: number): number {
  return incompleteBeta(second / (second + first * f), second / 2, first / 2);
}

/** Beyond this noncentrality the noncentral chi-square distribution is that of a scaled central one, to about 1e-4. */
const largestSum = 9000;

/**
 * P(F <= f) of the noncentral F distribution, absolute error about 1e-10, and 1e-4 for a noncentrality above 9,000.
 * Sources: Johnson, Kotz and Balakrishnan, "Continuous univariate distributions", volume 2, 1995, 30.10 (a sum over a
 * Poisson variable); Patnaik, "The non-central chi-square and F-distributions and their applications", Biometrika 36,
 * 1949, for a large noncentrality.
 * @param f from 0; @param first degrees of freedom of the numerator; @param second those of the denominator.
 * @param noncentrality from 0: the sum of the squared effects in units of the denominator's variance.
 */
export function noncentralF(f: number, first: number, second: number, noncentrality: number): number {
  if (noncentrality > largestSum) {
    const scale = (first + 2 * noncentrality) / (first + noncentrality);
    // At more degrees of freedom the numerator hardly varies.
    const degrees = Math.min((first + noncentrality) / scale, 5000);
    return 1 - upperTailF((f * first) / (first + noncentrality), degrees, second);
  }
  const x = (first * f) / (second + first * f);
  if (x <= 0) return 0;
  const [half, b] = [noncentrality / 2, second / 2];
  let a = first / 2;
  let below = 1 - upperTailF(f, first, second);
  // I_x(a + 1, b) = I_x(a, b) - step: NIST Digital Library of Mathematical Functions, 8.17.20.
  let logStep = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a + 1) - logGamma(b);
  let logWeight = -half;
  let sum = 0;
  const last = half + 10 * Math.sqrt(half) + 30;
  for (let j = 0; j <= last; j++) {
    sum += Math.exp(logWeight) * below;
    below = Math.max(0, below - Math.exp(logStep));
    logStep += Math.log((x * (a + b)) / (a + 1));
    a++;
    logWeight += Math.log(half / (j + 1));
  }
  return sum;
}

/**
 * The interval of a noncentrality, from the F ratio that was seen. Source: Steiger, "Beyond the F test", Psychological
 * Methods 9, 2004.
 * @param confidence in (0, 1).
 */
export function noncentralityInterval(
  f: number,
  { first, second, confidence }: { readonly first: number; readonly second: number; readonly confidence: number },
): readonly [low: number, high: number] {
  const at = (probability: number) => {
    const isAbove = (noncentrality: number) => noncentralF(f, first, second, noncentrality) < probability;
    if (isAbove(0)) return 0;
    let [low, high] = [0, 1];
    while (!isAbove(high)) [low, high] = [high, 2 * high];
    for (let step = 0; step < 40; step++) {
      const middle = (low + high) / 2;
      if (isAbove(middle)) high = middle;
      else low = middle;
    }
    return high;
  };
  return [at((1 + confidence) / 2), at((1 - confidence) / 2)];
}

function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The continued fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  // Evaluated from the far end; 200 terms suffice for a and b of a few thousand.
  let fraction = 1;
  for (let m = 200; m >= 1; m--) {
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    fraction = 1 + odd / (1 + even / fraction);
  }
  return front / fraction;
}

/** ln Gamma(x) for x > 0 by Stirling's series, NIST Digital Library of Mathematical Functions, 5.11.1. */
function logGamma(x: number): number {
  // The series needs a large argument: Gamma(x) = Gamma(x + 1) / x.
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
