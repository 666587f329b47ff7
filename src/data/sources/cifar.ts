/** CIFAR-10 and CIFAR-100 in their binary versions (Krizhevsky 2009): records of labels and 3 x 32 x 32 bytes. */
import { WorldError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { type Dataset, mostSetBytes } from '../dataset.ts';
import type { Files } from '../files.ts';
import type { DataSource } from './source.ts';

const imageBytes = 3 * 32 * 32;

interface Variant {
  readonly name: string;
  readonly sentence: string;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** A file with the name of each class on a line. */
  readonly namesFile: string;
  readonly classNames: readonly string[] | undefined;
  readonly classes: number;
  /** Bytes before the pixels; the last of them is the label. */
  readonly labelBytes: 1 | 2;
}

const airplaneToTruck = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

export const cifar10 = cifar({
  name: 'cifar-10',
  sentence: 'CIFAR-10, small photographs in colour: a folder of its binary version (data_batch_1.bin, ...)',
  trainFiles: [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`),
  testFile: 'test_batch.bin',
  namesFile: 'batches.meta.txt',
  classNames: airplaneToTruck,
  classes: 10,
  labelBytes: 1,
});

export const cifar100 = cifar({
  name: 'cifar-100',
  sentence: 'CIFAR-100, small photographs of 100 classes: a folder of its binary version (train.bin, test.bin)',
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  namesFile: 'fine_label_names.txt',
  classNames: undefined,
  classes: 100,
  // The coarse label, of 20, comes before the fine label.
  labelBytes: 2,
});

function cifar(variant: Variant): DataSource {
  const { name, sentence, trainFiles, testFile } = variant;
  return {
    name,
    sentence,
    reads: [],
    async recognizes(files) {
      return files.file === undefined && (await filesIn(files)).has(trainFiles[0]!);
    },
    async load(files) {
      const present = await filesIn(files);
      const missing = [...trainFiles, testFile].filter((file) => !present.has(file));
      if (missing.length > 0) {
        throw new WorldError(
          `data folder ${files.place} has no ${missing.join(', no ')}; expected the binary version of ${name}`,
        );
      }
      const classNames = await classNamesIn(files, present, variant);
      const read = (part: string, of: readonly string[]) =>
        readSet(files, of, { ...variant, classNames }, `${name} ${part}`);
      return {
        name,
        train: await read('train', trainFiles),
        test: await read('test', [testFile]),
        pictures: { ground: 'any', framing: 'fill' },
      };
    },
  };
}

async function filesIn(files: Files): Promise<ReadonlySet<string>> {
  return new Set((await files.list('')).filter(({ isFolder }) => !isFolder).map(({ name }) => name));
}

async function classNamesIn(
  files: Files,
  present: ReadonlySet<string>,
  { namesFile, classes, classNames }: Variant,
): Promise<readonly string[] | undefined> {
  if (!present.has(namesFile)) return classNames;
  const lines = new TextDecoder().decode(await files.read(namesFile)).split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === classes) return names;
  throw new WorldError(`${files.where(namesFile)} has ${names.length} names, expected ${classes}`);
}

async function readSet(files: Files, names: readonly string[], variant: Variant, name: string): Promise<Dataset> {
  const { labelBytes, classes, classNames } = variant;
  const recordBytes = labelBytes + imageBytes;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (const file of names) {
    const part = await files.read(file);
    if (part.length === 0 || part.length % recordBytes !== 0) {
      throw new WorldError(
        `${files.where(file)} is cut off or no file of ${variant.name}: it has ${part.length} bytes, expected a multiple of ${recordBytes}`,
      );
    }
    bytes += part.length;
    if (bytes > mostSetBytes) {
      throw new WorldError(`data folder ${files.place} has more than ${counted(mostSetBytes)} bytes of images`);
    }
    parts.push(part);
  }
  const count = bytes / recordBytes;
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const [index, part] of parts.entries()) {
    for (let at = 0; at < part.length; at += recordBytes, image++) {
      const label = part[at + labelBytes - 1]!;
      if (label >= classes) {
        const where = files.where(names[index]!);
        throw new WorldError(`${where}: label ${at / recordBytes} is ${label}, expected 0 to ${classes - 1}`);
      }
      labels[image] = label;
      images.set(part.subarray(at + labelBytes, at + recordBytes), image * imageBytes);
    }
  }
  return { name, images, labels, shape: [3, 32, 32], classes, ...(classNames ? { classNames } : {}) };
}
