/** The F distribution: the ratio of two estimated variances. */

/**
 * P(F > f): the regularized incomplete beta function I_x(second / 2, first / 2) at x = second / (second + first f).
 * Relative error about 1e-12. Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction).
 * @param f from 0; @param first degrees of freedom of the numerator; @param second those of the denominator.
 */
export function upperTailF(f: number, first: number, second: number): number {
  return incompleteBeta(second / (second + first * f), second / 2, first / 2);
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
