/** How much each kernel of a Parzen estimator counts. */

/** As many of the latest observations have the full weight. */
const fullWeights = 25;

/**
 * The share of each kernel: the latest 25 observations and the prior, which is the last, count equally. With m
 * observations, the weights of those before rise evenly from 1 / m to 1.
 * Source: optuna/samplers/_tpe/sampler.py, default_weights.
 * @returns one number for each of the m observations and one for the prior, together 1.
 */
export function kernelWeights(observations: number): number[] {
  const early = Math.max(0, observations - fullWeights);
  const first = 1 / observations;
  const rise = (1 - first) / Math.max(1, early - 1);
  const weights = Array.from({ length: observations + 1 }, (_, index) => (index < early ? first + index * rise : 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
