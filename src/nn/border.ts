/** A copy of a layer's input with a border of one value around every image: what pad2d and a padded conv2d need. */
import { elementsOf } from '../base/tensor.ts';
import type { Activation, Site } from './layer.ts';

export interface Border {
  /** [channels, height + 2·top, width + 2·left]; its gradient is 0 where the input's is not wanted. */
  readonly padded: Activation;
  /** Copies the input into the border, forward. */
  pad(quads: number): void;
  /** Copies the gradient inside the border to the input's gradient, if that is wanted. */
  crop(quads: number): void;
}

/** @param padding [rows above and below, columns left and right]. */
export function placeBorder([top, left]: readonly [number, number], value: number, site: Site): Border {
  const { kernels, arena, input } = site;
  const [channels, height, width] = input.shape as [number, number, number];
  const shape = [channels, height + 2 * top, width + 2 * left];
  const elements = site.quads * elementsOf(shape) * 4;
  const padded: Activation = {
    shape,
    value: arena.allocate(elements * 4),
    gradient: input.gradient ? arena.allocate(elements * 4) : 0,
  };
  // The border is written once: every later copy changes the inside only.
  arena.f32(padded.value, elements).fill(value);
  const row = width * channels * 16;
  const quad = height * row;
  const paddedRow = (width + 2 * left) * channels * 16;
  const paddedQuad = (height + 2 * top) * paddedRow;
  const corner = top * paddedRow + left * channels * 16;
  return {
    padded,
    pad: (quads) =>
      kernels.copyBox({
        src: input.value,
        srcRow: row,
        srcQuad: quad,
        dst: padded.value + corner,
        dstRow: paddedRow,
        dstQuad: paddedQuad,
        quads,
        rows: height,
        rowBytes: row,
      }),
    crop(quads) {
      if (!input.gradient) return;
      kernels.copyBox({
        src: padded.gradient + corner,
        srcRow: paddedRow,
        srcQuad: paddedQuad,
        dst: input.gradient,
        dstRow: row,
        dstQuad: quad,
        quads,
        rows: height,
        rowBytes: row,
      });
    },
  };
}
