/** Random search: every value is drawn without regard to earlier results. */
import type { Random } from '../../base/random.ts';
import type { Sampler } from '../sampler.ts';
import type { Value } from '../settings.ts';
import { type Choices, type Dimension, type Range, stepCount, stepOf, steppedValue } from '../space.ts';
import { nearestValue } from './nearest-value.ts';

export const random: Sampler =
  ({ space }) =>
  (from) =>
    Object.fromEntries(Object.entries(space).map(([name, dimension]) => [name, drawnFrom(dimension, from)]));

/**
 * A value of the dimension: all of a list or of a range with steps are equally likely; other ranges are uniform, in the
 * logarithm if they say so.
 */
export function drawnFrom(dimension: Dimension, random: Random): Value {
  return dimension.kind === 'choices' ? chosenFrom(dimension, random) : numberFrom(dimension, random);
}

function chosenFrom({ values }: Choices, random: Random): Value {
  return values[random.below(values.length)]!;
}

function numberFrom(range: Range, random: Random): number {
  const { low, high, log } = range;
  if (log) return nearestValue(range, Math.exp(Math.log(low) + random.uniform() * (Math.log(high) - Math.log(low))));
  const step = stepOf(range);
  if (step !== undefined) return steppedValue({ low, step }, random.below(stepCount({ low, high, step })));
  return nearestValue(range, low + random.uniform() * (high - low));
}
