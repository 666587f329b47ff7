/** Draws the initial weights of a model. */
import { wrong } from '../base/argument.ts';
import { Random } from '../base/random.ts';
import { elementsOf, type StateDict, type Tensor } from '../base/tensor.ts';
import { type Initialization, initializerKinds } from './initializers.ts';
import { buffersOf, checkModel, type Model, parametersOf } from './model.ts';

/** Weights by the model's own rule, `model.initialization`. Numbers are drawn in the order of the parameters. @throws UsageError unless it is given a model and a {@link Random}. */
export function initialWeights(model: Model, random: Random): StateDict {
  checkModel('initial weights: model', model);
  return weightsBy(model.initialization, model, random);
}

/** Weights by Glorot and Bengio's rule, AISTATS 2010, equation 16: uniform within sqrt(6 / (fan-in + fan-out)), biases zero. @throws UsageError as {@link initialWeights}. */
export function glorotUniform(model: Model, random: Random): StateDict {
  checkModel('initial weights: model', model);
  return weightsBy('glorot', model, random);
}

/** Weights by the rule of LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6: uniform with variance 1 / fan-in, biases zero. @throws UsageError as {@link initialWeights}. */
export function lecunUniform(model: Model, random: Random): StateDict {
  checkModel('initial weights: model', model);
  return weightsBy('lecun', model, random);
}

/** Weights and biases by the rule of LeCun et al., Proc. IEEE 1998, appendix A: uniform within 2.4 / fan-in. @throws UsageError as {@link initialWeights}. */
export function lecunUniform1998(model: Model, random: Random): StateDict {
  checkModel('initial weights: model', model);
  return weightsBy('lecun1998', model, random);
}

function weightsBy(rule: Initialization, model: Model, random: Random): StateDict {
  if (!(random instanceof Random))
    throw wrong('initial weights: random', "a Random, as randomStream(seed, 'init') makes it", random);
  const { start } = initializerKinds[rule];
  const drawn = new Map(
    parametersOf(model).map((parameter): [string, Tensor] => {
      const { name, shape, absent } = parameter;
      const data = new Float32Array(elementsOf(shape));
      const perUnit = data.length / shape[0]!;
      for (let i = 0; i < data.length; i++) {
        const how = parameter.isConstant
          ? { constant: parameter.constant ?? 0 }
          : start(parameter, Math.floor(i / perUnit));
        data[i] = 'bound' in how ? (2 * random.uniform() - 1) * how.bound : how.constant;
      }
      for (const run of absent?.runs ?? []) data.fill(0, run, run + absent!.size);
      return [name, { shape, data }];
    }),
  );
  for (const { name, shape, constant } of buffersOf(model)) {
    drawn.set(name, { shape, data: new Float32Array(elementsOf(shape)).fill(constant) });
  }
  return drawn;
}
