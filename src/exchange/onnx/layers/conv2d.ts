/** Convolution: Conv. */

import type { Tensor } from '../../../base/tensor.ts';
import { type Conv2d, conv2d, mostPairs, sidesOf } from '../../../nn/conv2d.ts';
import type { ChainNode } from '../chain.ts';
import type { Translation } from '../translation.ts';
import { readSides, type Size, windowAttributes } from './window.ts';

export const conv2dTranslation: Translation<Conv2d> = {
  write(layer, x, { node, parameter }) {
    const { kernelSize, stride, groups } = layer;
    return node('Conv', [x, parameter('weight'), parameter('bias')], {
      ...windowAttributes(kernelSize, stride, sidesOf(layer)),
      ...(groups === undefined ? {} : { group: { integer: groups } }),
    });
  },
  read(chain) {
    const node = chain.take('Conv');
    if (!node) return undefined;
    const weight = node.tensor(1);
    if (weight?.shape.length !== 4) throw node.unsupported('expected weights [out, in, height, width] in the file');
    const [out, channels, ...size] = weight.shape as [number, number, number, number];
    const kernelSize = node.integers('kernel_shape') ?? size;
    node.require('kernel_shape', kernelSize, size);
    const groups = node.integer('group', 1);
    const connections = groups === 1 ? connectionsOf(weight) : undefined;
    const layer = conv2d(channels * groups, out, size, {
      ...borders(node, size),
      ...(connections ? { connections } : { groups }),
    });
    return { layer, parameters: [weight, node.tensor(2) ?? { shape: [out], data: new Float32Array(out) }] };
  },
};

/** Stride and borders: equal ones on opposite sides, or those of padding 'same'. */
function borders(node: ChainNode, kernelSize: Size): { readonly stride: Size; readonly padding: Size | 'same' } {
  const autoPad = node.text('auto_pad', 'NOTSET');
  const { stride, sides } = readSides(node, kernelSize);
  const [top, bottom, left, right] = sides;
  if (autoPad === 'VALID') return { stride, padding: [0, 0] };
  const same = sidesOf(conv2d(1, 1, kernelSize, { padding: 'same' }));
  const isUnmoved = `${stride}` === '1,1';
  if (autoPad === 'SAME_UPPER' && isUnmoved) return { stride, padding: 'same' };
  node.require('auto_pad', autoPad, 'NOTSET');
  if (top === bottom && left === right) return { stride, padding: [top, left] };
  if (isUnmoved && `${sides}` === `${same}`) return { stride, padding: 'same' };
  throw node.unsupported(
    `pads ${[top, left, bottom, right]} are not supported, only equal ones on opposite sides, or those that keep the image's size`,
  );
}

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
