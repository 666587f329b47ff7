/** Images with their classes, as a program hands them in: plain arrays, checked before the engine takes them. */
import { checkRecord, isRecord, kindOf, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';

/** A checked data set: images of one shape, each with its class. */
export interface Dataset {
  /** For messages and records. */
  readonly name: string;
  /** All images, [image][channel][y][x]. Bytes are divided by 255; floats are used unchanged. */
  readonly images: Uint8Array | Float32Array;
  /** The class of each image, 0 to classes - 1. */
  readonly labels: Uint8Array;
  /** One image's shape: integers of at least 1. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** How many classes there are, 1 to 256. */
  readonly classes: number;
  /** The name of each class. Default: the numbers 0, 1, 2, ... */
  readonly classNames?: readonly string[] | undefined;
  /** The file of each image within its set's folder, for messages. No hash and no record holds it. */
  readonly files?: readonly string[] | undefined;
}

/** Labels as users have them. All must be whole numbers from 0 to classes - 1. */
export type Labels =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | readonly number[];

/**
 * A data set as users write it: a {@link Dataset} whose labels may be an array of numbers of any type. Each is
 * checked and converted. Images must be a Uint8Array or a Float32Array: in other arrays 1 could mean white or nearly
 * black.
 */
export type DatasetSettings = Omit<Dataset, 'labels'> & { readonly labels: Labels };

/**
 * The most pixels, all channels together, of one image: the activations of larger ones do not fit in WebAssembly's
 * memory of 4 GiB.
 */
export const mostImagePixels = 2 ** 24;

/** The most classes of a data set: labels are kept as bytes. */
export const mostClasses = 256;

/** The most bytes of all images of a data set, decoded. */
export const mostSetBytes = 2_000_000_000;

const labelKinds: readonly string[] = [
  'Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Uint32Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
];

/** Number of images. @throws UsageError unless it is a data set. */
export function datasetSize(dataset: DatasetSettings): number {
  const labels: unknown = isRecord(dataset) ? dataset.labels : undefined;
  if (!isLabels(labels)) throw wrong('datasetSize()', 'a data set with labels', dataset);
  return labels.length;
}

/**
 * Checks a data set as {@link completeDataset} does.
 * @throws UsageError when an array has another type or length than the shape says, a size, label or class count is
 * impossible, a pixel is not finite, or the set is empty.
 */
export function checkDataset(dataset: DatasetSettings): void {
  completeDataset(dataset);
}

/**
 * The data set, checked, with its labels as bytes. Images are not copied. @throws UsageError as {@link checkDataset}.
 */
export function completeDataset(dataset: DatasetSettings): Dataset {
  return checkedDataset(dataset, 'data set');
}

/** {@link completeDataset}. @param what names it in messages where it has no name of its own. */
export function checkedDataset(dataset: DatasetSettings, what: string): Dataset {
  checkRecord(what, dataset, 'a data set { name, images, labels, shape, classes }');
  const { name, images, labels, shape, classes } = dataset;
  if (typeof name !== 'string') throw wrong(`${what}: name`, 'a text', name);
  checkShape(name, shape);
  if (!Number.isInteger(classes) || classes < 1 || classes > mostClasses) {
    throw new UsageError(`${name}: classes is ${shown(classes)}, expected an integer from 1 to ${mostClasses}`);
  }
  const pixels = checkImages(name, images, shape);
  if (!isLabels(labels)) throw wrong(`${name}: labels`, 'an array of the class of each image', labels);
  if (labels.length === 0) throw new UsageError(`${name}: the data set is empty`);
  if (images.length !== labels.length * pixels) {
    const oneHot =
      images.length * classes === labels.length * pixels && classes > 1
        ? `. There are ${classes} labels for every image: one-hot rows are not accepted, give the class of each image`
        : '';
    throw new UsageError(
      `${name}: ${labels.length} labels of images [${shape.join(', ')}] need ${labels.length * pixels} pixels, got ${images.length}${oneHot}`,
    );
  }
  checkFinitePixels(name, images, pixels);
  checkClassNames(name, dataset.classNames, classes);
  checkFiles(name, dataset.files, labels.length);
  return { ...dataset, labels: labelBytes(name, labels, classes) };
}

function checkClassNames(name: string, names: unknown, classes: number): void {
  if (names === undefined) return;
  checkTexts(`${name}: classNames`, names);
  if (names.length !== classes) {
    throw new UsageError(`${name}: ${classes} classes need ${classes} names, got ${names.length}`);
  }
}

function checkFiles(name: string, files: unknown, images: number): void {
  if (files === undefined) return;
  checkTexts(`${name}: files`, files);
  if (files.length !== images) {
    throw new UsageError(`${name}: ${images} images need ${images} files, got ${files.length}`);
  }
}

function checkTexts(what: string, texts: unknown): asserts texts is readonly string[] {
  if (Array.isArray(texts) && texts.every((each) => typeof each === 'string')) return;
  throw wrong(what, 'an array of texts', texts);
}

/** The name of each class of a set. */
export function classNamesOf({ classes, classNames }: Pick<Dataset, 'classes' | 'classNames'>): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, label) => `${label}`);
}

