/** Images with their classes, as a program hands them in: plain arrays, checked before the engine takes them. */
import { UsageError } from '../base/errors.ts';

export interface Dataset {
  /** For messages and records. */
  readonly name: string;
  /** All images, [image][channel][y][x]. Bytes are divided by 255; floats are used unchanged. */
  readonly images: Uint8Array | Float32Array;
  /** The class of each image, 0 to classes - 1. */
  readonly labels: Uint8Array;
  /** One image's shape. */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly classes: number;
}

/** Number of images. */
export function datasetSize({ labels }: Dataset): number {
  return labels.length;
}

/**
 * @throws UsageError when arrays and shape do not match, a size or label cannot be, a pixel is not finite, or nothing
 * is there.
 */
export function checkDataset({ name, images, labels, shape, classes }: Dataset): void {
  const pixels = shape[0] * shape[1] * shape[2];
  if (shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new UsageError(
      `${name}: shape is [${shape.join(', ')}], expected [channels, height, width], integers from 1`,
    );
  }
  if (!Number.isInteger(classes) || classes < 1 || classes > 256) {
    throw new UsageError(`${name}: classes is ${classes}, expected an integer from 1 to 256`);
  }
  if (labels.length === 0) throw new UsageError(`${name}: the data set is empty`);
  if (images.length !== labels.length * pixels) {
    throw new UsageError(
      `${name}: ${labels.length} labels of images [${shape.join(', ')}] need ${labels.length * pixels} pixels, got ${images.length}`,
    );
  }
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) throw new UsageError(`${name}: label ${wrong} is ${labels[wrong]}, expected 0 to ${classes - 1}`);
  if (images instanceof Float32Array) {
    const bad = images.findIndex((pixel) => !Number.isFinite(pixel));
    if (bad >= 0)
      throw new UsageError(`${name}: image ${Math.floor(bad / pixels)} holds ${images[bad]}, expected finite numbers`);
  }
}

/** The first n images (a view, nothing is copied). @throws UsageError unless n is an integer from 1 to the size. */
export function takeFirst(dataset: Dataset, n: number): Dataset {
  const { name, images, labels, shape } = dataset;
  if (!Number.isInteger(n) || n < 1 || n > labels.length) {
    throw new UsageError(`${name} has ${labels.length} images; cannot take the first ${n}`);
  }
  const pixels = shape[0] * shape[1] * shape[2];
  return { ...dataset, images: images.subarray(0, n * pixels), labels: labels.subarray(0, n) };
}
