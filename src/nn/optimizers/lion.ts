/** Lion: every parameter moves by the learning rate, in the direction of the sign of its momentum. */
import { checkOptions, wrong } from '../../base/argument.ts';
import { checkValue, completeValues, fraction, type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import { beta1 } from './moments.ts';
import { type CommonOptions, commonHyperparameters, type OptimizerKind, weightDecay } from './optimizer.ts';

/** The plain data of `lion()`. */
export interface Lion {
  readonly name: 'lion';
  readonly learningRate: number;
  readonly l2: number;
  readonly decayBiases: boolean;
  readonly betas: readonly [number, number];
  readonly weightDecay: number;
}

const lionBeta2 = number(0.99, fraction, 'Kept of the momentum at each step');
const hyperparameters = { weightDecay, beta1, lionBeta2 } as const satisfies HyperparameterTable;

/** Options of {@link lion}. */
export interface LionOptions extends CommonOptions {
  /** What the momentum has in the direction of a step, and how much of it is kept, 0 to below 1 each. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number] | undefined;
  /** At least 0. Default 0. */
  readonly weightDecay?: number | undefined;
}

/**
 * Lion: x loses learningRate · weightDecay · x and learningRate · sign(beta1 · m + (1 - beta1) · g), then
 * m = beta2 · m + (1 - beta2) · g. Source: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023,
 * algorithm 2.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function lion(options: LionOptions = {}): Lion {
  checkOptions('lion()', options, { learningRate: true, l2: true, decayBiases: true, betas: true, weightDecay: true });
  const { betas = [beta1.default, lionBeta2.default], ...others } = options;
  if (!Array.isArray(betas) || betas.length !== 2) throw wrong('betas', 'two numbers, each 0 to below 1', betas);
  checkValue('beta1', beta1, betas[0]);
  checkValue('beta2', lionBeta2, betas[1]);
  return { name: 'lion', ...completeValues({ ...commonHyperparameters, weightDecay }, others), betas };
}

export const lionKind: OptimizerKind<Lion, typeof hyperparameters> = {
  hyperparameters,
  make: ({ beta1, lionBeta2, learningRate, l2, decayBiases, weightDecay }) =>
    lion({ learningRate, l2, decayBiases, betas: [beta1, lionBeta2], weightDecay }),
  remake: ({ name: _, ...options }) => lion(options),
  stateNames: () => ['exp_avg'],
  step(kernels, lion, { learningRate }, { x, gradient, state, vectors }) {
    const [m = 0] = state;
    const [beta1, beta2] = lion.betas;
    const block = { x, g: gradient, m, vectors };
    const rates = { keep: 1 - learningRate * lion.weightDecay, rate: learningRate };
    kernels.lion({ ...block, ...rates, l2: lion.l2, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2 });
  },
  needsCurvature: false,
  describe: ({ weightDecay, betas }) => [
    `weight decay ${weightDecay}`,
    ...(betas.join() === [beta1.default, lionBeta2.default].join() ? [] : [`betas ${betas.join(' and ')}`]),
  ],
};
