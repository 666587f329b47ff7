/** Places activations whose slope is found from their input. */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type PlacedLayer, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

interface Blocks {
  readonly x: number;
  readonly vectors: number;
}

/** The kernels of an activation. */
interface Activate {
  forward(blocks: Blocks & { readonly y: number }): void;
  /** dx = dy · f'(x)^power. */
  backward(blocks: Blocks & { readonly dy: number; readonly dx: number; readonly power: number }): void;
}

/** @param name for the table of kernels. */
export function placeInputActivation(site: Site, name: string, { forward, backward }: Activate): PlacedLayer {
  const { input } = site;
  const output = allocateOutput(site);
  const vectors = elementsOf(input.shape);
  const back = (power: number) => (pass: Pass) => {
    const [dy, dx] = [output.gradient, input.gradient];
    if (dx) backward({ x: input.value, dy, dx, vectors: pass.packs * vectors, power });
  };
  return {
    work: [name, 'slope from the input'],
    output,
    forward: ({ packs }) => forward({ x: input.value, y: output.value, vectors: packs * vectors }),
    backward: back(1),
    curvature: back(2),
  };
}
