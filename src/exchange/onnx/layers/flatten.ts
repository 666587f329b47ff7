/** Flatten: Flatten, or a Reshape to [N, features]. */
import { elementsOf } from '../../../base/tensor.ts';
import { type Flatten, flatten } from '../../../nn/flatten.ts';
import type { Translation } from '../translation.ts';

export const flattenTranslation: Translation<Flatten> = {
  write: (_, x, { node }) => node('Flatten', [x], { axis: { integer: 1 } }),
  read(chain) {
    const node = chain.take('Flatten');
    if (node) {
      node.require('axis', node.integer('axis', 1), 1);
      return { layer: flatten(), parameters: [] };
    }
    const reshape = chain.take('Reshape');
    if (!reshape) return undefined;
    const shape = reshape.integersAt(1) ?? [];
    const features = elementsOf(chain.shape);
    reshape.integer('allowzero', 0);
    if (shape.length !== 2 || ![-1, features].includes(shape[1]!)) {
      throw reshape.unsupported(`the shape [${shape.join(', ')}] is not supported, only [N, ${features}]`);
    }
    return { layer: flatten(), parameters: [] };
  },
};
