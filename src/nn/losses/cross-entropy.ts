/** Cross-entropy of the softmax. */
import { checkOptions, shown, wrong } from '../../base/argument.ts';
import { UsageError } from '../../base/errors.ts';
import {
  completeValues,
  fraction,
  type HyperparameterTable,
  list,
  number,
  numbersIn,
} from '../../base/hyperparameter.ts';
import { type LossKind, lossArguments } from './loss.ts';

/** The plain data of the loss `cross-entropy`. */
export interface CrossEntropy {
  readonly name: 'cross-entropy';
  readonly labelSmoothing: number;
  /** The weight of each class. Absent where all classes count alike. */
  readonly classWeights?: readonly number[];
}

const hyperparameters = {
  labelSmoothing: number(0, fraction, 'Share of each target that is spread over all classes'),
  classWeights: list(
    'none',
    ['none', 'balanced'],
    'Weight of each class in the loss: none; balanced: rare classes count more, so that all classes count alike; or a number for each class',
  ),
} as const satisfies HyperparameterTable;

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** Share of each target that is spread evenly over all classes, 0 to below 1. Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** The weight of each class, from 1e-6 to 1e6, as many as the model has classes. Default: all classes count alike. */
  readonly classWeights?: readonly number[] | undefined;
}

/**
 * log(sum over classes c of e^z_c) - z_right for each image, equal to torch.nn.CrossEntropyLoss; z are the network's
 * outputs. With a label smoothing s, training follows the gradient of torch.nn.CrossEntropyLoss(label_smoothing=s),
 * whose target is (1 - s) for the right class plus s / classes for each class. With class weights, training follows the
 * gradient of torch.nn.CrossEntropyLoss(weight=...): the loss of a batch is the mean over its images, each with the
 * weight of its class. Losses that are reported stay those without smoothing and without weights. Source: Szegedy et
 * al., "Rethinking the Inception architecture for computer vision", CVPR 2016, section 7.
 * @throws UsageError for values out of range, and for unknown options.
 */
export function crossEntropy(options: CrossEntropyOptions = {}): CrossEntropy {
  checkOptions('crossEntropy()', options, { labelSmoothing: true, classWeights: true });
  const { labelSmoothing, classWeights } = options;
  const smoothing = completeValues({ labelSmoothing: hyperparameters.labelSmoothing }, { labelSmoothing });
  if (classWeights === undefined) return { name: 'cross-entropy', ...smoothing };
  checkClassWeights(classWeights);
  return { name: 'cross-entropy', ...smoothing, classWeights };
}

function checkClassWeights(weights: readonly number[]): void {
  if (!Array.isArray(weights) || weights.length === 0 || weights.length > 256) {
    throw wrong('classWeights', 'a list with a number for each class, 1 to 256', weights);
  }
  const bad = weights.findIndex((weight) => !(typeof weight === 'number' && weight >= 1e-6 && weight <= 1e6));
  if (bad >= 0) {
    throw new UsageError(`classWeights: weight ${bad}: expected a number from 1e-6 to 1e6, got ${shown(weights[bad])}`);
  }
}

export const crossEntropyKind: LossKind<CrossEntropy, typeof hyperparameters> = {
  hyperparameters,
  make: ({ labelSmoothing, classWeights }) => crossEntropy({ labelSmoothing, classWeights: numbersIn(classWeights) }),
  remake: ({ name: _, ...options }) => crossEntropy(options),
  describe: ({ name, labelSmoothing, classWeights }) =>
    [
      name,
      ...(labelSmoothing > 0 ? [`label smoothing ${labelSmoothing}`] : []),
      ...(classWeights ? [`class weights ${described(classWeights)}`] : []),
    ].join(', '),
  needsDistances: false,
  classWeights: ({ classWeights }) => classWeights,
  apply: (kernels, { labelSmoothing: smoothing }, site) =>
    kernels.softmaxCrossEntropy({
      ...lossArguments(site),
      backgroundLogit: -Infinity,
      smoothing,
      classWeights: site.classWeights,
    }),
  // The targets are constants, so the second derivatives do not depend on them.
  curvature(kernels, _, site) {
    const { gradient, labels, images, lanes, classes } = site;
    kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -Infinity, smoothing: 0, classWeights: 0 });
    kernels.softmaxOfGradient({ gradient, labels, count: images, classes });
    kernels.softmaxCurvature({ probabilities: gradient, h: gradient, vectors: Math.ceil(images / lanes) * classes });
  },
};

/** `1, 2, 0.5`; of more than ten classes the smallest and the largest weight. */
function described(weights: readonly number[]): string {
  const short = (weight: number) => Number(weight.toPrecision(4));
  if (weights.length <= 10) return weights.map(short).join(' ');
  return `from ${short(Math.min(...weights))} to ${short(Math.max(...weights))}`;
}
