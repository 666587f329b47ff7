/**
 * The tree-structured Parzen estimator (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011) as in
 * Optuna 5.0: multivariate, with a constant liar. docs/decisions/0042 says where it differs from Optuna's.
 */
import type { Observation, Sampler } from '../sampler.ts';
import type { Settings } from '../settings.ts';
import { contains, type Space } from '../space.ts';
import { ParzenEstimator } from './parzen-estimator.ts';
import { random } from './random.ts';
import { splitObservations } from './split.ts';

/** Proposals are random until as many have ended. */
const startup = 10;

/** Settings drawn from the density of the good observations, of which the best is proposed. */
const candidates = 24;

export const tpe: Sampler = (knowledge) => {
  const { space, goal } = knowledge;
  const observations = knowledge.observations.filter(({ values }) => isWithin(values, space));
  if (observations.filter(hasEnded).length < startup) return random(knowledge);
  const { below, above } = splitObservations(observations, goal);
  const good = new ParzenEstimator(space, below);
  const others = new ParzenEstimator(space, above);
  return (from) => {
    const drawn = Array.from({ length: candidates }, () => good.draw(from));
    const gains = drawn.map((settings) => good.logDensity(settings) - others.logDensity(settings));
    return drawn[firstOfLargest(gains)]!;
  };
};

function hasEnded({ outcome }: Observation): boolean {
  return outcome.state !== 'running';
}

/** Whether all values lie in the space: a study's base may lie outside. */
function isWithin(values: Settings, space: Space): boolean {
  return Object.entries(space).every(([name, dimension]) => {
    const value = values[name];
    return value === undefined || contains(dimension, value);
  });
}

/** The index of the largest number, the first of equal ones. */
function firstOfLargest(numbers: readonly number[]): number {
  let found = 0;
  for (const [index, number] of numbers.entries()) if (number > numbers[found]!) found = index;
  return found;
}
