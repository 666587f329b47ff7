/** The list of the parts of a data set, data/mnist.json. */

/** A file with some of the images: gzip of the form of src/data/sparse-images.ts. */
export interface PartFile {
  /** Its name has a hash of its content, so that a browser may keep it for ever. */
  readonly file: string;
  readonly images: number;
  readonly bytes: number;
}

export interface Manifest {
  readonly test: readonly PartFile[];
  readonly train: readonly PartFile[];
}
