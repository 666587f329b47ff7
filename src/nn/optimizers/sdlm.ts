/** The stochastic diagonal Levenberg-Marquardt method of LeNet-5's paper: every parameter has a learning rate of its own. */
import { checkOptions } from '../../base/argument.ts';
import { completeValues, type HyperparameterTable, number, positive } from '../../base/hyperparameter.ts';
import { type CommonOptions, commonHyperparameters, type OptimizerKind } from './optimizer.ts';

/** The plain data of `sdlm()`. */
export interface Sdlm {
  readonly name: 'sdlm';
  readonly learningRate: number;
  readonly l2: number;
  readonly decayBiases: boolean;
  readonly mu: number;
}

const hyperparameters = {
  mu: number(0.02, positive, 'Added to second derivatives before the learning rate is divided by them'),
} as const satisfies HyperparameterTable;

/** Options of {@link sdlm}. Its learning rate is 5e-4 by default, the paper's first. */
export interface SdlmOptions extends CommonOptions {
  /** Added to every second derivative before the learning rate is divided by it, above 0. Default 0.02. */
  readonly mu?: number | undefined;
}

/**
 * The stochastic diagonal Levenberg-Marquardt method: x -= learningRate / (mu + h) · g, with h the second derivative of the loss by x, estimated
 * before every epoch. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998,
 * appendix C, where the learning rate follows the schedule `lecun1998` and mu is 0.02.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function sdlm(options: SdlmOptions = {}): Sdlm {
  checkOptions('sdlm()', options, { learningRate: true, l2: true, decayBiases: true, mu: true });
  const table = { ...commonHyperparameters, ...hyperparameters };
  const { learningRate = 5e-4, ...rest } = options;
  return { name: 'sdlm', ...completeValues(table, { ...rest, learningRate }) };
}

export const sdlmKind: OptimizerKind<Sdlm, typeof hyperparameters> = {
  hyperparameters,
  make: ({ learningRate, l2, decayBiases, mu }) => sdlm({ learningRate, l2, decayBiases, mu }),
  remake: ({ name: _, ...options }) => sdlm(options),
  stateNames: () => ['hessian'],
  step(kernels, { l2, mu }, { learningRate }, { x, gradient, state, vectors }) {
    const [hessian = 0] = state;
    kernels.sdlm({ x, g: gradient, h: hessian, vectors, l2, rate: learningRate, mu });
  },
  needsCurvature: true,
  describe: ({ mu }) => [`mu ${mu}`],
};
