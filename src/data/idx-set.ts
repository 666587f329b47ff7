/** The four IDX files of a data set: found by their names in a folder, and joined to two sets. */
import { WorldError } from '../base/errors.ts';
import type { Dataset } from './dataset.ts';
import type { Files } from './files.ts';
import { sha256 } from './hash.ts';
import { gunzip, type Idx, type IdxContent, type IdxPart, idxLabels, parseIdx, readIdx } from './idx.ts';
import { type Classes, numberedClasses } from './labels.ts';
import { mnistFiles } from './mnist.ts';
import { planesOf, transposed } from './planes.ts';

const parts = Object.keys(mnistFiles) as IdxPart[];

/** The names of the four files of a set. */
type IdxNames = Partial<Record<IdxPart, string>>;

/**
 * Names of IDX files: `train-images-idx3-ubyte`, `train-images.idx3-ubyte`, `emnist-letters-test-labels-idx1-ubyte.gz`,
 * `qmnist-train-labels-idx2-int`.
 */
const pattern = /^(?:(.+)[-_.])?(train|test|t10k)[-_.](images|labels)[-_.]idx\d[-_.](?:ubyte|int)(?:\.gz)?$/i;

/** What the name of an IDX file says: its set (`emnist-letters`, or '') and its part. */
function partOf(name: string): { readonly set: string; readonly part: IdxPart } | undefined {
  const match = pattern.exec(name);
  if (!match) return undefined;
  const [, set = '', which = '', content = ''] = match.map((text) => text?.toLowerCase());
  const isImages = content === 'images';
  if (which === 'train') return { set, part: isImages ? 'trainImages' : 'trainLabels' };
  return { set, part: isImages ? 'testImages' : 'testLabels' };
}

/** The sets of IDX files in the folder, by the beginning of their names: '' for MNIST's own names. */
export async function idxSetsIn(files: Files): Promise<ReadonlyMap<string, IdxNames>> {
  const sets = new Map<string, IdxNames>();
  for (const { name, isFolder } of await files.list('')) {
    const found = partOf(name);
    // A folder named like a file is no file: some programs unpack each file into a folder of its name.
    if (!found || isFolder) continue;
    const names = sets.get(found.set) ?? {};
    const before = names[found.part];
    // A plain file counts before a compressed one, as no time is lost on unpacking.
    if (before === undefined || before.endsWith('.gz')) names[found.part] = name;
    sets.set(found.set, names);
  }
  const wanted = files.file === undefined ? undefined : partOf(files.file)?.set;
  if (wanted === undefined) return sets;
  return new Map([...sets].filter(([set]) => set === wanted));
}

/** Whether the place is an IDX file, or a folder of IDX files. */
export async function hasIdxFiles(files: Files): Promise<boolean> {
  if (files.file !== undefined) return partOf(files.file) !== undefined;
  return (await idxSetsIn(files)).size > 0;
}

/** Classes that are known before the files are read. */
export interface KnownClasses {
  readonly names: readonly string[];
  /** The label of the first class. Default: 0. */
  readonly first?: number;
}

/** What is special about a family of IDX files. */
export interface IdxRules {
  /** Whether each image is stored [x][y], as EMNIST's are. */
  readonly isTransposed?: boolean;
  /** Default: the classes that the labels themselves show. */
  readonly known?: KnownClasses | undefined;
}

/** Two sets from IDX files. */
export interface IdxSets {
  /** The beginning of the files' names; '' for MNIST's own. */
  readonly set: string;
  readonly train: Dataset;
  readonly test: Dataset;
  /** SHA-256 of each file, uncompressed. */
  readonly sums: Readonly<Record<IdxPart, string>>;
  /** Whether the pixels and labels are the bytes of the files: then the sums name them. */
  readonly isPlain: boolean;
}

/**
 * Loads the four files.
 * @param name of the set, for messages.
 * @throws WorldError naming the file or folder, when a file is missing or damaged, or the four do not belong together.
 */
