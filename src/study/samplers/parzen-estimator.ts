/** A multivariate Parzen estimator: the density of settings as a mixture of one kernel for each observation and a prior. */
import type { Random } from '../../base/random.ts';
import type { Settings, Value } from '../settings.ts';
import { type Dimension, firstValue, hasOneValue, type Space } from '../space.ts';
import { categoricalKernels } from './categorical-kernels.ts';
import { fixedKernels } from './fixed-kernels.ts';
import { kernelWeights } from './kernel-weights.ts';
import type { Kernels } from './kernels.ts';
import { numericKernels } from './numeric-kernels.ts';

/**
 * A kernel is a product over all dimensions. In a dimension that an observation has no value of, it has the prior's
 * kernel there, and so says nothing about it.
 * Source: optuna/samplers/_tpe/parzen_estimator.py of Optuna 5.0.
 */
export class ParzenEstimator {
  readonly #dimensions: readonly (readonly [name: string, kernels: Kernels])[];
  readonly #weights: readonly number[];
  readonly #logWeights: Float64Array;

  /** @param observations values of the space, in the order in which they were proposed. */
  constructor(space: Space, observations: readonly Settings[]) {
    this.#dimensions = Object.entries(space).map(([name, dimension]) => [
      name,
      kernelsOf(
        dimension,
        observations.map((values) => values[name]),
      ),
    ]);
    this.#weights = kernelWeights(observations.length);
    this.#logWeights = Float64Array.from(this.#weights, Math.log);
  }

  /** Draws a value for every dimension, all from one kernel. */
  draw(random: Random): Settings {
    const kernel = this.#drawKernel(random.uniform());
    return Object.fromEntries(this.#dimensions.map(([name, kernels]) => [name, kernels.draw(kernel, random)]));
  }

  #drawKernel(share: number): number {
    const last = this.#weights.length - 1;
    let sum = 0;
    for (let kernel = 0; kernel < last; kernel++) {
      sum += this.#weights[kernel]!;
      if (share < sum) return kernel;
    }
    return last;
  }

  /**
   * The logarithm of the density at the settings. Dimensions with steps and lists of values count with their
   * probability, ranges under `log` with the density of the logarithm.
   * @param settings a value for every dimension.
   */
  logDensity(settings: Settings): number {
    const sums = this.#logWeights.slice();
    for (const [name, kernels] of this.#dimensions) kernels.addLogDensities(settings[name]!, sums);
    return logSumOfExponentials(sums);
  }
}

function kernelsOf(dimension: Dimension, observed: readonly (Value | undefined)[]): Kernels {
  if (hasOneValue(dimension)) return fixedKernels(firstValue(dimension));
  return dimension.kind === 'choices' ? categoricalKernels(dimension, observed) : numericKernels(dimension, observed);
}

/** log Σ exp(x), without overflow. */
function logSumOfExponentials(numbers: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const number of numbers) most = Math.max(most, number);
  if (most === Number.NEGATIVE_INFINITY) return most;
  let sum = 0;
  for (const number of numbers) sum += Math.exp(number - most);
  return most + Math.log(sum);
}
