/** Half a cosine, from 1 to 0, by additions, multiplications and divisions alone. */
import { cosine } from '../../base/elementary.ts';

/**
 * (1 + cos(π · done / all)) / 2 to 1e-16; 0 from `all` on.
 * @param done at least 0. @param all above 0.
 */
export function halfCosine(done: number, all: number): number {
  // (1 + cos 2x) / 2 = cos² x.
  return done < all ? square(cosine(((Math.PI / 2) * done) / all)) : 0;
}

function square(x: number): number {
  return x * x;
}
