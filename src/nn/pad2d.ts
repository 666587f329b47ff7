/** A border of one value around every image. */

import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import { pair, printSize, type Size } from './window.ts';

export interface Pad2d {
  readonly type: 'pad2d';
  readonly padding: readonly [number, number];
  readonly value: number;
}

/** @param padding rows above and below, columns left and right. @param value default 0. @throws UsageError. */
export function pad2d(padding: Size, value = 0): Pad2d {
  if (!Number.isFinite(value)) throw new UsageError(`pad2d: value must be a number, got ${value}`);
  return { type: 'pad2d', padding: pair(padding, 'pad2d padding', 0), value };
}

export const pad2dKind: LayerKind<Pad2d> = {
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
    const { kernels, arena, input } = site;
    const output = allocateOutput(site);
    // Only the inside is ever written again.
    arena.f32(output.value, site.quads * elementsOf(output.shape) * 4).fill(value);
    const [channels, height, width] = input.shape as [number, number, number];
    const row = width * channels * 16;
    const paddedRow = output.shape[2]! * channels * 16;
    const outside = [row, height * row] as const;
    const inside = [paddedRow, output.shape[1]! * paddedRow] as const;
    const corner = padding[0] * paddedRow + padding[1] * channels * 16;
    const backward = (quads: number) => {
      if (!input.gradient) return;
      kernels.copyBox(output.gradient + corner, ...inside, input.gradient, ...outside, quads, height, row);
    };
    return {
      work: ['copy into the border', 'copy out of it'],
      output,
      forward: (quads) =>
        kernels.copyBox(input.value, ...outside, output.value + corner, ...inside, quads, height, row),
      backward,
      curvature: backward,
    };
  },
};
