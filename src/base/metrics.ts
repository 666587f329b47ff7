/** How well a network does on one set of images. */
export interface Metrics {
  /** Mean over the images. */
  readonly loss: number;
  /** The fraction of images whose most likely class is the right one, 0 to 1. */
  readonly accuracy: number;
}
