/** Initial weights of a model. */
import type { Random } from '../base/random.ts';
import { elementsOf, type StateDict, type Tensor } from '../base/tensor.ts';
import type { LayerParameter } from './layer.ts';
import { type Model, parametersOf } from './model.ts';

/** Weights as the model asks for them. Numbers are drawn in the order of the parameters. */
export function initialWeights(model: Model, random: Random): StateDict {
  return { glorot: glorotUniform, lecun: lecunUniform, lecun1998: lecunUniform1998 }[model.initialization](
    model,
    random,
  );
}

/**
 * Weights uniform in (-a, a), a = sqrt(6 / (fan_in + fan_out)); biases zero. Source: Glorot and Bengio, "Understanding
 * the difficulty of training deep feedforward neural networks", AISTATS 2010, equation 16.
 */
export function glorotUniform(model: Model, random: Random): StateDict {
  return initialize(model, random, ({ fans, constant }) =>
    fans ? { bound: Math.sqrt(6 / (fans[0] + fans[1])) } : { constant: constant ?? 0 },
  );
}

/**
 * Weights uniform in (-a, a), a = sqrt(3 / F) with F the number of inputs of the unit, which gives them the variance 1
 * / F; biases zero. Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6.
 */
export function lecunUniform(model: Model, random: Random): StateDict {
  return initialize(model, random, ({ name, fanIn }, unit) =>
    name.endsWith('.bias') ? { constant: 0 } : { bound: Math.sqrt(3 / fanInOf(fanIn, unit)) },
  );
}

/**
 * Weights and biases uniform in (-2.4 / F, 2.4 / F), F the number of inputs of the unit. Source: LeCun, Bottou, Bengio,
 * Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998, appendix A.
 */
export function lecunUniform1998(model: Model, random: Random): StateDict {
  return initialize(model, random, ({ fanIn }, unit) => ({ bound: 2.4 / fanInOf(fanIn, unit) }));
}

function fanInOf(fanIn: LayerParameter['fanIn'], unit: number): number {
  return typeof fanIn === 'number' ? fanIn : fanIn[unit]!;
}

/** @param start how unit `unit` (along the parameter's first axis) of a parameter starts. */
function initialize(
  model: Model,
  random: Random,
  start: (parameter: LayerParameter, unit: number) => { readonly bound: number } | { readonly constant: number },
): StateDict {
  return new Map(
    parametersOf(model).map((parameter): [string, Tensor] => {
      const { name, shape, absent } = parameter;
      const data = new Float32Array(elementsOf(shape));
      const perUnit = data.length / shape[0]!;
      for (let i = 0; i < data.length; i++) {
        const how = start(parameter, Math.floor(i / perUnit));
        data[i] = 'bound' in how ? (2 * random.uniform() - 1) * how.bound : how.constant;
      }
      for (const run of absent?.runs ?? []) data.fill(0, run, run + absent!.size);
      return [name, { shape, data }];
    }),
  );
}
