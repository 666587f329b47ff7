/** The interface of a dimension's kernels, of which a Parzen estimator is made. */
import type { Random } from '../../base/random.ts';
import type { Value } from '../settings.ts';

/** One kernel for each observation, in the order of the observations, then the prior's. */
export interface Kernels {
  /** Draws a value of the dimension from one kernel. @param kernel its index. */
  draw(kernel: number, random: Random): Value;
  /** Adds the logarithm of every kernel's density at the value to `sums`, which has one number for each kernel. */
  addLogDensities(value: Value, sums: Float64Array): void;
}
