/** Cosine, sine and exponential by additions, multiplications and divisions alone: the same bits on every machine. */

/** cos x to 1e-15. @param x from -π to π. */
export function cosine(x: number): number {
  const angle = Math.abs(x);
  return angle <= Math.PI / 2 ? cosineSeries(angle) : -cosineSeries(Math.PI - angle);
}

/** sin x to 1e-15. @param x from -π to π. */
export function sine(x: number): number {
  return x < 0 ? -cosine(Math.PI / 2 + x) : cosine(Math.PI / 2 - x);
}

/** cos x for 0 <= x <= π/2 to 1e-16, from its power series. */
function cosineSeries(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 2; k <= 24; k += 2) {
    term *= -(x * x) / (k * (k - 1));
    sum += term;
  }
  return sum;
}

/** exp x to a relative 1e-15. @param x from -8 to 8. */
export function exponential(x: number): number {
  if (x < 0) return 1 / exponential(-x);
  let [sum, term] = [1, 1];
  for (let k = 1; k <= 48; k++) {
    term *= x / k;
    sum += term;
  }
  return sum;
}
