/** Cross-entropy of the softmax. */
import { type LossKind, lossArguments } from './loss.ts';

/** The plain data of the loss `cross-entropy`. */
export interface CrossEntropy {
  readonly name: 'cross-entropy';
}

/**
 * log(sum over classes c of e^z_c) - z_right for each image, equal to torch.nn.CrossEntropyLoss; z are the network's
 * outputs.
 */
export function crossEntropy(): CrossEntropy {
  return { name: 'cross-entropy' };
}

export const crossEntropyKind: LossKind<CrossEntropy, Record<never, never>> = {
  hyperparameters: {},
  make: crossEntropy,
  remake: crossEntropy,
  describe: ({ name }) => name,
  needsDistances: false,
  apply: (kernels, _, site) => kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -Infinity }),
  curvature(kernels, _, site) {
    const { gradient, labels, images, lanes, classes } = site;
    kernels.softmaxCrossEntropy({ ...lossArguments(site), backgroundLogit: -Infinity });
    kernels.softmaxOfGradient({ gradient, labels, count: images, classes });
    kernels.softmaxCurvature({ probabilities: gradient, h: gradient, vectors: Math.ceil(images / lanes) * classes });
  },
};
