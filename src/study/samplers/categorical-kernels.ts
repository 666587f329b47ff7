/** The kernels of a list of values: each gives its observed value a larger share. */
import type { Random } from '../../base/random.ts';
import type { Value } from '../settings.ts';
import type { Choices } from '../space.ts';
import type { Kernels } from './kernels.ts';

/**
 * A kernel has weight 1 + 1 / (m + 1) for its observed value and 1 / (m + 1) for every other, with m observed values,
 * divided by their sum. The prior, and the kernel of an observation without a value, are uniform.
 * Source: optuna/samplers/_tpe/parzen_estimator.py.
 * @param observed a value of the list for each observation; undefined where it did not count.
 */
export function categoricalKernels({ values }: Choices, observed: readonly (Value | undefined)[]): Kernels {
  const indices = Int32Array.from([...observed, undefined], (value) =>
    value === undefined ? -1 : values.indexOf(value),
  );
  const share = 1 / (indices.filter((index) => index >= 0).length + 1);
  const total = 1 + values.length * share;
  const logs = { hit: Math.log((1 + share) / total), miss: Math.log(share / total), prior: -Math.log(values.length) };
  return {
    draw(kernel: number, random: Random) {
      const isUniform = indices[kernel]! < 0 || random.uniform() * total >= 1;
      return values[isUniform ? random.below(values.length) : indices[kernel]!]!;
    },
    addLogDensities(value: Value, sums: Float64Array) {
      const wanted = values.indexOf(value);
      for (let kernel = 0; kernel < indices.length; kernel++) {
        const index = indices[kernel]!;
        sums[kernel]! += index < 0 ? logs.prior : index === wanted ? logs.hit : logs.miss;
      }
    },
  };
}
