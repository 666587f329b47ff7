/** Convolution: Conv. */

import type { Tensor } from '../../../base/tensor.ts';
import { type Conv2d, conv2d, mostPairs } from '../../../nn/conv2d.ts';
import type { Translation } from '../translation.ts';
import { readWindow, windowAttributes } from './window.ts';

export const conv2dTranslation: Translation<Conv2d> = {
  write: ({ kernelSize, stride, padding }, x, { node, parameter }) =>
    node('Conv', [x, parameter('weight'), parameter('bias')], windowAttributes(kernelSize, stride, padding)),
  read(chain) {
    const node = chain.take('Conv');
    if (!node) return undefined;
    const weight = node.tensor(1);
    if (weight?.shape.length !== 4) throw node.unsupported('expected weights [out, in, height, width] in the file');
    node.require('group', node.integer('group', 1), 1);
    const [out, channels, ...size] = weight.shape as [number, number, number, number];
    const window = readWindow(node, node.integers('kernel_shape') ?? size);
    node.require('kernel_shape', window.kernelSize, size);
    const bias = node.tensor(2) ?? { shape: [out], data: new Float32Array(out) };
    const connections = connectionsOf(weight);
    const options = { stride: window.stride, padding: window.padding, ...(connections ? { connections } : {}) };
    return { layer: conv2d(channels, out, window.kernelSize, options), parameters: [weight, bias] };
  },
};

/** The input channels that each output channel reads, where some planes of weights are zero; else undefined. */
function connectionsOf({ shape, data }: Tensor): readonly (readonly number[])[] | undefined {
  const [out, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  if (out * channels > mostPairs) return undefined;
  const isZero = (plane: number) => data.subarray(plane * area, (plane + 1) * area).every((value) => value === 0);
  const rows = Array.from({ length: out }, (_, row) =>
    Array.from({ length: channels }, (_, channel) => channel).filter((channel) => !isZero(row * channels + channel)),
  );
  const isPartial = rows.some((row) => row.length < channels) && rows.every((row) => row.length > 0);
  return isPartial ? rows : undefined;
}
