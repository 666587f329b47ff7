/** A dense layer: Gemm with the weights transposed, as PyTorch has them; also MatMul, with or without an Add. */
import type { Tensor } from '../../../base/tensor.ts';
import { type Linear, linear } from '../../../nn/linear.ts';
import type { Chain, ChainNode } from '../chain.ts';
import type { FoundLayer, Translation } from '../translation.ts';

export const linearTranslation: Translation<Linear> = {
  write: (_, x, { node, parameter }) =>
    node('Gemm', [x, parameter('weight'), parameter('bias')], { transB: { integer: 1 } }),
  read: (chain) => readGemm(chain) ?? readMatMul(chain),
};

function readGemm(chain: Chain): FoundLayer<Linear> | undefined {
  const node = chain.take('Gemm');
  if (!node) return undefined;
  for (const factor of ['alpha', 'beta']) node.require(factor, node.float(factor, 1), 1);
  node.require('transA', node.integer('transA', 0), 0);
  return found(node, node.integer('transB', 0) === 1, node.tensor(2));
}

function readMatMul(chain: Chain): FoundLayer<Linear> | undefined {
  const node = chain.take('MatMul');
  if (!node) return undefined;
  const next = chain.peek();
  const bias = next?.operator === 'Add' ? next.tensor(1 - next.place) : undefined;
  if (bias && bias.shape.length > 0) chain.take('Add');
  return found(node, false, bias && bias.shape.length > 0 ? bias : undefined);
}

/** @param isTransposed whether the weights are [out, in], else [in, out]. */
function found(node: ChainNode, isTransposed: boolean, bias: Tensor | undefined): FoundLayer<Linear> {
  const given = node.place === 0 ? node.tensor(1) : undefined;
  if (given?.shape.length !== 2) throw node.unsupported('expected weights with two axes in the file, after the input');
  const weight = isTransposed ? given : transposed(given);
  const [out, features] = weight.shape as [number, number];
  if (bias && bias.data.length !== out) throw node.unsupported(`expected ${out} biases, got ${bias.data.length}`);
  const data = bias?.data ?? new Float32Array(out);
  return { layer: linear(features, out), parameters: [weight, { shape: [out], data }] };
}

function transposed({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[row * columns + column]!;
  }
  return { shape: [columns, rows], data: turned };
}
