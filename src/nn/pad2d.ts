/** A border of one value around every image. */

import { checkFinite } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { placeBorder } from './border.ts';
import type { LayerKind } from './layer.ts';
import { pair, printSize, type Size } from './window.ts';

/** The plain data of a border. */
export interface Pad2d {
  readonly type: 'pad2d';
  readonly padding: readonly [number, number];
  readonly value: number;
}

/**
 * A border of one value around every image: [channels, height, width] becomes [channels, height + 2 · padding, width + 2 · padding].
 * @param padding in pixels: an integer of at least 0, or [rows above and below, columns left and right].
 * @param value of the border, a finite number. Default 0.
 * @throws UsageError for any other padding or value.
 */
export function pad2d(padding: Size, value = 0): Pad2d {
  checkFinite('pad2d value', value);
  return { type: 'pad2d', padding: pair(padding, 'pad2d padding', 0), value };
}

export const pad2dKind: LayerKind<Pad2d> = {
  remake: ({ padding, value }) => pad2d(padding, value),
  print: ({ padding, value }) => `ConstantPad2d(${printSize(padding)}, value=${value})`,
  outputShape({ padding }, input) {
    if (input.length !== 3)
      throw new UsageError(`pad2d expects images [channels, height, width], got [${input.join(', ')}]`);
    return [input[0]!, input[1]! + 2 * padding[0], input[2]! + 2 * padding[1]];
  },
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place({ padding, value }, site) {
    const { padded, pad, crop } = placeBorder(padding, value, site);
    return {
      work: ['copy into the border', 'copy out of it'],
      output: padded,
      forward: ({ packs }) => pad(packs),
      backward: ({ packs }) => crop(packs),
      curvature: ({ packs }) => crop(packs),
    };
  },
};
