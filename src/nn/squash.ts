/** The smooth activations: a tanh of any height and steepness, and the sigmoid. */

import { checkOptions, wrong } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Kernels } from '../engine/kernels.ts';
import { allocateOutput, type LayerKind, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a tanh layer. */
export interface Tanh {
  readonly type: 'tanh';
  readonly amplitude: number;
  readonly slope: number;
}

/** The plain data of a sigmoid layer. */
export interface Sigmoid {
  readonly type: 'sigmoid';
}

/** Options of {@link tanh}. */
export interface TanhOptions {
  /** Above 0. Default 1. */
  readonly amplitude?: number | undefined;
  /** Above 0. Default 1. */
  readonly slope?: number | undefined;
}

/** amplitude · tanh(slope · x) of every number. @throws UsageError unless both options are finite numbers above 0. */
export function tanh(options: TanhOptions = {}): Tanh {
  checkOptions('tanh()', options, { amplitude: true, slope: true });
  const { amplitude = 1, slope = 1 } = options;
  for (const [name, value] of Object.entries({ amplitude, slope })) {
    if (!(typeof value === 'number' && value > 0 && value < Infinity))
      throw wrong(`tanh: ${name}`, 'a number above 0', value);
  }
  return { type: 'tanh', amplitude, slope };
}

/** LeCun's squashing function 1.7159 tanh(2/3 x), which is ±1 at ±1, where its second derivative is largest. */
export function squash(): Tanh {
  return tanh({ amplitude: 1.7159, slope: 2 / 3 });
}

/** 1 / (1 + e^-x) of every number. */
export function sigmoid(): Sigmoid {
  return { type: 'sigmoid' };
}

export const tanhKind: LayerKind<Tanh> = {
  remake: ({ amplitude, slope }) => tanh({ amplitude, slope }),
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
  remake: sigmoid,
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
  const back =
    (power: number) =>
    ({ packs }: Pass) => {
      if (!input.gradient) return;
      backward({ y: output.value, dy: output.gradient, dx: input.gradient, vectors: packs * vectors, power });
    };
  return {
    work: [name, 'slope from the output'] as const,
    output,
    forward: ({ packs }: Pass) => forward({ x: input.value, y: output.value, vectors: packs * vectors }),
    backward: back(1),
    curvature: back(2),
  };
}

function short(value: number): string {
  return `${Number(value.toFixed(4))}`;
}
