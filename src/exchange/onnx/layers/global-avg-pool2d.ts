/** The mean of each whole channel: GlobalAveragePool, or a ReduceMean over both axes of the image. */
import { type GlobalAvgPool2d, globalAvgPool2d } from '../../../nn/global-avg-pool2d.ts';
import type { Translation } from '../translation.ts';

export const globalAvgPool2dTranslation: Translation<GlobalAvgPool2d> = {
  write: (_, x, { node }) => node('GlobalAveragePool', [x]),
  read(chain) {
    if (chain.take('GlobalAveragePool')) return { layer: globalAvgPool2d(), parameters: [] };
    const mean = chain.take('ReduceMean');
    if (!mean) return undefined;
    // Since opset 18 the axes are an input.
    const axes = mean.integersAt(1) ?? mean.integers('axes') ?? [];
    const fromStart = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
    if (chain.shape.length !== 3 || `${fromStart}` !== '2,3') {
      throw mean.unsupported(`axes ${axes} are not supported, only 2,3 of images`);
    }
    mean.require('keepdims', mean.integer('keepdims', 1), 1);
    return { layer: globalAvgPool2d(), parameters: [] };
  },
};
