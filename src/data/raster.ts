/** Decoded pictures of any size and colour. */

/** A picture as its file has it. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Grey, grey and alpha, RGB, RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** The value of full white, 255 or 65,535. */
  readonly white: number;
  /** [y][x][channel] */
  readonly data: ArrayLike<number>;
}
