/** The windows of convolution and pooling as attributes, and read from them. */
import type { OnnxAttribute } from '../../../formats/onnx.ts';
import type { ChainNode } from '../chain.ts';

type Pair = readonly [number, number];

/** Attributes of Conv, MaxPool and AveragePool. ONNX lists all beginnings of a border, then all ends. */
export function windowAttributes(
  kernelSize: Pair,
  stride: Pair,
  padding: Pair = [0, 0],
): Readonly<Record<string, OnnxAttribute>> {
  return {
    kernel_shape: { integers: kernelSize },
    strides: { integers: stride },
    ...(padding.some((size) => size > 0) ? { pads: { integers: [...padding, ...padding] } } : {}),
  };
}

/** @throws WorldError for a window that is not one of two axes with equal borders on both sides. */
export function readWindow(node: ChainNode, kernelShape = node.integers('kernel_shape')) {
  const axes = (name: string, list: readonly number[], length: number) => {
    if (list.length !== length) throw node.unsupported(`${name} ${list} is not supported, only ${length} numbers`);
    return list;
  };
  node.require('auto_pad', node.text('auto_pad', 'NOTSET'), 'NOTSET');
  node.require('dilations', node.integers('dilations') ?? [1, 1], [1, 1]);
  const kernelSize = axes('kernel_shape', kernelShape ?? [], 2) as Pair;
  const stride = axes('strides', node.integers('strides') ?? [1, 1], 2) as Pair;
  const [top, left, bottom, right] = axes('pads', node.integers('pads') ?? [0, 0, 0, 0], 4) as [...Pair, ...Pair];
  if (top !== bottom || left !== right) {
    throw node.unsupported(`pads ${[top, left, bottom, right]} are not supported, only equal ones on opposite sides`);
  }
  return { kernelSize, stride, padding: [top, left] as const };
}

/** A pooling window: without borders, and with whole windows only. */
export function readPooling(node: ChainNode) {
  const { kernelSize, stride, padding } = readWindow(node);
  node.require('ceil_mode', node.integer('ceil_mode', 0), 0);
  node.require('pads', padding, [0, 0]);
  return { kernelSize, stride };
}
