/** Batch normalization by the running statistics: BatchNormalization. */
import { type BatchNorm2d, batchNorm2d } from '../../../nn/batch-norm2d.ts';
import { shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const batchNorm2dTranslation: Translation<BatchNorm2d> = {
  write({ eps, momentum }, x, { node, parameter }) {
    const tensors = ['weight', 'bias', 'running_mean', 'running_var'].map(parameter);
    // ONNX counts the share of the old statistics, PyTorch that of the new ones.
    return node('BatchNormalization', [x, ...tensors], { epsilon: { float: eps }, momentum: { float: 1 - momentum } });
  },
  read(chain) {
    const node = chain.take('BatchNormalization');
    if (!node) return undefined;
    node.require('training_mode', node.integer('training_mode', 0), 0);
    // Until opset 8.
    node.require('spatial', node.integer('spatial', 1), 1);
    const [weight, bias, mean, variance] = [1, 2, 3, 4].map((input) => node.tensor(input));
    if (!weight || !bias || !mean || !variance) {
      throw node.unsupported('expected scale, bias, mean and variance in the file');
    }
    if (variance.data.some((value) => value < 0)) throw node.unsupported('a variance is below 0');
    const eps = shortest(node.float('epsilon', 1e-5));
    const momentum = shortest(Math.fround(1 - shortest(node.float('momentum', 0.9))));
    // Only training reads it.
    const isFine = momentum > 0 && momentum <= 1;
    const layer = batchNorm2d(weight.data.length, { eps, ...(isFine ? { momentum } : {}) });
    return { layer, parameters: [weight, bias], buffers: [mean, variance] };
  },
};
