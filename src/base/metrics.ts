/** Loss and accuracy of a network on one set of images. */
export interface Metrics {
  /** Mean over the images. */
  readonly loss: number;
  /** The fraction of images whose most likely class is the label, 0 to 1. */
  readonly accuracy: number;
}
