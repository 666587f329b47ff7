import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { classNamesOf, type Dataset } from './dataset.ts';
import { memoryFiles, memoryPicture, memoryTools } from './memory-files.testing.ts';
import type { DataOptions } from './source.ts';
import { dataFormats, dataSource, loadSource, recognize } from './sources.ts';

type Content = Readonly<Record<string, Uint8Array>>;
const utf8 = (text: string) => new TextEncoder().encode(text);

/** An IDX file: magic number, big-endian sizes, bytes. */
function idx(magic: number, sizes: readonly number[], data: readonly number[]): Uint8Array {
  const head = [magic, ...sizes].flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255));
  return Uint8Array.from([...head, ...data]);
}

const ramp = (length: number, first = 0) => Array.from({ length }, (_, at) => (first + 7 * at) % 256);
const cycle = (length: number, classes: number, first = 0) => Array.from({ length }, (_, at) => first + (at % classes));

/** Twelve training and six test images of 3 x 2 as four files. */
function idxFiles(prefix: string, test: string, labels: (count: number) => Uint8Array, ending = 'idx3-ubyte'): Content {
  return {
    [`${prefix}train-images-${ending}`]: idx(0x803, [12, 3, 2], ramp(72)),
    [`${prefix}train-labels-idx1-ubyte`]: labels(12),
    [`${prefix}${test}-images-${ending}`]: idx(0x803, [6, 3, 2], ramp(36, 100)),
    [`${prefix}${test}-labels-idx1-ubyte`]: labels(6),
  };
}
const byteLabels =
  (classes: number, first = 0) =>
  (count: number) =>
    idx(0x801, [count], cycle(count, classes, first));

/** QMNIST's labels: the class, and seven other columns. */
const columns = (count: number) =>
  idx(
    0xc02,
    [count, 8],
    cycle(count, 10).flatMap((label) => [0, 0, 0, label, ...new Array(28).fill(9)]),
  );

const cifarRecord = (labels: readonly number[], first: number) => [...labels, ...ramp(3072, first)];
const batch = (count: number, labels: (n: number) => number[]) =>
  Uint8Array.from(Array.from({ length: count }, (_, n) => cifarRecord(labels(n), n)).flat());

const archives = JSON.parse(readFileSync(new URL('../../test/golden/archives.json', import.meta.url), 'utf8'));
const archive = (name: string): Content => ({ 'set.npz': Buffer.from(archives[name].bytes, 'base64') });

const picture = (width: number, height: number, value: number) =>
  memoryPicture({ width, height, channels: 1, white: 255, data: ramp(width * height, value) });
