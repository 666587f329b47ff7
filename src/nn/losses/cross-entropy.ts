/** Cross-entropy of the softmax. */
import { checkOptions } from '../../base/argument.ts';
import { completeValues, fraction, type HyperparameterTable, number } from '../../base/hyperparameter.ts';
import { type LossKind, lossArguments } from './loss.ts';

/** The plain data of the loss `cross-entropy`. */
export interface CrossEntropy {
  readonly name: 'cross-entropy';
  readonly labelSmoothing: number;
}

const hyperparameters = {
  labelSmoothing: number(0, fraction, 'Share of each target that is spread over all classes'),
} as const satisfies HyperparameterTable;

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** Share of each target that is spread evenly over all classes, 0 to below 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
}

/**
 * log(sum over classes c of e^z_c) - z_right for each image, equal to torch.nn.CrossEntropyLoss; z are the network's
 * outputs. With a label smoothing s, training follows the gradient of torch.nn.CrossEntropyLoss(label_smoothing=s),
 * whose target is (1 - s) for the right class plus s / classes for each class; losses that are reported stay those
 * without smoothing. Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016,
 * section 7.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): CrossEntropy {
  checkOptions('crossEntropy()', options, { labelSmoothing: true });
  return { name: 'cross-entropy', ...completeValues(hyperparameters, { labelSmoothing: options.labelSmoothing }) };
}

export const crossEntropyKind: LossKind<CrossEntropy, typeof hyperparameters> = {
  hyperparameters,
  make: ({ labelSmoothing }) => crossEntropy({ labelSmoothing }),
  remake: ({ name: _, ...options }) => crossEntropy(options),
  describe: ({ name, labelSmoothing }) => (labelSmoothing > 0 ? `${name}, label smoothing ${labelSmoothing}` : name),
  needsDistances: false,
  apply: (kernels, { labelSmoothing: smoothing }, site) =>
    kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -Infinity, smoothing }),
  // The targets are constants, so the second derivatives do not depend on them.
  curvature(kernels, _, site) {
    const { gradient, labels, images, lanes, classes } = site;
    kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -Infinity, smoothing: 0 });
    kernels.softmaxOfGradient({ gradient, labels, count: images, classes });
    kernels.softmaxCurvature({ probabilities: gradient, h: gradient, vectors: Math.ceil(images / lanes) * classes });
  },
};
