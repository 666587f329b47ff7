/** How well a network does on one set of images. */
export interface Metrics {
  /** Mean over the images. */
  readonly loss: number;
  /** The fraction of images whose most likely class is the label, 0 to 1. */
  readonly accuracy: number;
  /**
   * The mean over the classes of the fraction of a class's images that are right, 0 to 1. Absent in records of runs and
   * studies that did not ask for it.
   */
  readonly balancedAccuracy?: number;
}
