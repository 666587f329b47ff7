/** The windows of convolution and pooling as attributes, and read from them. */
import type { OnnxAttribute } from '../../../formats/onnx.ts';
import type { Sides } from '../../../nn/border.ts';
import type { ChainNode } from '../chain.ts';

export type Size = readonly [vertical: number, horizontal: number];

/** Attributes of Conv, MaxPool and AveragePool. ONNX lists all beginnings of a border, then all ends. */
export function windowAttributes(
  kernelSize: Size,
  stride: Size,
  [top, bottom, left, right]: Sides = [0, 0, 0, 0],
): Readonly<Record<string, OnnxAttribute>> {
  const pads = [top, left, bottom, right];
  return {
    kernel_shape: { integers: kernelSize },
    strides: { integers: stride },
    ...(pads.some((size) => size > 0) ? { pads: { integers: pads } } : {}),
  };
}

/** Stride and borders of a window. @throws WorldError for a window that is not one of two axes without gaps. */
export function readSides(
  node: ChainNode,
  kernelShape = node.integers('kernel_shape'),
): { readonly kernelSize: Size; readonly stride: Size; readonly sides: Sides } {
  const axes = (name: string, list: readonly number[], length: number) => {
    if (list.length !== length) throw node.unsupported(`${name} ${list} is not supported, only ${length} numbers`);
    return list;
  };
  node.require('dilations', node.integers('dilations') ?? [1, 1], [1, 1]);
  const kernelSize = axes('kernel_shape', kernelShape ?? [], 2) as Size;
  const stride = axes('strides', node.integers('strides') ?? [1, 1], 2) as Size;
  const pads = axes('pads', node.integers('pads') ?? [0, 0, 0, 0], 4);
  const [top, left, bottom, right] = pads as readonly [number, number, number, number];
  return { kernelSize, stride, sides: [top, bottom, left, right] };
}

/** A pooling window: without borders, and with whole windows only. */
export function readPooling(node: ChainNode) {
  node.require('auto_pad', node.text('auto_pad', 'NOTSET'), 'NOTSET');
  const { kernelSize, stride, sides } = readSides(node);
  node.require('ceil_mode', node.integer('ceil_mode', 0), 0);
  node.require('pads', sides, [0, 0, 0, 0]);
  return { kernelSize, stride };
}
