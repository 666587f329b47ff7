/** Residual addition: Add of two values that both depend on the image. */
import { type Add, add } from '../../../nn/add.ts';
import type { Translation } from '../translation.ts';

export const addTranslation: Translation<Add> = {
  write: ({ layer }, x, { node, valueAfter }) => node('Add', [x, valueAfter(layer)]),
  read(chain) {
    const node = chain.peek();
    if (node?.operator !== 'Add' || !node.isJoin) return undefined;
    // An Add of a value and itself has one value only.
    const other = node.values.find((value) => value !== chain.value) ?? chain.value;
    chain.takeJoin('Add', other);
    const { name, shape } = chain.layerAt(other);
    if (`${shape}` !== `${chain.shape}`) {
      throw node.unsupported(
        `its inputs have the shapes [${chain.shape.join(', ')}] and [${shape.join(', ')}]; only equal shapes are added`,
      );
    }
    return { layer: add(name), parameters: [] };
  },
};
