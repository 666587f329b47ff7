/** Standardizing: Mul and Add with a number for each channel. */
import { type Normalize, normalize } from '../../../nn/normalize.ts';
import type { Translation } from '../translation.ts';
import { takeAffine } from './affine.ts';

export const normalizeTranslation: Translation<Normalize> = {
  write({ mean, deviation }, x, { node, constant }) {
    const perChannel = (values: readonly number[]) => ({
      shape: [values.length, 1, 1],
      data: Float32Array.from(values),
    });
    const scale = deviation.map((value) => 1 / value);
    const offset = mean.map((value, channel) => -value / deviation[channel]!);
    return node('Add', [
      node('Mul', [x, constant('scale', perChannel(scale))]),
      constant('offset', perChannel(offset)),
    ]);
  },
  read(chain) {
    const start = chain.taken;
    if (chain.shape.length !== 3) return undefined;
    const affine = takeAffine(chain, 'channel');
    if (!affine) return undefined;
    const deviation = affine.scale.map((scale) => 1 / scale);
    const mean = affine.offset.map((offset, channel) => -offset / affine.scale[channel]!);
    if (!deviation.every((value) => value >= 1e-30 && value < Infinity)) {
      chain.back(start);
      return undefined;
    }
    return { layer: normalize(mean, deviation), parameters: [] };
  },
};
