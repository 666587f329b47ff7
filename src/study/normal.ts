/** The standard normal distribution. */

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * P(Z <= x), absolute error about 1e-15.
 * Source: G. West, "Better approximations to cumulative normal functions", Wilmott Magazine, May 2005, after Hart
 * (1968).
 */
export function normalProbability(x: number): number {
  const a = Math.abs(x);
  if (a > 37) return x > 0 ? 1 : 0;
  let tail = Math.exp((-a * a) / 2);
  if (a < 7.07106781186547) {
    let upper = 3.52624965998911e-2 * a + 0.700383064443688;
    upper = upper * a + 6.37396220353165;
    upper = upper * a + 33.912866078383;
    upper = upper * a + 112.079291497871;
    upper = upper * a + 221.213596169931;
    upper = upper * a + 220.206867912376;
    let lower = 8.83883476483184e-2 * a + 1.75566716318264;
    lower = lower * a + 16.064177579207;
    lower = lower * a + 86.7807322029461;
    lower = lower * a + 296.564248779674;
    lower = lower * a + 637.333633378831;
    lower = lower * a + 793.826512519948;
    lower = lower * a + 440.413735824752;
    tail *= upper / lower;
  } else {
    tail /= (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) * Math.sqrt(2 * Math.PI);
  }
  return x > 0 ? 1 - tail : tail;
}

/** The z with P(Z <= z) = probability, by bisection. @param probability in (0, 1). */
export function normalQuantile(probability: number): number {
  // The lower tail keeps all its digits; the upper one is its mirror image.
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -37;
  let high = 0;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalProbability(middle) < probability) low = middle;
    else high = middle;
  }
}