/** The number of images of each class. */
export function classCountsOf({ labels, classes }: Pick<Dataset, 'labels' | 'classes'>): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Whether bytes count as pixels: Uint8Array, Buffer among them. */
export function areBytes(images: Uint8Array | Float32Array): images is Uint8Array {
  return kindOf(images) === 'Uint8Array';
}

/** @throws UsageError unless the images are bytes or 32-bit floats. @returns pixels of one image. */
function checkImages(name: string, images: unknown, shape: Dataset['shape']): number {
  if (!isPixels(images)) throw wrongPixels(`${name}: images`, images);
  return shape[0] * shape[1] * shape[2];
}

/** Whether the value is a Uint8Array or a Float32Array, also of another window. */
export function isPixels(value: unknown): value is Uint8Array | Float32Array {
  return ['Uint8Array', 'Float32Array'].includes(kindOf(value));
}

/** What is said of pixels of another type, with the way to convert them. */
export function wrongPixels(what: string, got: unknown): UsageError {
  const { message } = wrong(
    what,
    'a Uint8Array (0 to 255) or a Float32Array (as the model takes them, usually 0 to 1)',
    got,
  );
  const ways: Readonly<Record<string, string>> = {
    Float64Array: '; Float32Array.from(pixels) converts it',
    Uint8ClampedArray: '; if that is ImageData, it has four bytes a pixel: keep those that the model takes',
    Array: '; Uint8Array.from(pixels) or Float32Array.from(pixels) converts a flat array of numbers',
  };
  return new UsageError(`${message}${ways[kindOf(got)] ?? ''}`);
}

function checkShape(name: string, shape: unknown): asserts shape is Dataset['shape'] {
  const wanted = 'expected [channels, height, width], integers from 1';
  if (!Array.isArray(shape)) throw new UsageError(`${name}: shape is ${shown(shape)}, ${wanted}`);
  if (shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new UsageError(`${name}: shape is [${shape.map(shown).join(', ')}], ${wanted}`);
  }
  if (shape[0] * shape[1] * shape[2] > mostImagePixels) {
    throw new UsageError(
      `${name}: images of ${shape.join('x')} are too large: at most ${mostImagePixels} numbers each`,
    );
  }
}

/** @throws UsageError for the first pixel that is not finite. @param pixels of one image. */
export function checkFinitePixels(what: string, images: Uint8Array | Float32Array, pixels: number): void {
  if (areBytes(images)) return;
  const bad = images.findIndex((pixel) => !Number.isFinite(pixel));
  if (bad < 0) return;
  throw new UsageError(`${what}: image ${Math.floor(bad / pixels)} holds ${images[bad]}, expected finite numbers`);
}

function isLabels(value: unknown): value is Labels {
  return labelKinds.includes(kindOf(value));
}

function labelBytes(name: string, labels: Labels, classes: number): Uint8Array {
  // Array.from also visits the holes of an array.
  const bad = Array.isArray(labels) ? Array.from(labels).findIndex(isWrong) : labels.findIndex(isWrong);
  if (bad >= 0) {
    const label: unknown = labels[bad];
    const way = Array.isArray(label) ? '; give its class, not a one-hot row' : '';
    throw new UsageError(`${name}: label ${bad} is ${shown(label)}, expected 0 to ${classes - 1}${way}`);
  }
  return kindOf(labels) === 'Uint8Array' ? (labels as Uint8Array) : Uint8Array.from(labels);

  function isWrong(label: unknown): boolean {
    return !(typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes);
  }
}

/**
 * The first n images. Images are a view of the same memory; labels too, if they are bytes already.
 * @param n from 1 to the size of the data set. @throws UsageError for any other, and as {@link checkDataset}.
 */
export function takeFirst(dataset: DatasetSettings, n: number): Dataset {
  const { labels, images, files, ...rest } = checkedDataset(dataset, 'takeFirst()');
  if (!Number.isInteger(n) || n < 1 || n > labels.length) {
    throw new UsageError(`${rest.name} has ${labels.length} images; cannot take the first ${shown(n)}`);
  }
  const { shape } = rest;
  const pixels = shape[0] * shape[1] * shape[2];
  const first = { ...rest, images: images.subarray(0, n * pixels), labels: labels.subarray(0, n) };
  return files ? { ...first, files: files.slice(0, n) } : first;
}
