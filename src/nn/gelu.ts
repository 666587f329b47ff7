/** The Gaussian error linear unit. */
import type { LayerKind } from './layer.ts';
import { placeWithSlopes } from './stored-slopes.ts';

/** The plain data of a gelu layer. */
export interface Gelu {
  readonly type: 'gelu';
}

/** x times the share of a normal distribution below x, in its exact form, as torch.nn.GELU. Source: Hendrycks and Gimpel, arXiv:1606.08415. */
export function gelu(): Gelu {
  return { type: 'gelu' };
}

export const geluKind: LayerKind<Gelu> = {
  remake: gelu,
  print: () => 'GELU()',
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place: (_, site) =>
    placeWithSlopes(site, 'gelu', { forward: site.kernels.geluForward, withSlopes: site.kernels.geluWithSlopes }),
};
