/**
 * The kernels: the functions that JavaScript may call. To add a kernel, export it here; the build reads its signature
 * and writes the typed call (scripts/kernel-binding.mjs). The caller owns all memory. Addresses and strides are in
 * bytes.
 */
export {
  geluForward,
  geluWithSlopes,
  leakyReluBackward,
  leakyReluForward,
  siluForward,
  siluWithSlopes,
  slopesBackward,
} from './activations';
export { heapBase } from './arithmetic';
export { eraseBox, frameBytes, frameFloats, resample } from './augment';
export { batchNormBackward, channelMoments, normalizedProducts } from './batch-norm2d';
export { clearBlocks, conv2dBackward, packWeights } from './conv2d';
export { dropout } from './dropout';
export { groupedInputGradient, groupedWeightSums, packsToPlanes, planesToPacks } from './grouped-conv2d';
export {
  addVectors,
  copyBox,
  cutStrips,
  gatherBytes,
  gatherFloats,
  joinStrips,
  packsToRows,
  rowsToPacks,
  factorMatrix,
  swapAxes,
  transposeMatrix,
} from './layout';
export { sumOverImages } from './linear';
export { addSoftmax, rightLogitLoss, softmaxCrossEntropy, softmaxCurvature, softmaxOfGradient } from './losses';
export { matmul, matmulTaps } from './matmul';
export { maxPool2dBackward, maxPool2dForward, maxPool2dRelu } from './max-pool2d';
export {
  adabelief,
  adam,
  averageVectors,
  flushTiny,
  lion,
  sdlm,
  sgd,
  sumChunks,
  sumOfSquares,
} from './optimizers';
export { rbfBackward, rbfCurvature, rbfForward, rbfLossCurvature } from './rbf';
export { reluBackward, reluForward } from './relu';
export { sigmoidBackward, sigmoidForward, tanhBackward, tanhForward } from './squash';
export {
  channelProducts,
  rescaleVectors,
  scaleChannels,
  squareVectors,
  sumPool2dBackward,
  sumPool2dForward,
} from './sum-pool2d';
export { winogradForward, winogradWeights } from './winograd';