const redPicture = memoryPicture({
  width: 2,
  height: 2,
  channels: 3,
  white: 255,
  data: [255, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
});

const pixelTable = (rows: number, head = 'label,a,b,c,d\n', separator = ',') =>
  utf8(
    head +
      cycle(rows, 3)
        .map((label, row) => [label, ...ramp(4, row)].join(separator))
        .join('\n'),
  );

interface Case {
  readonly format: string;
  readonly content: Content;
  readonly file?: string;
  readonly name?: string;
  readonly options?: DataOptions;
  readonly shape: Dataset['shape'];
  readonly classNames: readonly string[];
  /** The first training image. */
  readonly first: readonly number[];
  readonly labels: readonly number[];
  readonly counts: readonly [train: number, test: number];
  /** Whether the format is found out. Default: true. */
  readonly isRecognized?: boolean;
}

const numbers = (classes: number) => cycle(classes, classes).map(String);
const cases: Readonly<Record<string, Case>> = {
  mnist: {
    format: 'mnist',
    content: idxFiles('', 't10k', byteLabels(10)),
    isRecognized: false,
    shape: [1, 3, 2],
    classNames: numbers(10),
    first: ramp(6),
    labels: cycle(12, 10),
    counts: [12, 6],
  },
  'idx of three classes': {
    format: 'idx',
    content: idxFiles('', 't10k', byteLabels(3)),
    shape: [1, 3, 2],
    classNames: numbers(3),
    first: ramp(6),
    labels: cycle(12, 3),
    counts: [12, 6],
  },
  'idx with dots, packed': {
    format: 'idx',
    content: Object.fromEntries(
      Object.entries(idxFiles('', 't10k', byteLabels(3))).map(([name, bytes]) => [
        `${name.replace('-idx', '.idx')}.gz`,
        gzipSync(bytes),
      ]),
    ),
    shape: [1, 3, 2],
    classNames: numbers(3),
    first: ramp(6),
    labels: cycle(12, 3),
    counts: [12, 6],
  },
  'idx in colour': {
    format: 'idx',
    content: {
      ...idxFiles('', 't10k', byteLabels(2)),
      'train-images-idx3-ubyte': idx(0x804, [12, 1, 2, 3], ramp(72)),
      't10k-images-idx3-ubyte': idx(0x804, [6, 1, 2, 3], ramp(36)),
    },
    shape: [3, 1, 2],
    classNames: numbers(2),
    // Two pixels of red, green, blue: 0 7 14, 21 28 35.
    first: [0, 21, 7, 28, 14, 35],
    labels: cycle(12, 2),
    counts: [12, 6],
  },
  'fashion-mnist by its folder': {
    format: 'fashion-mnist',
    name: 'my-fashion',
    content: idxFiles('', 't10k', byteLabels(10)),
    shape: [1, 3, 2],
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    first: ramp(6),
    labels: cycle(12, 10),
    counts: [12, 6],
  },
  kmnist: {
    format: 'kmnist',
    name: 'kmnist',
    content: idxFiles('', 't10k', byteLabels(10)),
    shape: [1, 3, 2],
    classNames: ['お', 'き', 'す', 'つ', 'な', 'は', 'ま', 'や', 'れ', 'を'],
    first: ramp(6),
    labels: cycle(12, 10),
    counts: [12, 6],
  },
  'emnist letters, transposed, from 1': {
    format: 'emnist',
    content: idxFiles('emnist-letters-', 'test', byteLabels(26, 1)),
    shape: [1, 3, 2],
    classNames: Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
    // Stored as two columns of three: 0 7 14, 21 28 35.
    first: [0, 21, 7, 28, 14, 35],
    labels: cycle(12, 26),
    counts: [12, 6],
  },
  'emnist with a mapping': {
    format: 'emnist',
    content: {
      ...idxFiles('emnist-balanced-', 'test', byteLabels(3)),
      'emnist-balanced-mapping.txt': utf8('0 120\n1 121\n2 233\n'),
    },
    shape: [1, 3, 2],
    classNames: ['x', 'y', 'é'],
    first: [0, 21, 7, 28, 14, 35],
    labels: cycle(12, 3),
    counts: [12, 6],
  },
  qmnist: {
    format: 'qmnist',
    content: {
      'qmnist-train-images-idx3-ubyte': idx(0x803, [12, 3, 2], ramp(72)),
      'qmnist-train-labels-idx2-int': columns(12),
      'qmnist-test-images-idx3-ubyte': idx(0x803, [6, 3, 2], ramp(36)),
      'qmnist-test-labels-idx2-int': columns(6),
    },
    shape: [1, 3, 2],
    classNames: numbers(10),
    first: ramp(6),
    labels: cycle(12, 10),
    counts: [12, 6],
  },
  'cifar-10': {
    format: 'cifar-10',
    content: {
      ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, batch(2, (at) => [(n + at) % 10])])),
      'test_batch.bin': batch(3, (at) => [at]),
      'batches.meta.txt': utf8('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n'),
    },
    shape: [3, 32, 32],
    classNames: Array.from('abcdefghij'),
    first: ramp(3072),
    labels: [1, 2, 2, 3, 3, 4, 4, 5, 5, 6],
    counts: [10, 3],
  },
  'cifar-100, fine labels': {
    format: 'cifar-100',
    content: { 'train.bin': batch(4, (at) => [7, 90 + at]), 'test.bin': batch(2, (at) => [3, at]) },
    shape: [3, 32, 32],
    classNames: numbers(100),
    first: ramp(3072),
    labels: [90, 91, 92, 93],
    counts: [4, 2],
  },
  ...Object.fromEntries(
    ['keras', 'compressed', 'medmnist', 'floats', 'whole-doubles', 'planes-first', 'big-endian', 'truth-values'].map(
      (name): [string, Case] => {
        const { images, channels } = archives[name];
        return [
          `npz: ${name}`,
          {
            format: 'npz',
            content: archive(name),
            file: 'set.npz',
            shape: [channels, 5, 4],
            classNames: numbers(3),
            first: images.slice(0, 20 * channels),
            labels: archives.expected.train,
            counts: [9, 3],
          },
        ];
      },
    ),
  ),
  'csv of pixels with a head': {
    format: 'csv',
    content: { 'my_train.csv': pixelTable(9), 'my_test.csv': pixelTable(6) },
    shape: [1, 2, 2],
    classNames: numbers(3),
    first: ramp(4),
    labels: cycle(9, 3),
    counts: [9, 6],
  },
  'csv without a head, semicolons, one table': {
    format: 'csv',
    content: { 'data.csv': pixelTable(12, '', ';') },
    file: 'data.csv',
    shape: [1, 2, 2],
    classNames: numbers(3),
    first: ramp(4),
    labels: cycle(12, 3),
    counts: [10, 2],
  },
  'csv of paths with quoted names': {
    format: 'csv',
    content: {
      'train.csv': utf8(`file,kind\r\n"p/1.png","a, ""b"""\r\np/2.png,c\r\n${'p/1.png,c\r\n'.repeat(4)}`),
      'test.csv': utf8('file,kind\np/2.png,c\n'),
      'p/1.png': picture(2, 2, 5),
      'p/2.png': picture(2, 2, 9),
    },
    options: { label: 'kind' },
    shape: [1, 2, 2],
    classNames: ['a, "b"', 'c'],
    first: ramp(4, 5),
    labels: [0, 1, 1, 1, 1, 1],
    counts: [6, 1],
  },
  'class folders with a test set': {
    format: 'folders',
    content: {
      'train/10/a.png': picture(2, 2, 1),
      'train/9/b.PNG': picture(2, 2, 2),
      'train/9/inner/c.jpeg': picture(2, 2, 3),
      'train/9/.hidden.png': utf8('no picture'),
      'train/9/Thumbs.db': utf8('no picture'),
      'test/9/d.webp': picture(2, 2, 4),
    },
    shape: [1, 2, 2],
    // Names that are all numbers are in the order of their values.
    classNames: ['9', '10'],
    first: ramp(4, 2),
    labels: [0, 0, 1],
    counts: [3, 1],
  },
  'class folders without a test set, in colour, of many sizes': {
    format: 'folders',
    content: {
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`ä/${n}.png`, redPicture])),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`b/${n}.png`, picture(3, 2, n)])),
    },
    options: { size: [1, 1], resize: 'stretch' },
    shape: [3, 1, 1],
    classNames: ['b', 'ä'],
    first: [19, 19, 19],
    labels: [...new Array(6).fill(0), ...new Array(6).fill(1)],
    counts: [10, 2],
  },
};

