/** Copies a layer's input and adds a border of one value around every image, for pad2d and for conv2d with padding. */
import { elementsOf } from '../base/tensor.ts';
import type { Activation, Site } from './layer.ts';

export interface Border {
  /** [channels, height + 2·top, width + 2·left]. `gradient` is 0 (no address) if the input's gradient is not wanted. */
  readonly padded: Activation;
  /** Forward: copies the input to the inside of the border. */
  pad(packs: number): void;
  /** Backward: copies the gradient inside the border to the input's gradient, if that is wanted. */
  crop(packs: number): void;
}

/** @param padding [rows above and below, columns left and right]. */
export function placeBorder([top, left]: readonly [number, number], value: number, site: Site): Border {
  const { kernels, arena, input } = site;
  const [channels, height, width] = input.shape as [number, number, number];
  const shape = [channels, height + 2 * top, width + 2 * left];
  const elements = site.packs * elementsOf(shape) * site.lanes;
  const padded: Activation = {
    shape,
    value: arena.allocate(elements * 4),
    gradient: input.gradient ? arena.allocate(elements * 4) : 0,
    isShared: false,
  };
  // The border is written only once, since later copies change only the inside.
  arena.f32(padded.value, elements).fill(value);
  const row = width * channels * site.vectorBytes;
  const pack = height * row;
  const paddedRow = (width + 2 * left) * channels * site.vectorBytes;
  const paddedPack = (height + 2 * top) * paddedRow;
  const corner = top * paddedRow + left * channels * site.vectorBytes;
  return {
    padded,
    pad: (packs) =>
      kernels.copyBox({
        src: input.value,
        srcRow: row,
        srcPack: pack,
        dst: padded.value + corner,
        dstRow: paddedRow,
        dstPack: paddedPack,
        packs,
        rows: height,
        rowBytes: row,
      }),
    crop(packs) {
      if (!input.gradient) return;
      kernels.copyBox({
        src: padded.gradient + corner,
        srcRow: paddedRow,
        srcPack: paddedPack,
        dst: input.gradient,
        dstRow: row,
        dstPack: pack,
        packs,
        rows: height,
        rowBytes: row,
      });
    },
  };
}
