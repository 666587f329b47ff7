/** Initial weights of a model. */
import type { Random } from '../base/random.ts';
import { type StateDict, sizeOf, type Tensor } from '../base/tensor.ts';
import { type Model, parametersOf } from './model.ts';

/**
 * Weights uniform in (-a, a), a = sqrt(6 / (fan_in + fan_out)); biases zero. Numbers are drawn in the order of the
 * parameters. Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
 * AISTATS 2010, equation 16.
 */
export function glorotUniform(model: Model, random: Random): StateDict {
  return new Map(
    parametersOf(model).map(({ name, shape, fans }): [string, Tensor] => {
      const data = new Float32Array(sizeOf(shape));
      if (fans) {
        const bound = Math.sqrt(6 / (fans[0] + fans[1]));
        for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * bound;
      }
      return [name, { shape, data }];
    }),
  );
}
