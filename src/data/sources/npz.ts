/** NumPy archives (.npz) with arrays named x_train, y_train, x_test, y_test, as Keras has them. */
import { WorldError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { visible } from '../../base/plain-text.ts';
import { type Dataset, mostSetBytes } from '../dataset.ts';
import type { Files } from '../files.ts';
import { numberedClasses } from '../labels.ts';
import { checkNpyStart, mostNpyStart, type NpyArray, parseNpy } from '../npy.ts';
import { planesOf } from '../planes.ts';
import { type ZipEntry, zipEntries } from '../zip.ts';
import type { DataSource } from './source.ts';
import { trainAndTest } from './train-and-test.ts';

/** The names of arrays that are read, the usual one first. Case is ignored. */
const arrayNames = {
  trainImages: ['x_train', 'train_images', 'train_x', 'trainx', 'xtrain'],
  trainLabels: ['y_train', 'train_labels', 'train_y', 'trainy', 'ytrain'],
  testImages: ['x_test', 'test_images', 'test_x', 'testx', 'xtest'],
  testLabels: ['y_test', 'test_labels', 'test_y', 'testy', 'ytest'],
  allImages: ['x', 'images', 'data'],
  allLabels: ['y', 'labels', 'target', 'targets'],
} as const;
type ArrayRole = keyof typeof arrayNames;

export const npz: DataSource = {
  name: 'npz',
  sentence: 'a NumPy archive (.npz) with x_train and y_train (x_test and y_test optional), or with x and y',
  reads: [],
  recognizes: async (files) => (await archiveOf(files)) !== undefined,
  async load(files) {
    const file = await archiveOf(files);
    if (file === undefined) throw new WorldError(`${files.place}: expected one file .npz`);
    const where = files.where(file);
    const entries = zipEntries(await files.read(file), where);
    const has = (role: ArrayRole) => entryOf(entries, role) !== undefined;
    const read = (role: ArrayRole) => readArray(entries, role, where);
    if (has('trainImages') && !has('testImages') && !has('testLabels')) {
      return setsOf(files, [await read('trainImages')], [await read('trainLabels')], where);
    }
    if (has('trainImages') || has('testImages')) {
      const [train, test] = [await read('trainImages'), await read('testImages')];
      const labels = [await read('trainLabels'), await read('testLabels')];
      return setsOf(files, [train, test], labels, where);
    }
    return setsOf(files, [await read('allImages')], [await read('allLabels')], where);
  },
};

/** The archive: the file that the user named, or the only one in the folder. */
async function archiveOf(files: Files): Promise<string | undefined> {
  const isArchive = (name: string) => name.toLowerCase().endsWith('.npz');
  if (files.file !== undefined) return isArchive(files.file) ? files.file : undefined;
  const found = (await files.list('')).filter(({ name, isFolder }) => !isFolder && isArchive(name));
  return found.length === 1 ? found[0]!.name : undefined;
}

function entryOf(entries: readonly ZipEntry[], role: ArrayRole): ZipEntry | undefined {
  const names: readonly string[] = arrayNames[role];
  return entries.find(({ name }) => names.includes(name.replace(/\.npy$/, '').toLowerCase()));
}

async function readArray(entries: readonly ZipEntry[], role: ArrayRole, where: string): Promise<NamedArray> {
  const entry = entryOf(entries, role);
  if (!entry) {
    const has = entries
      .map(({ name }) => visible(name.replace(/\.npy$/, '')))
      .slice(0, 12)
      .join(', ');
    throw new WorldError(`${where} has no array ${arrayNames[role][0]}; it has ${has || 'none'}`);
  }
  const name = `${visible(entry.name)} in ${where}`;
  if (entry.size > mostSetBytes) {
    throw new WorldError(`${name} needs ${counted(entry.size)} bytes; at most ${counted(mostSetBytes)} are read here`);
  }
  const check = {
    bytes: mostNpyStart,
    run: (first: Uint8Array<ArrayBuffer>) => checkNpyStart(first, entry.size, name),
  };
  return { ...parseNpy(await entry.read(check), name), name };
}

/** An array, with its name for messages. */
interface NamedArray extends NpyArray {
  readonly name: string;
}

function setsOf(files: Files, images: readonly NamedArray[], labels: readonly NamedArray[], where: string) {
  const numbers = labels.map((array, index) => labelsOf(array, images[index]!));
  const known = numberedClasses(numbers, where);
  const read = images.map((array, index) => {
    const { shape, pixels } = imagesOf(array);
    return { images: pixels, labels: known.labels[index]!, shape };
  });
  return trainAndTest(files, read, known);
}

/** Labels [N] or [N, 1]. */
function labelsOf(labels: NamedArray, images: NamedArray): Float64Array {
  const { shape, length, name } = labels;
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isColumn) throw new WorldError(`${name} has shape [${shape.join(', ')}], expected one label for each image`);
  if (length !== images.shape[0]) {
    throw new WorldError(`${images.name} holds ${images.shape[0] ?? 0} images, but ${name} holds ${length} labels`);
  }
  return Float64Array.from({ length }, (_, index) => labels.at(index));
}

/**
 * Images [N, H, W], [N, H, W, C] or [N, C, H, W]. Of four sizes, the channels are the last where it is 1 or 3, else the
 * second where it is 1 or 3, else the one of them that is at most 4.
 */
function imagesOf(array: NamedArray): { readonly shape: Dataset['shape']; readonly pixels: Dataset['images'] } {
  const { shape, name } = array;
  const [, ...rest] = shape;
  const numbers = numbersOf(array);
  const [first = 0, second = 0, third = 0] = rest;
  if (shape.includes(0)) throw new WorldError(`${name} is empty: its shape is [${shape.join(', ')}]`);
  if (rest.length === 2) return { shape: [1, first, second], pixels: numbers };
  const isLast = third === 1 || third === 3 || (third <= 4 && first !== 1 && first !== 3);
  if (rest.length === 3 && isLast) {
    return { shape: [third, first, second], pixels: planesOf(numbers, third, first * second) };
  }
  if (rest.length === 3 && first <= 4) return { shape: [first, second, third], pixels: numbers };
  throw new WorldError(
    `${name} has shape [${shape.join(', ')}], expected [images, height, width] or [images, height, width, channels]`,
  );
}

/**
 * Whole numbers from 0 to 255 as bytes, truth values as black and white; other floats as they are. @throws WorldError for
 * other integers.
 */
function numbersOf(array: NamedArray): Uint8Array | Float32Array {
  const { kind, length, bytes, name } = array;
  if (kind === 'u1' && bytes) return bytes;
  if (kind === 'b1') return Uint8Array.from({ length }, (_, index) => (array.at(index) === 0 ? 0 : 255));
  let areBytes = true;
  let most = 0;
  for (let index = 0; index < length; index++) {
    const value = array.at(index);
    if (!Number.isFinite(value)) throw new WorldError(`${name}: number ${index} is ${value}, expected finite numbers`);
    areBytes &&= Number.isInteger(value) && value >= 0 && value <= 255;
    most = Math.max(most, value);
  }
  const isFloat = kind.startsWith('f');
  // Floats of 0 and 1 alone are black and white.
  if (areBytes && !(isFloat && most <= 1)) return Uint8Array.from({ length }, (_, index) => array.at(index));
  if (isFloat) return Float32Array.from({ length }, (_, index) => array.at(index));
  throw new WorldError(`${name}: expected integers from 0 to 255 or floats`);
}
