/** The value of a range that stands for a number drawn by a sampler. */
import { type Range, stepOf, steppedValue } from '../space.ts';

/** The value of the range that is nearest to the number. Without a step, the number is rounded to four significant digits. */
export function nearestValue(range: Range, drawn: number): number {
  const { low, high } = range;
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const step = stepOf(range);
  if (step === undefined) return within(Number(drawn.toPrecision(4)));
  const index = Math.round((within(drawn) - low) / step);
  const value = steppedValue({ low, step }, index);
  // No step may reach high.
  return value > high ? steppedValue({ low, step }, index - 1) : value;
}
