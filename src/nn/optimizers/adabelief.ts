/** AdaBelief: steps are large where the gradient is as the first moment foretold. */
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
  type Moments,
  momentsText,
} from './moments.ts';
import type { OptimizerKind } from './optimizer.ts';

/** The plain data of `adabelief()`. */
export interface AdaBelief extends Moments {
  readonly name: 'adabelief';
  readonly biasCorrection: boolean;
  /** Added to the running variance at every step. */
  readonly epsInside: number;
}

const hyperparameters = { biasCorrection, beta1, beta2 } as const satisfies HyperparameterTable;

/**
 * AdaBelief, equal to optax.adabelief: m = beta1 · m + (1 - beta1) · g and s = beta2 · s + (1 - beta2) · (g - m)² + eps, then
 * x -= learningRate · m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps), with eps 1e-16.
 * Source: Zhuang et al., "AdaBelief optimizer", NeurIPS 2020, algorithm 2.
 * Without bias correction it is what Flux 0.12.4 did: eps is 1e-8, and none is added to s.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function adabelief(options: CorrectedOptions = {}): AdaBelief {
  checkOptions('adabelief()', options, correctedOptions);
  const corrected = completeValues({ biasCorrection }, { biasCorrection: options.biasCorrection });
  const isCorrected = corrected.biasCorrection;
  const { eps = isCorrected ? 1e-16 : 1e-8, ...rest } = options;
  const moments = completeMoments({ ...rest, eps });
  return { name: 'adabelief', ...moments, ...corrected, epsInside: isCorrected ? moments.eps : 0 };
}

export const adabeliefKind: OptimizerKind<AdaBelief, typeof hyperparameters> = {
  hyperparameters,
  make: ({ beta1, beta2, learningRate, l2, decayBiases, biasCorrection }) =>
    adabelief({ learningRate, l2, decayBiases, betas: [beta1, beta2], biasCorrection }),
  remake: ({ name: _, epsInside: __, ...options }) => adabelief(options),
  stateNames: () => ['exp_avg', 'exp_avg_var'],
  step(kernels, adabelief, number, { x, gradient, state, vectors }) {
    const { l2, eps, epsInside } = adabelief;
    const [beta1, beta2] = adabelief.betas;
    const [m = 0, s = 0] = state;
    const { first: mScale, second: sScale } = correctedScales(adabelief, number);
    const [rest1, rest2] = [1 - beta1, 1 - beta2];
    const block = { x, g: gradient, m, s, vectors };
    kernels.adabelief({ ...block, l2, beta1, rest1, beta2, rest2, eps, epsInside, mScale, sScale });
  },
  needsCurvature: false,
  describe: (adabelief) => [
    ...momentsText(adabelief, { betas: [beta1.default, beta2.default], eps: adabelief.eps }),
    ...(adabelief.biasCorrection ? [] : ['no bias correction']),
  ],
};
