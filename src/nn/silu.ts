/** The sigmoid-weighted linear unit. */
import type { LayerKind } from './layer.ts';
import { placeWithSlopes } from './stored-slopes.ts';

/** The plain data of a silu layer. */
export interface Silu {
  readonly type: 'silu';
}

/** x / (1 + e^-x), also called swish, as torch.nn.SiLU. Source: Elfwing, Uchibe, Doya, Neural Networks 107, 2018. */
export function silu(): Silu {
  return { type: 'silu' };
}

export const siluKind: LayerKind<Silu> = {
  remake: silu,
  print: () => 'SiLU()',
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place: (_, site) =>
    placeWithSlopes(site, 'silu', { forward: site.kernels.siluForward, withSlopes: site.kernels.siluWithSlopes }),
};