function open({ content, file, name }: Pick<Case, 'content' | 'file' | 'name'>) {
  return memoryFiles(content, { file, ...(name ? { name } : {}) });
}

function load(at: Pick<Case, 'content' | 'file' | 'name' | 'format' | 'options'>) {
  return loadSource(dataSource(at.format), open(at), at.options ?? {}, memoryTools(at.content));
}

test('every format has a case', () => {
  expect([...new Set(Object.values(cases).map(({ format }) => format))].sort()).toEqual([...dataFormats].sort());
});

describe.each(Object.entries(cases))('%s', (_, at) => {
  test('is recognized', async () => {
    if (at.isRecognized === false) return;
    expect((await recognize(open(at))).name).toBe(at.format);
  });

  test('is loaded with its shape, classes, labels and pixels', async () => {
    const { train, test: tested, format, hash } = await load(at);
    expect(format).toBe(at.format);
    expect([train.shape, tested.shape]).toEqual([at.shape, at.shape]);
    expect(classNamesOf(train)).toEqual(at.classNames);
    expect(classNamesOf(tested)).toEqual(at.classNames);
    expect([train.labels.length, tested.labels.length]).toEqual(at.counts);
    const size = at.shape.reduce((a, b) => a * b, 1);
    // Where images are held out as test set, the labels that stay and the first image depend on the draw.
    if (at.counts[0] === at.labels.length) {
      expect([...train.labels]).toEqual(at.labels);
      expect([...train.images.subarray(0, size)]).toEqual(at.first);
    }
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('has the same hash each time, and another after a change of a pixel or label', async () => {
    const { hash } = await load(at);
    expect((await load(at)).hash).toBe(hash);
    // The last byte of a training file is a pixel or a label in all formats but archives and tables.
    const [name] = Object.keys(at.content).filter(
      (each) => /train|batch|\.png/.test(each) && !/\.(gz|npz|csv)$/.test(each),
    );
    if (name === undefined) return;
    const bytes = Uint8Array.from(at.content[name]!);
    bytes[bytes.length - 1]! ^= 1;
    expect((await load({ ...at, content: { ...at.content, [name]: bytes } })).hash).not.toBe(hash);
  });

  test('damaged files are loaded or refused with a message of one line', async () => {
    const names = Object.keys(at.content);
    const damage = fc.record({
      name: fc.constantFrom(...names),
      cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      changes: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
      removed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ name, cut, changes, removed }) => {
        const bytes = Uint8Array.from(at.content[name]!);
        for (const [place, value] of changes) if (bytes.length > 0) bytes[Math.floor(place * bytes.length)] = value;
        const { [name]: _, ...others } = at.content;
        const kept = cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length));
        await onlyExpected(() =>
          load({ ...at, content: removed && cut === null ? others : { ...others, [name]: kept } }),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('random bytes in all files are refused with a message of one line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 64 }), { minLength: 1, maxLength: 6 }), async (random) => {
        const content = Object.fromEntries(
          Object.keys(at.content).map((name, index) => [name, random[index % random.length]!]),
        );
        await onlyExpected(() => load({ ...at, content }));
      }),
      { numRuns: 30 },
    );
  });
});

