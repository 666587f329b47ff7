/** Adam. */
import { checkOptions } from '../../base/argument.ts';
import { completeValues, type HyperparameterTable } from '../../base/hyperparameter.ts';
import {
  beta1,
  beta2,
  biasCorrection,
  type CorrectedOptions,
  completeMoments,
  correctedOptions,
  correctedScales,
  eps,
  type Moments,
  momentsText,
  stepByMoments,
} from './moments.ts';
import type { OptimizerKind } from './optimizer.ts';

/** The plain data of `adam()`. */
export interface Adam extends Moments {
  readonly name: 'adam';
  readonly biasCorrection: boolean;
}

const hyperparameters = { biasCorrection, beta1, beta2, eps } as const satisfies HyperparameterTable;

/**
 * Adam, equal to torch.optim.Adam: m = beta1 · m + (1 - beta1) · g and v = beta2 · v + (1 - beta2) · g², then
 * x -= learningRate · m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps).
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function adam(options: CorrectedOptions = {}): Adam {
  checkOptions('adam()', options, correctedOptions);
  return {
    name: 'adam',
    ...completeMoments(options),
    ...completeValues({ biasCorrection }, { biasCorrection: options.biasCorrection }),
  };
}

export const adamKind: OptimizerKind<Adam, typeof hyperparameters> = {
  hyperparameters,
  make: ({ beta1, beta2, learningRate, l2, decayBiases, eps, biasCorrection }) =>
    adam({ learningRate, l2, decayBiases, betas: [beta1, beta2], eps, biasCorrection }),
  remake: ({ name: _, ...options }) => adam(options),
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step(kernels, adam, number, blocks) {
    const { first: mScale, second: vScale } = correctedScales(adam, number);
    stepByMoments(kernels, adam, { keep: 1, mScale, gScale: 0, vScale }, blocks);
  },
  needsCurvature: false,
  describe: (adam) => [...momentsText(adam), ...(adam.biasCorrection ? [] : ['no bias correction'])],
};
