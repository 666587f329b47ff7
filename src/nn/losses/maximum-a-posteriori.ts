/**
 * The maximum a posteriori criterion of LeNet-5's paper: cross-entropy of distances with one more class, "none of
 * them".
 */
import { completeValues, type HyperparameterTable, number, positive } from '../../base/hyperparameter.ts';
import { type LossKind, lossArguments } from './loss.ts';

/** The plain data of the loss `map`. */
export interface MaximumAPosteriori {
  readonly name: 'map';
  readonly j: number;
}

const hyperparameters = {
  mapConstant: number(0.1, positive, 'Constant j of equation 9'),
} as const satisfies HyperparameterTable;

/**
 * log(e^-j + sum over classes c of e^z_c) - z_right for each image, with z the negative squared distances of an rbf
 * layer. The paper gives images of no class a distance of their own, j. Source: LeCun, Bottou, Bengio, Haffner,
 * "Gradient-based learning applied to document recognition", Proc. IEEE 1998, equation 9.
 * @param j above 0, default 0.1; the paper does not say which it used. @throws UsageError for any other.
 */
export function maximumAPosteriori(j = hyperparameters.mapConstant.default): MaximumAPosteriori {
  return { name: 'map', j: completeValues({ j: hyperparameters.mapConstant }, { j }).j };
}

export const maximumAPosterioriKind: LossKind<MaximumAPosteriori, typeof hyperparameters> = {
  summary: 'equation 9 of LeCun et al. 1998',
  hyperparameters,
  make: ({ mapConstant }) => maximumAPosteriori(mapConstant),
  remake: ({ j }) => maximumAPosteriori(j),
  describe: ({ j }) => `map, j ${j}`,
  needsDistances: true,
  apply: (kernels, { j }, site) =>
    kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -j, smoothing: 0, classWeights: 0 }),
};
