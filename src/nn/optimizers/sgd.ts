/** Stochastic gradient descent, with momentum and Nesterov's form of it. */
import { checkOptions } from '../../base/argument.ts';
import { UsageError } from '../../base/errors.ts';
import { completeValues, fraction, type HyperparameterTable, number, off } from '../../base/hyperparameter.ts';
import { type CommonOptions, commonHyperparameters, type OptimizerKind } from './optimizer.ts';

/** The plain data of `sgd()`. */
export interface Sgd {
  readonly name: 'sgd';
  readonly learningRate: number;
  readonly l2: number;
  readonly decayBiases: boolean;
  readonly momentum: number;
  readonly nesterov: boolean;
}

const hyperparameters = {
  momentum: number(0, fraction, 'Memory of past gradients'),
  nesterov: off('Look ahead along the momentum'),
} as const satisfies HyperparameterTable;

/** Options of {@link sgd}. */
export interface SgdOptions extends CommonOptions {
  /** How much of the past gradients is kept at every step, 0 to below 1. Default 0. */
  readonly momentum?: number | undefined;
  /** Nesterov's form of the momentum, which must then be above 0. Default false. */
  readonly nesterov?: boolean | undefined;
}

/**
 * Stochastic gradient descent, equal to torch.optim.SGD: with gradient g (and l2 · x added to it), b = momentum · b + g, then
 * x -= learningRate · b, or with Nesterov's form x -= learningRate · (g + momentum · b). The first b is g.
 * @throws UsageError for values out of range, unknown options, or nesterov without momentum.
 */
export function sgd(options: SgdOptions = {}): Sgd {
  checkOptions('sgd()', options, { learningRate: true, l2: true, decayBiases: true, momentum: true, nesterov: true });
  const { learningRate, l2, decayBiases, momentum, nesterov } = completeValues(
    { ...commonHyperparameters, ...hyperparameters },
    options,
  );
  if (nesterov && momentum === 0) throw new UsageError('nesterov needs a momentum above 0');
  return { name: 'sgd', learningRate, l2, decayBiases, momentum, nesterov };
}

export const sgdKind: OptimizerKind<Sgd, typeof hyperparameters> = {
  hyperparameters,
  make: ({ learningRate, l2, decayBiases, momentum, nesterov }) =>
    sgd({ learningRate, l2, decayBiases, momentum, nesterov }),
  remake: ({ name: _, ...options }) => sgd(options),
  stateNames: ({ momentum }) => (momentum === 0 ? [] : ['momentum_buffer']),
  step(kernels, { l2, momentum, nesterov }, { learningRate }, { x, gradient, state, vectors }) {
    const [buffer = 0] = state;
    const block = { x, g: gradient, b: buffer, vectors };
    kernels.sgd({ ...block, l2, rate: learningRate, momentum, nesterov: nesterov ? 1 : 0 });
  },
  needsCurvature: false,
  describe: ({ momentum, nesterov }) => [`momentum ${momentum}${nesterov ? ' (Nesterov)' : ''}`],
};
