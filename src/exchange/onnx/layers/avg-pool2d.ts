/** Average pooling: AveragePool. */
import { type AvgPool2d, avgPool2d } from '../../../nn/avg-pool2d.ts';
import type { Translation } from '../translation.ts';
import { readPooling, windowAttributes } from './window.ts';

export const avgPool2dTranslation: Translation<AvgPool2d> = {
  write: ({ kernelSize, stride }, x, { node }) => node('AveragePool', [x], windowAttributes(kernelSize, stride)),
  read(chain) {
    const node = chain.take('AveragePool');
    if (!node) return undefined;
    // Without a border it does not matter whether the border counts.
    node.integer('count_include_pad', 0);
    const { kernelSize, stride } = readPooling(node);
    return { layer: avgPool2d(kernelSize, { stride }), parameters: [] };
  },
};
