/** Places activations that store their slopes in training, since slopes cost nearly as much as values. */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type PlacedLayer, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

interface Blocks {
  readonly x: number;
  readonly y: number;
  readonly vectors: number;
}

/** The kernels of an activation. */
interface Activate {
  forward(blocks: Blocks): void;
  /** `forward`, and slopes = f'(x). */
  withSlopes(blocks: Blocks & { readonly slopes: number }): void;
}

/** @param name for the table of kernels. */
export function placeWithSlopes(site: Site, name: string, { forward, withSlopes }: Activate): PlacedLayer {
  const { kernels, input } = site;
  const output = allocateOutput(site);
  const elements = elementsOf(input.shape);
  const slopes = site.training && input.gradient ? site.arena.allocate(site.packs * elements * site.vectorBytes) : 0;
  const back =
    (power: number) =>
    ({ packs }: Pass) => {
      if (!slopes) return;
      kernels.slopesBackward({ slopes, dy: output.gradient, dx: input.gradient, vectors: packs * elements, power });
    };
  return {
    work: [name, 'slope from the forward half'],
    output,
    forward({ packs }) {
      const blocks = { x: input.value, y: output.value, vectors: packs * elements };
      if (slopes) withSlopes({ ...blocks, slopes });
      else forward(blocks);
    },
    backward: back(1),
    curvature: back(2),
  };
}
