/** The squared distance from the code of the right class. */
import { type LossKind, lossArguments } from './loss.ts';

/** The plain data of the loss `mse`. */
export interface Mse {
  readonly name: 'mse';
}

/**
 * -z_right for each image, with z the negative squared distances of an rbf layer. Nothing keeps the last layer's inputs
 * from shrinking towards one point. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to
 * document recognition", Proc. IEEE 1998, equation 8.
 */
export function mse(): Mse {
  return { name: 'mse' };
}

export const mseKind: LossKind<Mse, Record<never, never>> = {
  summary: 'equation 8 of LeCun et al. 1998',
  hyperparameters: {},
  make: mse,
  remake: mse,
  describe: ({ name }) => name,
  needsDistances: true,
  apply: (kernels, _, site) => kernels.rightLogitLoss(lossArguments(site)),
};