export async function loadIdxSets(files: Files, name: string, rules: IdxRules = {}): Promise<IdxSets> {
  const [set, names] = onlySet(files, await idxSetsIn(files));
  const lacking = parts.filter((part) => names[part] === undefined);
  if (lacking.length > 0) throw missing(files, set, lacking);
  const read = async (part: IdxPart) => {
    const content: IdxContent = part.endsWith('Images') ? 'images' : 'labels';
    const file = names[part]!;
    const where = files.where(file);
    const packed = files.pieces(file);
    const bytes = await readIdx(file.endsWith('.gz') ? gunzip(packed, where) : packed, where, content);
    return { where, idx: parseIdx(bytes, where, content), sum: await sha256(bytes) };
  };
  // One after the other, so that a missing or damaged file ends the work at once.
  const trainImages = await read('trainImages');
  const trainLabels = await read('trainLabels');
  const testImages = await read('testImages');
  const testLabels = await read('testLabels');
  checkTogether(trainImages, trainLabels);
  checkTogether(testImages, testLabels);
  const [shape, testShape] = [imageShape(trainImages.idx), imageShape(testImages.idx)];
  if (shape.join() !== testShape.join()) {
    throw new WorldError(
      `${trainImages.where} has images of ${sizeText(shape)}, ${testImages.where} of ${sizeText(testShape)}`,
    );
  }
  const labelFiles = [trainLabels, testLabels];
  const numbers = labelFiles.map(({ idx }) => idxLabels(idx));
  const { classes, classNames, labels } = rules.known
    ? knownClasses(numbers, rules.known, [trainLabels.where, testLabels.where])
    : numberedClasses(numbers, `${trainLabels.where} and ${testLabels.where}`);
  const sets = [trainImages, testImages].map(({ idx }, index): Dataset => {
    const images = pixelsOf(idx, shape, rules.isTransposed ?? false);
    const set = { name: `${name} ${index === 0 ? 'train' : 'test'}`, images, labels: labels[index]!, shape, classes };
    return classNames ? { ...set, classNames } : set;
  });
  const isUnchanged = numbers.every((list, index) => areEqual(list, labels[index]!));
  return {
    set,
    train: sets[0]!,
    test: sets[1]!,
    sums: {
      trainImages: trainImages.sum,
      trainLabels: trainLabels.sum,
      testImages: testImages.sum,
      testLabels: testLabels.sum,
    },
    isPlain: isUnchanged && shape[0] === 1 && !rules.isTransposed && labelFiles.every(({ idx }) => idx.itemBytes === 1),
  };
}

function areEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, at) => value === b[at]);
}

/** @throws WorldError for a label that is of no known class. */
function knownClasses(
  lists: readonly ArrayLike<number>[],
  { names, first = 0 }: KnownClasses,
  where: readonly string[],
): Classes {
  const labels = lists.map((list, index) =>
    Uint8Array.from({ length: list.length }, (_, at) => {
      const label = list[at]!;
      if (label >= first && label < first + names.length) return label - first;
      throw new WorldError(
        `${where[index]}: label ${at} is ${label}, expected ${first} to ${first + names.length - 1}`,
      );
    }),
  );
  return { classes: names.length, classNames: names, labels };
}

/**
 * The hash of sets whose pixels and labels are the bytes of their files: SHA-256 over the sums (hex) of the four files,
 * one after the other. Runs of our first versions are recorded with it.
 */
export function hashOfSums(sums: IdxSets['sums']): Promise<string> {
  return sha256(new TextEncoder().encode(parts.map((part) => sums[part]).join('')));
}

function onlySet(files: Files, sets: ReadonlyMap<string, IdxNames>): readonly [string, IdxNames] {
  const [first, ...others] = [...sets];
  if (first === undefined) return ['', {}];
  if (others.length === 0) return first;
  const names = [...sets.keys()].map((set) => set || 'train-...').sort();
  throw new WorldError(
    `data folder ${files.where('')} holds several sets (${names.join(', ')}); name one of the files of the set with --data`,
  );
}

function missing(files: Files, set: string, lacking: readonly IdxPart[]): WorldError {
  const prefix = set === '' ? '' : `${set}-`;
  const all = Object.values(mnistFiles);
  const wanted = `expected the four IDX files, plain or .gz: ${all.join(', ')}`;
  if (lacking.length === parts.length)
    return new WorldError(`data folder ${files.where('')} has no IDX files; ${wanted}`);
  const names = lacking.map(
    (part) => prefix + (set === '' ? mnistFiles[part] : mnistFiles[part].replace('t10k', 'test')),
  );
  return new WorldError(`data folder ${files.where('')} has no ${names.join(', no ')}; ${wanted}`);
}

interface ReadFile {
  readonly where: string;
  readonly idx: Idx;
}

function checkTogether(images: ReadFile, labels: ReadFile): void {
  const [count, labelled] = [images.idx.shape[0], labels.idx.shape[0]];
  if (count === labelled) return;
  throw new WorldError(`${images.where} holds ${count} images, but ${labels.where} holds ${labelled} labels`);
}

function imageShape({ shape: [, height = 0, width = 0, channels = 1] }: Idx): Dataset['shape'] {
  return [channels, height, width];
}

function sizeText([channels, height, width]: Dataset['shape']): string {
  return channels === 1 ? `${height}x${width}` : `${height}x${width} with ${channels} channels`;
}

function pixelsOf({ data }: Idx, [channels, height, width]: Dataset['shape'], isTransposed: boolean): Uint8Array {
  if (!isTransposed) return planesOf(data, channels, height * width);
  return transposed(data, height, width);
}