async function onlyExpected(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof WorldError || error instanceof UsageError)) throw error;
    expect(error.message.split('\n').length).toBe(1);
  }
}

const folders = (content: Content, options: DataOptions = {}) => ({ format: 'folders', content, options });
const many = (folder: string, count: number, bytes = picture(2, 2, 3)): Content =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${folder}/${n}.png`, bytes]));
const two = { ...many('a', 6), ...many('b', 6) };

describe('the file of each image', () => {
  /** The pixel of a picture is the number in its name. */
  const numbered = (folder: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${folder}/${n}.png`, picture(1, 1, n)] as const));
  const inClasses = { ...numbered('a', 8), ...numbered('b', 8), 'a/3.png': utf8('no') };
  const paths = ['a/2.png', 'b/7.png', 'a/0.png', 'b/1.png', 'a/5.png', 'a/3.png', 'b/6.png'];
  const table = `file,label\n${paths.map((path) => `${path},${path[0]}`).join('\n')}`;

  test.each([
    ['folders', inClasses, 12, 3],
    ['csv', { ...inClasses, 'train.csv': utf8(table) }, 5, 1],
  ] as const)('%s: is kept when images are left out and held out', async (format, content, trained, tested) => {
    const loaded = await load({ format, content, options: { skipUnreadable: true } });
    expect([loaded.train.files?.length, loaded.test.files?.length]).toEqual([trained, tested]);
    for (const { images, labels, classNames, files } of [loaded.train, loaded.test]) {
      expect(files).toEqual(Array.from(labels, (label, image) => `${classNames![label]}/${images[image]}.png`));
    }
  });

  test('takes no part in the hash', async () => {
    const renamed = { ...many('a', 6), ...many('b', 5), 'b/last.png': picture(2, 2, 3) };
    expect((await load(folders(renamed))).hash).toBe((await load(folders(two))).hash);
  });

  test('is absent where images have no files', async () => {
    expect((await load(cases['csv of pixels with a head']!)).train.files).toBeUndefined();
  });
});

