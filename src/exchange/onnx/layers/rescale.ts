/** Another range of the pixels: Mul and Add with one number for all. */
import { type Rescale, rescale } from '../../../nn/rescale.ts';
import { shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';
import { takeAffine } from './affine.ts';

export const rescaleTranslation: Translation<Rescale> = {
  write({ low, high }, x, { node, constant }) {
    const number = (value: number) => ({ shape: [], data: Float32Array.of(value) });
    return node('Add', [node('Mul', [x, constant('scale', number(high - low))]), constant('offset', number(low))]);
  },
  read(chain) {
    const affine = takeAffine(chain, 'number');
    if (!affine) return undefined;
    const [scale, offset] = [affine.scale[0]!, affine.offset[0]!];
    const [low, high] = [shortest(Math.fround(offset)), shortest(Math.fround(offset + scale))];
    const isExact = Math.fround(low) === offset && Math.fround(high - low) === scale;
    return { layer: isExact ? rescale(low, high) : rescale(offset, offset + scale), parameters: [] };
  },
};
