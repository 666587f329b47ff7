/** A border of one value: Pad. */
import { type Pad2d, pad2d } from '../../../nn/pad2d.ts';
import { onlyNumber, shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const pad2dTranslation: Translation<Pad2d> = {
  write({ padding: [vertical, horizontal], value }, x, { node, constant }) {
    const integers = [0, 0, vertical, horizontal, 0, 0, vertical, horizontal];
    const pads = constant('pads', { shape: [8], integers });
    return node('Pad', [x, pads, constant('value', { shape: [], data: Float32Array.of(value) })]);
  },
  read(chain) {
    const node = chain.take('Pad');
    if (!node) return undefined;
    node.require('mode', node.text('mode', 'constant'), 'constant');
    // Until opset 10 both are attributes.
    const pads = node.integersAt(1) ?? node.integers('pads') ?? [];
    const value = onlyNumber(node.tensor(2)) ?? node.float('value', 0);
    const [vertical = 0, horizontal = 0] = pads.slice(2, 4);
    node.require('pads', pads, [0, 0, vertical, horizontal, 0, 0, vertical, horizontal]);
    return { layer: pad2d([vertical, horizontal], shortest(value)), parameters: [] };
  },
};
