/** Half a cosine, from 1 to 0, by additions, multiplications and divisions alone. */

/**
 * (1 + cos(π · done / all)) / 2 to 1e-16; 0 from `all` on.
 * @param done at least 0. @param all above 0.
 */
export function halfCosine(done: number, all: number): number {
  // (1 + cos 2x) / 2 = cos² x.
  return done < all ? square(cosine(((Math.PI / 2) * done) / all)) : 0;
}

/** cos x for 0 <= x <= π/2 to 1e-16, from its power series. */
function cosine(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 2; k <= 24; k += 2) {
    term *= -(x * x) / (k * (k - 1));
    sum += term;
  }
  return sum;
}

function square(x: number): number {
  return x * x;
}
