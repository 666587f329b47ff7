/**
 * A neighbour of the best settings so far: one hyperparameter is changed, a number by at most a tenth of its range. A
 * search that has found a good region ends with these, since a draw of TPE changes most hyperparameters at once.
 */
import type { Random } from '../../base/random.ts';
import type { Knowledge, Sampler } from '../sampler.ts';
import type { Settings, Value } from '../settings.ts';
import { contains, type Dimension, hasOneValue, type Range, stepOf } from '../space.ts';
import { nearestValue } from './nearest-value.ts';
import { random } from './random.ts';

/** The longest way that a number goes, as a part of its range. */
const longest = 0.1;

export const neighbour: Sampler = (knowledge) => {
  const anywhere = random(knowledge);
  const best = bestOf(knowledge);
  // The base may lie outside the space, and a value that does not count is absent.
  const kept = Object.entries(knowledge.space).filter(([name, dimension]) => {
    const value = best?.[name];
    return value !== undefined && contains(dimension, value);
  });
  const movable = kept.filter(([, dimension]) => !hasOneValue(dimension));
  if (!best || movable.length === 0) return anywhere;
  const own = Object.fromEntries(kept.map(([name]): [string, Value] => [name, best[name]!]));
  return (from) => {
    const [name, dimension] = movable[from.below(movable.length)]!;
    return { ...anywhere(from), ...own, [name]: movedFrom(best[name]!, dimension, from) };
  };
};

/** The values of the best score, of the first of equal ones. */
function bestOf({ observations, goal }: Knowledge): Settings | undefined {
  let best: { readonly values: Settings; readonly score: number } | undefined;
  for (const { values, outcome } of observations) {
    if (outcome.state !== 'complete' && outcome.state !== 'paused') continue;
    const { score } = outcome;
    if (!best || (goal === 'minimize' ? score < best.score : score > best.score)) best = { values, score };
  }
  return best?.values;
}

/** Another value of the dimension; the same where a number would leave its range. */
function movedFrom(value: Value, dimension: Dimension, from: Random): Value {
  if (dimension.kind !== 'choices') return typeof value === 'number' ? movedNumber(value, dimension, from) : value;
  const others = dimension.values.filter((other) => other !== value);
  return others[from.below(others.length)]!;
}

function movedNumber(value: number, range: Range, from: Random): number {
  const { low, high, log } = range;
  const sign = from.below(2) === 0 ? -1 : 1;
  const way = sign * longest * from.uniform();
  const moved = nearestValue(
    range,
    log ? Math.exp(Math.log(value) + way * Math.log(high / low)) : value + way * (high - low),
  );
  // A short way may end where it began: a step is the shortest.
  return moved === value ? nearestValue(range, value + sign * (stepOf(range) ?? 0)) : moved;
}
