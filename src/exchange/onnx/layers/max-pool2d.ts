/** Max-pooling: MaxPool. */
import { type MaxPool2d, maxPool2d } from '../../../nn/max-pool2d.ts';
import type { Translation } from '../translation.ts';
import { readPooling, windowAttributes } from './window.ts';

export const maxPool2dTranslation: Translation<MaxPool2d> = {
  write: ({ kernelSize, stride }, x, { node }) => node('MaxPool', [x], windowAttributes(kernelSize, stride)),
  read(chain) {
    const node = chain.take('MaxPool');
    if (!node) return undefined;
    node.require('storage_order', node.integer('storage_order', 0), 0);
    const { kernelSize, stride } = readPooling(node);
    return { layer: maxPool2d(kernelSize, { stride }), parameters: [] };
  },
};
