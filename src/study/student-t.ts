/** Student's t distribution for whole degrees of freedom, by finite sums. */

/**
 * P(|T| <= t) for t >= 0: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 (odd) and 26.7.4 (even).
 * Absolute error about 1e-15.
 * @param degrees of freedom, an integer from 1.
 */
export function centralProbability(t: number, degrees: number): number {
  if (t === Number.POSITIVE_INFINITY) return 1;
  const cosine2 = degrees / (degrees + t * t);
  const sine = t / Math.sqrt(degrees + t * t);
  const odd = degrees % 2 === 1;
  // Odd: sin cos (1 + 2/3 cos^2 + 2.4/3.5 cos^4 ...); even: sin (1 + 1/2 cos^2 + 1.3/2.4 cos^4 ...).
  let term = odd ? sine * Math.sqrt(cosine2) : sine;
  let sum = 0;
  for (let i = odd ? 3 : 2; i <= degrees; i += 2) {
    sum += term;
    term *= (cosine2 * (i - 1)) / i;
  }
  return odd ? (2 / Math.PI) * (Math.atan(t / Math.sqrt(degrees)) + sum) : sum;
}

/** The two-sided p value of a t statistic. */
export function twoSidedP(t: number, degrees: number): number {
  return Math.max(0, 1 - centralProbability(Math.abs(t), degrees));
}

/** The t with P(|T| <= t) = confidence, by bisection. @param confidence in (0, 1). */
export function criticalT(confidence: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (centralProbability(high, degrees) < confidence) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (centralProbability(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
}
