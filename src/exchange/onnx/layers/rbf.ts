/** Distances from codes: Unsqueeze to [N, 1, features], Sub of the codes, ReduceSumSquare over the features, Neg. */
import { type Rbf, rbf } from '../../../nn/rbf.ts';
import { type ChainNode, shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const rbfTranslation: Translation<Rbf> = {
  write({ codes }, x, { node, constant }) {
    const shape = [codes.length, codes[0]!.length];
    const column = node('Unsqueeze', [x, constant('axes', { shape: [1], integers: [1] })]);
    const difference = node('Sub', [column, constant('codes', { shape, data: Float32Array.from(codes.flat()) })]);
    const sum = { axes: { integers: [2] }, keepdims: { integer: 0 } };
    return node('Neg', [node('ReduceSumSquare', [difference], sum)]);
  },
  read(chain) {
    const nodes = chain.takeAll('Unsqueeze', 'Sub', 'ReduceSumSquare', 'Neg');
    if (!nodes) return undefined;
    const [column, difference, sum] = nodes as [ChainNode, ChainNode, ChainNode, ChainNode];
    column.require('axes', column.integersAt(1) ?? column.integers('axes') ?? [], [1]);
    // Since opset 18 the axes are an input.
    sum.require('axes', sum.integersAt(1) ?? sum.integers('axes') ?? [], [2]);
    sum.require('keepdims', sum.integer('keepdims', 1), 0);
    const codes = difference.tensor(1 - difference.place);
    if (codes?.shape.length !== 2) throw difference.unsupported('expected codes [classes, features] in the file');
    const [classes, features] = codes.shape as [number, number];
    const rows = Array.from({ length: classes }, (_, row) =>
      [...codes.data.subarray(row * features, (row + 1) * features)].map(shortest),
    );
    return { layer: rbf(rows), parameters: [] };
  },
};
