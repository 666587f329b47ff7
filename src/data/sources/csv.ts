/** Tables (.csv) of pixels, or of paths to pictures, with a column of labels. */
import { WorldError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { type Dataset, mostImagePixels } from '../dataset.ts';
import type { Files } from '../files.ts';
import { namedClasses } from '../labels.ts';
import { planesOf } from '../planes.ts';
import type { DataOptions } from '../source.ts';
import { readTable, type Table } from '../table.ts';
import type { DataSource, SourceData, SourceTools } from './source.ts';
import { decodedPictures, trainAndTest } from './train-and-test.ts';

export const csv: DataSource = {
  name: 'csv',
  sentence: 'a table (.csv) of pixels or of paths to pictures, its labels in the column label, or in the first',
  reads: ['label', 'size', 'resize', 'colour', 'skipUnreadable'],
  recognizes: async (files) => (await tablesOf(files)) !== undefined,
  async load(files, options, tools) {
    const tables = await tablesOf(files);
    if (!tables) throw new WorldError(`${files.place}: expected a file .csv, or a folder with train.csv`);
    const read = [];
    for (const table of tables) read.push(await readTable(files, table, options.label));
    const [train, test] = read;
    if (test && train!.kind !== test.kind) {
      throw new WorldError(`${train!.where} holds ${train!.kind}, but ${test.where} holds ${test.kind}`);
    }
    return train!.kind === 'pixels' ? fromPixels(files, read, options) : fromPaths(files, read, options, tools);
  },
};

/** The only table in a folder, where it is not called train.csv: it may be a list beside folders of pictures. */
export async function strayTableIn(files: Files): Promise<string | undefined> {
  const [table] = (await tablesOf(files)) ?? [];
  return files.file !== undefined || table === undefined || /train/i.test(table) ? undefined : table;
}

/** The table that the user named, or train.csv; with the table of test images beside it. */
async function tablesOf(files: Files): Promise<readonly string[] | undefined> {
  const isTable = (name: string) => name.toLowerCase().endsWith('.csv');
  if (files.file !== undefined && !isTable(files.file)) return undefined;
  const names = (await files.list(''))
    .filter(({ name, isFolder }) => !isFolder && isTable(name))
    .map(({ name }) => name);
  const train = files.file ?? (names.length === 1 ? names[0] : names.find((name) => /train/i.test(name)));
  if (train === undefined) return undefined;
  const test = names.find(
    (name) => name !== train && name.toLowerCase() === train.toLowerCase().replace('train', 'test'),
  );
  return test === undefined ? [train] : [train, test];
}

function fromPixels(files: Files, tables: readonly Table[], { size }: DataOptions): SourceData {
  const [train] = tables;
  const { pixelsPerRow, where } = train!;
  const other = tables.find((table) => table.pixelsPerRow !== pixelsPerRow);
  if (other)
    throw new WorldError(`${where} has ${pixelsPerRow} pixels a row, ${other.where} has ${other.pixelsPerRow}`);
  const shape = shapeOf(pixelsPerRow, size, where);
  const known = namedClasses(
    tables.map(({ labels }) => labels),
    where,
  );
  const read = tables.map(({ pixels }, index) => ({
    images: planesOf(pixels, shape[0], shape[1] * shape[2]),
    labels: known.labels[index]!,
    shape,
  }));
  return { ...trainAndTest(files, read, known), options: size ? { size } : {} };
}

/** Square images, or of the given size; in grey, or in colour with the three colours of a pixel beside each other. */
function shapeOf(pixels: number, size: DataOptions['size'], where: string): Dataset['shape'] {
  for (const channels of [1, 3]) {
    const side = Math.round(Math.sqrt(pixels / channels));
    const [height, width] = size ?? [side, side];
    if (channels * height * width === pixels && pixels <= mostImagePixels) return [channels, height, width];
  }
  const wanted = size ? `images of ${size.join('x')}, in grey or colour` : 'square images; their size may be given';
  throw new WorldError(`${where} has ${counted(pixels)} pixels a row, expected ${wanted}`);
}

async function fromPaths(
  files: Files,
  tables: readonly Table[],
  options: DataOptions,
  tools: SourceTools,
): Promise<SourceData> {
  const known = namedClasses(
    tables.map(({ labels }) => labels),
    tables[0]!.where,
  );
  const lists = tables.map(({ paths }, table) =>
    paths.map((path, row) => ({ path, label: known.labels[table]![row]! })),
  );
  const data = await decodedPictures(files, lists, { known, options, tools });
  const label = options.label === undefined ? {} : { label: options.label };
  return { ...data, options: { ...data.options, ...label } };
}