describe('refused with a message', () => {
  test.each<[string, Pick<Case, 'format' | 'content' | 'file' | 'options'>, string]>([
    [
      'one class',
      folders(many('a', 6)),
      'place has one folder alone, a; expected a folder of pictures for each of two classes or more. If the classes lie in it, name place/a',
    ],
    ['no folders', folders({ 'readme.txt': utf8('x') }), 'place has no folders; expected'],
    [
      'folders without pictures',
      folders({ 'a/x.txt': utf8('x'), 'b/y.txt': utf8('y') }),
      'holds no pictures in its folders',
    ],
    [
      'a class of the test set alone',
      folders({
        'train/a/1.png': picture(1, 1, 0),
        'train/b/1.png': picture(1, 1, 0),
        'test/c/1.png': picture(1, 1, 0),
      }),
      'place/test/c has no class of this name in the training set',
    ],
    [
      'unreadable pictures',
      folders({ ...two, 'a/x.png': utf8('no'), 'b/y.png': utf8('no') }),
      'place: 2 of 14 pictures cannot be read: a/x.png is no picture; b/y.png is no picture. Mend',
    ],
    [
      '257 classes',
      folders(Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`c${n}/1.png`, picture(1, 1, 0)]))),
      'place has 257 folders; at most 256',
    ],
    [
      'names that look the same',
      folders({
        [`${'é'.normalize('NFC')}/1.png`]: picture(1, 1, 0),
        [`${'é'.normalize('NFD')}/1.png`]: picture(1, 1, 0),
      }),
      'has two folders whose names look the same',
    ],
    [
      'folders without end',
      folders({ [`${'a/'.repeat(12)}1.png`]: picture(1, 1, 0), 'b/1.png': picture(1, 1, 0) }),
      'is more than 8 folders deep; a link may lead back',
    ],
    [
      'too few images to hold some out',
      folders({ 'a/1.png': picture(1, 1, 0), 'b/1.png': picture(1, 1, 0) }),
      'set has no test set, and 2 of the at least 6 images',
    ],
    ['labels of one class', { format: 'idx', content: idxFiles('', 't10k', byteLabels(1)) }, 'holds one class only'],
    [
      'a label beyond MNIST',
      { format: 'mnist', content: idxFiles('', 't10k', byteLabels(11)) },
      'place/train-labels-idx1-ubyte: label 10 is 10, expected 0 to 9',
    ],
    [
      'mixed sizes',
      {
        format: 'idx',
        content: { ...idxFiles('', 't10k', byteLabels(3)), 't10k-images-idx3-ubyte': idx(0x803, [6, 2, 2], ramp(24)) },
      },
      'place/train-images-idx3-ubyte has images of 3x2, place/t10k-images-idx3-ubyte of 2x2',
    ],
    [
      'several sets',
      {
        format: 'emnist',
        content: {
          ...idxFiles('emnist-letters-', 'test', byteLabels(26, 1)),
          ...idxFiles('emnist-digits-', 'test', byteLabels(10)),
        },
      },
      'holds several sets (emnist-digits, emnist-letters); name one of the files',
    ],
    [
      'a short batch',
      { format: 'cifar-10', content: { ...cases['cifar-10']!.content, 'data_batch_3.bin': new Uint8Array(3072) } },
      'place/data_batch_3.bin is cut off or no file of cifar-10: it has 3072 bytes',
    ],
    [
      'a batch that is missing',
      { format: 'cifar-10', content: { 'data_batch_1.bin': batch(1, () => [1]) } },
      'has no data_batch_2.bin, no data_batch_3.bin',
    ],
    [
      'a label beyond CIFAR-10',
      { format: 'cifar-10', content: { ...cases['cifar-10']!.content, 'test_batch.bin': batch(1, () => [10]) } },
      'place/test_batch.bin: label 0 is 10, expected 0 to 9',
    ],
    [
      'arrays stored by columns',
      { format: 'npz', content: archive('columns-first'), file: 'set.npz' },
      'x.npy in place/set.npz is stored column by column',
    ],
    [
      'arrays of objects',
      { format: 'npz', content: archive('objects'), file: 'set.npz' },
      'x.npy in place/set.npz holds values of type O',
    ],
    [
      'no archive',
      { format: 'npz', content: { 'set.npz': utf8('x'.repeat(100)) }, file: 'set.npz' },
      'place/set.npz is damaged: it is cut off, or no ZIP archive',
    ],
    [
      'a row that is too short',
      { format: 'csv', content: { 'a.csv': utf8('label,a,b,c,d\n0,1,2,3,4\n1,1,2,3\n') }, file: 'a.csv' },
      'place/a.csv, line 3: 4 fields, the first line has 5',
    ],
    [
      'a pixel of 256',
      { format: 'csv', content: { 'a.csv': utf8('label,a,b,c,d\n0,1,2,3,256\n') }, file: 'a.csv' },
      'line 2, column 5: expected a pixel from 0 to 255, got "256"',
    ],
    [
      'a quote that is not closed',
      { format: 'csv', content: { 'a.csv': utf8('label,a\n0,"1\n') }, file: 'a.csv' },
      'place/a.csv, line 2: a quote is not closed',
    ],
    [
      'a path out of the folder',
      { format: 'csv', content: { 'a.csv': utf8('label,file\na,../../secret.png\n') }, file: 'a.csv' },
      'line 2: expected a path within the folder of the table, got "../../secret.png"',
    ],
    [
      'a column that is missing',
      { format: 'csv', content: { 'a.csv': pixelTable(6) }, file: 'a.csv', options: { label: 'klass' } },
      'place/a.csv has no column "klass"; its columns are label, a, b, c, d',
    ],
    [
      'pixels of no square',
      { format: 'csv', content: { 'a.csv': utf8('label,a,b\n0,1,2\n1,1,2\n') }, file: 'a.csv' },
      'place/a.csv has 2 pixels a row, expected square images; their size may be given',
    ],
    [
      'an option that is not read',
      { format: 'idx', content: idxFiles('', 't10k', byteLabels(3)), options: { resize: 'fit' } },
      'data of format idx take no option for a way of resizing',
    ],
  ])('%s', async (_, at, message) => {
    await expect(load(at)).rejects.toThrow(message);
    await onlyExpected(() => load(at));
  });

  test('a folder of nothing known', async () => {
    await expect(recognize(memoryFiles({ 'a.txt': utf8('x') }))).rejects.toThrow(
      'data folder place is of no known format; these are read (--data-format): mnist, fashion-mnist,',
    );
    const report = { 'run/a.png': picture(1, 1, 0), 'run/config.json': utf8('{}') };
    await expect(recognize(memoryFiles(report))).rejects.toThrow('is of no known format');
    await expect(recognize(memoryFiles({}))).rejects.toThrow('data folder place is empty');
  });
});

