/** Copies a layer's input and adds a border of one value around every image, for pad2d and for conv2d with padding. */
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import type { Activation, Site } from './layer.ts';

export interface Border {
  /** [channels, top + height + bottom, left + width + right]. `gradient` is 0 (no address) if the input's gradient is not wanted. */
  readonly padded: Activation;
  /** Forward: copies the input to the inside of the border. */
  pad(packs: number): void;
  /** Backward: copies the gradient inside the border to the input's gradient, if that is wanted. */
  crop(packs: number): void;
}

/** Pixels above, below, left and right of an image. */
export type Sides = readonly [top: number, bottom: number, left: number, right: number];

/** @param gradients where the gradient of the padded image is. Default: where its value is. */
export function placeBorder(
  [top, bottom, left, right]: Sides,
  value: number,
  site: Site,
  gradients: Arena = site.arena,
): Border {
  const { kernels, arena, input } = site;
  const [channels, height, width] = input.shape as [number, number, number];
  const shape = [channels, top + height + bottom, left + width + right];
  const elements = site.packs * elementsOf(shape) * site.lanes;
  const padded: Activation = {
    shape,
    value: arena.allocate(elements * 4),
    gradient: input.gradient ? gradients.allocate(elements * 4) : 0,
    isShared: false,
  };
  // The border is written only once, since later copies change only the inside.
  arena.f32(padded.value, elements).fill(value);
  const row = width * channels * site.vectorBytes;
  const pack = height * row;
  const paddedRow = (left + width + right) * channels * site.vectorBytes;
  const paddedPack = (top + height + bottom) * paddedRow;
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
