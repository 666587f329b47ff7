/** NAdam: Adam that looks ahead along its first moment, as Nesterov's momentum does. */
import { completeMoments, correction, type MomentOptions, type Moments, stepByMoments } from './moments.ts';
import type { OptimizerKind } from './optimizer.ts';

export interface NAdam extends Moments {
  readonly name: 'nadam';
}

/**
 * NAdam with a constant beta1, as Flux and optax have it; torch.optim.NAdam changes beta1 from step to step and
 * differs. With Adam's m and v: x -= learningRate · (beta1 · m / (1 - beta1^(t + 1)) + (1 - beta1) · g / (1 - beta1^t))
 * / (sqrt(v / (1 - beta2^t)) + eps).
 * Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2.
 * @throws UsageError for values out of range.
 */
export function nadam(options: MomentOptions = {}): NAdam {
  return { name: 'nadam', ...completeMoments(options) };
}

export const nadamKind: OptimizerKind<NAdam, Record<never, never>> = {
  hyperparameters: {},
  make: nadam,
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step(kernels, nadam, { t, learningRate }, blocks) {
    const [beta1, beta2] = nadam.betas;
    const mScale = learningRate * beta1 * correction(beta1, t + 1);
    const gScale = learningRate * (1 - beta1) * correction(beta1, t);
    stepByMoments(kernels, nadam, { keep: 1, mScale, gScale, vScale: correction(beta2, t) }, blocks);
  },
  needsCurvature: false,
  describe: () => [],
};