test('a folder named like an IDX file is no file', async () => {
  const content = {
    ...idxFiles('', 't10k', byteLabels(3)),
    'train-images.idx3-ubyte/train-images.idx3-ubyte': utf8('x'),
  };
  const { train } = await load({ format: 'idx', content });
  expect(train.labels.length).toBe(12);
});

test('of several sets, the file that the user names decides', async () => {
  const content = {
    ...idxFiles('emnist-letters-', 'test', byteLabels(26, 1)),
    ...idxFiles('emnist-digits-', 'test', byteLabels(10)),
  };
  const { name, train } = await load({ format: 'emnist', content, file: 'emnist-digits-train-images-idx3-ubyte' });
  expect([name, train.classes]).toEqual(['emnist-digits', 10]);
});

test('the hash of plain IDX files is that of MNIST: of the sums of the files', async () => {
  const content = idxFiles('', 't10k', byteLabels(3));
  const { createHash } = await import('node:crypto');
  const sum = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
  const { hash } = await load({ format: 'idx', content });
  expect(hash).toBe(sum(Object.values(content).map(sum).join('')));
});

test('an archive of training images alone gives a sixth to the test set', async () => {
  const { train, test: tested } = await load({
    format: 'npz',
    content: archive('training-alone'),
    file: 'set.npz',
    options: {},
  });
  expect([train.labels.length, tested.labels.length]).toEqual([10, 2]);
  const sum = (all: readonly number[]) => all.reduce((total, value) => total + value, 0);
  expect(sum([...train.images, ...tested.images])).toBe(sum(archives['training-alone'].images));
});

