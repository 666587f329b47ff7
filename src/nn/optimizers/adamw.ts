/** AdamW: Adam with a weight decay that does not pass through the moments. */
import { checkOptions } from '../../base/argument.ts';
import { checkValue, completeValues, type HyperparameterTable } from '../../base/hyperparameter.ts';
import {
  beta1,
  beta2,
  type CorrectedOptions,
  completeMoments,
  correctedOptions,
  correctedScales,
  biasCorrection as correctionEntry,
  eps,
  type Moments,
  momentsText,
  stepByMoments,
} from './moments.ts';
import { type OptimizerKind, weightDecay } from './optimizer.ts';

/** The plain data of `adamw()`. */
export interface AdamW extends Moments {
  readonly name: 'adamw';
  readonly weightDecay: number;
  readonly biasCorrection: boolean;
}

const hyperparameters = { weightDecay, beta1, beta2, eps } as const satisfies HyperparameterTable;

/** Options of {@link adamw}. */
export interface AdamWOptions extends CorrectedOptions {
  /** At least 0. Default 0.01, as in PyTorch. (The command line's default is 0: there every option defaults to none.) */
  readonly weightDecay?: number | undefined;
}

/**
 * AdamW, equal to torch.optim.AdamW: x loses learningRate · weightDecay · x, then does Adam's step.
 * Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function adamw(options: AdamWOptions = {}): AdamW {
  checkOptions('adamw()', options, { ...correctedOptions, weightDecay: true });
  const { biasCorrection = true, weightDecay: decay = 0.01 } = options;
  checkValue('biasCorrection', correctionEntry, biasCorrection);
  return {
    name: 'adamw',
    ...completeMoments(options),
    ...completeValues({ weightDecay }, { weightDecay: decay }),
    biasCorrection,
  };
}

export const adamwKind: OptimizerKind<AdamW, typeof hyperparameters> = {
  hyperparameters,
  make: ({ beta1, beta2, learningRate, l2, decayBiases, eps, weightDecay }) =>
    adamw({ learningRate, l2, decayBiases, betas: [beta1, beta2], eps, weightDecay }),
  remake: ({ name: _, ...options }) => adamw(options),
  stateNames: () => ['exp_avg', 'exp_avg_sq'],
  step(kernels, adamw, step, blocks) {
    const { first: mScale, second: vScale } = correctedScales(adamw, step);
    stepByMoments(
      kernels,
      adamw,
      { keep: 1 - step.learningRate * adamw.weightDecay, mScale, gScale: 0, vScale },
      blocks,
    );
  },
  needsCurvature: false,
  describe: (adamw) => [`weight decay ${adamw.weightDecay}`, ...momentsText(adamw)],
  equalTo: ({ weightDecay }) =>
    weightDecay === 0 ? { name: 'adam', why: 'AdamW with weight decay 0 is Adam' } : undefined,
};
