/** A view: how an augmented image is read from its original. */

/** A window of the smooth noise that bends an image: its first row, and the factor of its numbers [pixels]. */
export interface NoiseWindow {
  readonly row: number;
  readonly factor: number;
}

/** A box of pixels, in whole pixels; right and bottom are the first column and row after it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Output pixel o shows the original at centre + matrix · (o - centre) + offset + field(o), all as (x, y) in pixels; y
 * points down. Pixels outside the original are zero.
 */
export interface View {
  /** Row by row: [xx, xy, yx, yy]. */
  readonly matrix: Matrix;
  readonly offset: readonly [x: number, y: number];
  /** The windows of noise that give the field's x and y; null: no field. */
  readonly field: { readonly x: NoiseWindow; readonly y: NoiseWindow } | null;
  /** The pixels that are set to zero at last; null: none. */
  readonly erased: Box | null;
}

export type Matrix = readonly [xx: number, xy: number, yx: number, yy: number];

/** The view that shows the image unchanged. */
export const unchanged: View = { matrix: [1, 0, 0, 1], offset: [0, 0], field: null, erased: null };

/** The view whose matrix is `matrix` · the matrix of `view`. */
export function transformed(view: View, [a, b, c, d]: Matrix): View {
  const [xx, xy, yx, yy] = view.matrix;
  return { ...view, matrix: [a * xx + b * yx, a * xy + b * yy, c * xx + d * yx, c * xy + d * yy] };
}
