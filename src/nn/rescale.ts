/** A layer that maps pixels from [0, 1] to another range. */
import { checkFinite } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a rescale layer. */
export interface Rescale {
  readonly type: 'rescale';
  readonly low: number;
  readonly high: number;
}

/** y = low + (high - low) · x: 0 becomes `low`, 1 becomes `high`. @throws UsageError unless these are two different finite numbers. */
export function rescale(low: number, high: number): Rescale {
  checkFinite('rescale: low', low);
  checkFinite('rescale: high', high);
  if (low === high) throw new UsageError(`rescale: expected two different numbers, got ${low} and ${high}`);
  return { type: 'rescale', low, high };
}

export const rescaleKind: LayerKind<Rescale> = {
  remake: ({ low, high }) => rescale(low, high),
  print: ({ low, high }) => `Rescale(${low}, ${high})`,
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place({ low, high }, site) {
    const { kernels, input } = site;
    const output = allocateOutput(site);
    const vectors = elementsOf(input.shape);
    const scale = high - low;
    const back =
      (factor: number) =>
      ({ packs }: Pass) => {
        const [x, y] = [output.gradient, input.gradient];
        if (y) kernels.rescaleVectors({ x, y, vectors: packs * vectors, scale: factor, offset: 0 });
      };
    return {
      work: ['scale and shift', 'scale'],
      output,
      forward: ({ packs }) =>
        kernels.rescaleVectors({ x: input.value, y: output.value, vectors: packs * vectors, scale, offset: low }),
      backward: back(scale),
      curvature: back(scale * scale),
    };
  },
};