test('a table beside class folders is ambiguous, unless it is train.csv', async () => {
  const table = utf8('file,size\na/1.png,3\n');
  await expect(recognize(memoryFiles({ ...two, 'list.csv': table }))).rejects.toThrow(
    'place has folders of pictures and a table, place/list.csv: say which are the data, by --data-format folders or',
  );
  expect((await recognize(memoryFiles({ ...two, 'train.csv': table }))).name).toBe('csv');
  expect((await recognize(memoryFiles({ ...many('images', 6), 'list.csv': table }))).name).toBe('csv');
  expect((await recognize(memoryFiles({ ...two, 'list.csv': table }, { file: 'list.csv' }))).name).toBe('csv');
});

test('other files in class folders are said', async () => {
  const noted = async (content: Content) => {
    const tools = memoryTools(content);
    await loadSource(dataSource('folders'), memoryFiles(content), {}, tools);
    return tools.notes;
  };
  const text = utf8('text');
  expect(await noted({ ...two, 'a/x.txt': text })).toEqual(['place/a/x.txt is no PNG, JPEG or WebP and is left out']);
  expect(await noted({ ...two, 'a/x.txt': text, 'b/y.gif': text })).toEqual([
    '2 files that are no PNG, JPEG or WebP are left out, such as place/a/x.txt',
  ]);
});

test('unreadable pictures are left out if the user says so', async () => {
  const content = { ...two, 'a/x.png': utf8('no') };
  const tools = memoryTools(content);
  const loaded = await loadSource(dataSource('folders'), memoryFiles(content), { skipUnreadable: true }, tools);
  expect(loaded.train.labels.length + loaded.test.labels.length).toBe(12);
  expect(tools.notes).toEqual(['1 of 13 pictures cannot be read and are left out: a/x.png is no picture']);
  expect(loaded.options).toEqual({ size: [2, 2], resize: 'fit', colour: 'grey', skipUnreadable: true });
});

test('the options that were used load the same data again', async () => {
  const content = { ...two, 'b/big.png': picture(9, 5, 1) };
  const first = await load(folders(content));
  expect(first.options).toEqual({ size: [28, 28], resize: 'fit', colour: 'grey' });
  expect((await load(folders(content, first.options!))).hash).toBe(first.hash);
  expect((await load(folders(content, { ...first.options, resize: 'fill' }))).hash).not.toBe(first.hash);
});

test('a held-out test set has a sixth of every class, and is the same each time', async () => {
  const content = { ...many('a', 12), ...many('b', 24) };
  const [first, second] = [await load(folders(content)), await load(folders(content))];
  const counts = [0, 1].map((label) => first.test.labels.filter((each) => each === label).length);
  expect(counts).toEqual([2, 4]);
  expect([...second.test.images]).toEqual([...first.test.images]);
});

test('a validation set serves as test set; beside a test set it is left out, with a note', async () => {
  const sets = (name: string) => ({ [`${name}/a/1.png`]: picture(2, 2, 1), [`${name}/b/1.png`]: picture(2, 2, 2) });
  const alone = await load(folders({ ...sets('train'), ...sets('val') }));
  expect([alone.train.labels.length, alone.test.labels.length]).toEqual([2, 2]);
  const content = { ...sets('train'), ...sets('validation'), ...sets('test') };
  const tools = memoryTools(content);
  await loadSource(dataSource('folders'), memoryFiles(content), {}, tools);
  expect(tools.notes).toEqual(['the pictures in place/validation are left out: place/test is the test set']);
});

test('65,537 pictures are loaded', async () => {
  const { train, test: tested } = await load(
    folders({ ...many('a', 65_536, picture(1, 1, 3)), ...many('b', 1, picture(1, 1, 4)) }),
  );
  expect(train.labels.length + tested.labels.length).toBe(65_537);
});

test('an archive that claims to unpack to more than it has is refused, and not unpacked further', async () => {
  const bytes = Uint8Array.from(archive('compressed')['set.npz']!);
  const view = new DataView(bytes.buffer);
  const central = bytes.findIndex((_, at) => at + 4 <= bytes.length && view.getUint32(at, true) === 0x02014b50);
  view.setUint32(central + 24, 10, true);
  await expect(load({ format: 'npz', content: { 'set.npz': bytes }, file: 'set.npz' })).rejects.toThrow(
    'it unpacks to more than the 10 bytes that its header says',
  );
});
