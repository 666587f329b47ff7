/** The smooth activations: a tanh of any height and steepness, and the sigmoid. */

import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Kernels } from '../engine/kernels.ts';
import { allocateOutput, type LayerKind, type Site } from './layer.ts';

export interface Tanh {
  readonly type: 'tanh';
  readonly amplitude: number;
  readonly slope: number;
}

export interface Sigmoid {
  readonly type: 'sigmoid';
}

/** y = amplitude · tanh(slope · x), both 1 by default. @throws UsageError unless both are above 0. */
export function tanh(options: { readonly amplitude?: number; readonly slope?: number } = {}): Tanh {
  const { amplitude = 1, slope = 1 } = options;
  for (const [name, value] of Object.entries({ amplitude, slope })) {
    if (!(value > 0 && value < Infinity)) throw new UsageError(`tanh: ${name} must be a number above 0, got ${value}`);
  }
  return { type: 'tanh', amplitude, slope };
}

/** LeCun's squashing function 1.7159 tanh(2/3 x), which is ±1 at ±1, where its second derivative is largest. */
export function squash(): Tanh {
  return tanh({ amplitude: 1.7159, slope: 2 / 3 });
}

/** y = 1 / (1 + e^-x). */
export function sigmoid(): Sigmoid {
  return { type: 'sigmoid' };
}

export const tanhKind: LayerKind<Tanh> = {
  print: ({ amplitude, slope }) =>
    amplitude === 1 && slope === 1 ? 'Tanh()' : `Tanh(amplitude=${short(amplitude)}, slope=${short(slope)})`,
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place: ({ amplitude, slope }, site) =>
    placeActivation(site, 'tanh', {
      forward: ({ x, y, vectors }) => site.kernels.tanhForward({ x, y, vectors, amplitude, slope }),
      backward: ({ y, dy, dx, vectors, power }) =>
        site.kernels.tanhBackward({ y, dy, dx, vectors, amplitude, slope, power }),
    }),
};

export const sigmoidKind: LayerKind<Sigmoid> = {
  print: () => 'Sigmoid()',
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place: (_, site) =>
    placeActivation(site, 'sigmoid', { forward: site.kernels.sigmoidForward, backward: site.kernels.sigmoidBackward }),
};

/** The kernels of an activation; those of the sigmoid as they are. */
type Activate = {
  readonly forward: Kernels['sigmoidForward'];
  readonly backward: Kernels['sigmoidBackward'];
};

/** The activation does not overwrite its input, since the layer before it may need that for its gradient. */
function placeActivation(site: Site, name: string, { forward, backward }: Activate) {
  const { input } = site;
  const output = allocateOutput(site);
  const vectors = elementsOf(input.shape);
  const back = (power: number) => (quads: number) => {
    if (!input.gradient) return;
    backward({ y: output.value, dy: output.gradient, dx: input.gradient, vectors: quads * vectors, power });
  };
  return {
    work: [name, 'slope from the output'] as const,
    output,
    forward: (quads: number) => forward({ x: input.value, y: output.value, vectors: quads * vectors }),
    backward: back(1),
    curvature: back(2),
  };
}

function short(value: number): string {
  return `${Number(value.toFixed(4))}`;
}
