/** All translations: how each type of layer is written into an ONNX graph and found in one. To add a layer, add it here. */
import type { Layer } from '../../nn/layers.ts';
import { addTranslation } from './layers/add.ts';
import { avgPool2dTranslation } from './layers/avg-pool2d.ts';
import { batchNorm2dTranslation } from './layers/batch-norm2d.ts';
import { conv2dTranslation } from './layers/conv2d.ts';
import { dropoutTranslation } from './layers/dropout.ts';
import { flattenTranslation } from './layers/flatten.ts';
import { geluTranslation } from './layers/gelu.ts';
import { globalAvgPool2dTranslation } from './layers/global-avg-pool2d.ts';
import { leakyReluTranslation } from './layers/leaky-relu.ts';
import { linearTranslation } from './layers/linear.ts';
import { maxPool2dTranslation } from './layers/max-pool2d.ts';
import { normalizeTranslation } from './layers/normalize.ts';
import { outputOfTranslation } from './layers/output-of.ts';
import { pad2dTranslation } from './layers/pad2d.ts';
import { rbfTranslation } from './layers/rbf.ts';
import { reluTranslation } from './layers/relu.ts';
import { rescaleTranslation } from './layers/rescale.ts';
import { siluTranslation } from './layers/silu.ts';
import { sigmoidTranslation, tanhTranslation } from './layers/squash.ts';
import { subsample2dTranslation } from './layers/subsample2d.ts';
import type { Translation } from './translation.ts';

/** In the order in which they are tried on a graph: what begins with the same operator is longer and comes first. */
export const translations: { readonly [L in Layer as L['type']]: Translation<L> } = {
  conv2d: conv2dTranslation,
  maxPool2d: maxPool2dTranslation,
  subsample2d: subsample2dTranslation,
  avgPool2d: avgPool2dTranslation,
  globalAvgPool2d: globalAvgPool2dTranslation,
  batchNorm2d: batchNorm2dTranslation,
  dropout: dropoutTranslation,
  add: addTranslation,
  outputOf: outputOfTranslation,
  relu: reluTranslation,
  leakyRelu: leakyReluTranslation,
  gelu: geluTranslation,
  silu: siluTranslation,
  tanh: tanhTranslation,
  sigmoid: sigmoidTranslation,
  flatten: flattenTranslation,
  linear: linearTranslation,
  rbf: rbfTranslation,
  pad2d: pad2dTranslation,
  rescale: rescaleTranslation,
  normalize: normalizeTranslation,
};
