/** Separates ink from ground. */
import type { Ink } from './ink.ts';
import { quantile } from './plane.ts';

/** Ink weaker than this part of the way from paper to black is not seen. */
const faintestInk = 0.06;

/**
 * The threshold between ground and ink: half of the ink's level, where a stroke's edge runs through the middle of a
 * pixel. Undefined where nothing stands out from the noise.
 */
export function inkThreshold({ data, noise }: Ink): number | undefined {
  const least = Math.max(faintestInk, 5 * noise);
  const strong = data.filter((value) => value > least);
  if (strong.length === 0) return undefined;
  return Math.max(least, quantile(strong, 0.75) / 2);
}
