/** The stochastic diagonal Levenberg-Marquardt method of LeNet-5's paper: every parameter has a learning rate of its own. */
import { completeValues, type HyperparameterTable, number, positive } from '../../base/hyperparameter.ts';
import { type CommonOptions, commonHyperparameters, type OptimizerKind } from './optimizer.ts';

export interface Sdlm {
  readonly name: 'sdlm';
  readonly learningRate: number;
  readonly l2: number;
  readonly mu: number;
}

const hyperparameters = {
  mu: number(0.02, positive, 'Added to second derivatives before the learning rate is divided by them'),
} as const satisfies HyperparameterTable;

/**
 * The stochastic diagonal Levenberg-Marquardt method: x -= learningRate / (mu + h) · g, with h the second derivative of the loss by x, estimated
 * before every epoch. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998,
 * appendix C, where the learning rate follows the schedule `lecun1998` and mu is 0.02.
 * @param options learningRate: default 5e-4, the paper's first; mu: above 0, default 0.02.
 * @throws UsageError for values out of range.
 */
export function sdlm(options: CommonOptions & { readonly mu?: number } = {}): Sdlm {
  const table = { ...commonHyperparameters, ...hyperparameters };
  return { name: 'sdlm', ...completeValues(table, { learningRate: 5e-4, ...options }) };
}

export const sdlmKind: OptimizerKind<Sdlm, typeof hyperparameters> = {
  hyperparameters,
  make: sdlm,
  stateNames: () => ['hessian'],
  step(kernels, { l2, mu }, { learningRate }, { x, gradients, stride, chunks, state, vectors }) {
    const [hessian = 0] = state;
    kernels.sdlm({ x, g: gradients, stride, chunks, h: hessian, vectors, l2, rate: learningRate, mu });
  },
  needsCurvature: true,
  describe: ({ mu }) => [`mu ${mu}`],
};
