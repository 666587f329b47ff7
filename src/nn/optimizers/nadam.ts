/** NAdam: Adam that looks ahead along its first moment, as Nesterov's momentum does. */
import { checkOptions } from '../../base/argument.ts';
import type { HyperparameterTable } from '../../base/hyperparameter.ts';
import {
  beta1,
  beta2,
  completeMoments,
  correction,
  eps,
  type MomentOptions,
  type Moments,
  momentOptions,
  momentsText,
  stepByMoments,
} from './moments.ts';
import type { OptimizerKind } from './optimizer.ts';

/** The plain data of `nadam()`. */
export interface NAdam extends Moments {
  readonly name: 'nadam';
}

const hyperparameters = { beta1, beta2, eps } as const satisfies HyperparameterTable;

/**
 * NAdam with a constant beta1, as Flux and optax have it; torch.optim.NAdam changes beta1 from step to step and
 * differs. With Adam's m and v: x -= learningRate · (beta1 · m / (1 - beta1^(t + 1)) + (1 - beta1) · g / (1 - beta1^t))
 * / (sqrt(v / (1 - beta2^t)) + eps).
 * Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function nadam(options: MomentOptions = {}): NAdam {
  checkOptions('nadam()', options, momentOptions);
  return { name: 'nadam', ...completeMoments(options) };
}

export const nadamKind: OptimizerKind<NAdam, typeof hyperparameters> = {
  hyperparameters,
  make: ({ beta1, beta2, learningRate, l2, decayBiases, eps }) =>
    nadam({ learningRate, l2, decayBiases, betas: [beta1, beta2], eps }),
  remake: ({ name: _, ...options }) => nadam(options),
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step(kernels, nadam, { t, learningRate }, blocks) {
    const [beta1, beta2] = nadam.betas;
    const mScale = learningRate * beta1 * correction(beta1, t + 1);
    const gScale = learningRate * (1 - beta1) * correction(beta1, t);
    stepByMoments(kernels, nadam, { keep: 1, mScale, gScale, vScale: correction(beta2, t) }, blocks);
  },
  needsCurvature: false,
  describe: (nadam) => momentsText(nadam),
};
