/** Tables (.csv) of pixels, or of paths to pictures, with a column of labels. */
import { WorldError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { visible } from '../../base/plain-text.ts';
import { CsvReader } from '../csv.ts';
import { type Dataset, mostImagePixels } from '../dataset.ts';
import type { Files } from '../files.ts';
import { namedClasses } from '../labels.ts';
import { judgedRules } from '../picture-rules.ts';
import { decodeSets, isPictureName, mostSetBytes } from '../picture-set.ts';
import { planesOf } from '../planes.ts';
import type { DataOptions } from '../source.ts';
import type { DataSource, SourceData, SourceTools } from './source.ts';

/** Names of a column of labels, in lower case, where the user names none. */
const labelNames = ['label', 'class', 'target', 'y'];

export const csv: DataSource = {
  name: 'csv',
  sentence: 'a table (.csv) of pixels or of paths to pictures, its labels in the column label, or in the first',
  reads: ['label', 'size', 'resize', 'colour', 'skipUnreadable'],
  recognizes: async (files) => (await tablesOf(files)) !== undefined,
  async load(files, options, tools) {
    const tables = await tablesOf(files);
    if (!tables) throw new WorldError(`${files.place}: expected a file .csv, or a folder with train.csv`);
    const read = [];
    for (const table of tables) read.push(await readTable(files, table, options));
    const [train, test] = read;
    if (test && train!.kind !== test.kind) {
      throw new WorldError(`${train!.where} holds ${train!.kind}, but ${test.where} holds ${test.kind}`);
    }
    return train!.kind === 'pixels' ? fromPixels(files, read, options) : fromPaths(files, read, options, tools);
  },
};

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

interface Table {
  readonly kind: 'pixels' | 'paths';
  readonly where: string;
  readonly labels: readonly string[];
  /** [row][pixel], of tables of pixels. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly pixelsPerRow: number;
  /** Of tables of paths. */
  readonly paths: readonly string[];
}

async function readTable(files: Files, name: string, options: DataOptions): Promise<Table> {
  const where = files.where(name);
  const bytes = await files.read(name);
  const first = new CsvReader(bytes, where);
  if (!first.next()) throw new WorldError(`${where} is empty`);
  const head = Array.from({ length: first.fields }, (_, field) => first.text(field));
  const labelColumn = columnOfLabels(head, options.label, where);
  const hasNames = options.label !== undefined || isHead(head);
  const rows = new CsvReader(bytes, where);
  if (hasNames) rows.next();
  if (!rows.next()) throw new WorldError(`${where} has no rows below its head`);
  if (head.length < 2) throw new WorldError(`${where} has one column; expected labels, and pixels or paths`);
  const pathColumn = columnOfPaths(rows);
  const table = { where, labelColumn, columns: head.length };
  return pathColumn === undefined ? readPixels(rows, table) : readPaths(rows, { ...table, pathColumn });
}

/** Whether the row names columns: one of its texts is the name of a column of labels, or all are texts. */
function isHead(head: readonly string[]): boolean {
  return (
    head.some((text) => labelNames.includes(text.toLowerCase())) ||
    (head.every((text) => Number.isNaN(Number(text || 'x'))) && !head.some(isPicturePath))
  );
}

function columnOfLabels(head: readonly string[], wanted: string | undefined, where: string): number {
  if (wanted !== undefined) {
    const column = head.indexOf(wanted);
    if (column >= 0) return column;
    const has = head.slice(0, 8).map(visible).join(', ');
    throw new WorldError(
      `${where} has no column "${visible(wanted)}"; its columns are ${has}${head.length > 8 ? ', ...' : ''}`,
    );
  }
  for (const name of labelNames) {
    const column = head.findIndex((text) => text.toLowerCase() === name);
    if (column >= 0) return column;
  }
  // A table of paths without names usually has the path first.
  return head.length === 2 && isPicturePath(head[0]!) ? 1 : 0;
}

function columnOfPaths(rows: CsvReader): number | undefined {
  for (let field = 0; field < Math.min(rows.fields, 64); field++) if (isPicturePath(rows.text(field))) return field;
  return undefined;
}

function isPicturePath(text: string): boolean {
  return isPictureName(text.split(/[/\\]/).at(-1) ?? '');
}

interface Columns {
  readonly where: string;
  readonly labelColumn: number;
  readonly columns: number;
}

/** @param rows at the first row. */
function readPixels(rows: CsvReader, { where, labelColumn, columns }: Columns): Table {
  const pixelsPerRow = columns - 1;
  const labels: string[] = [];
  let pixels = new Uint8Array(pixelsPerRow * 1024);
  let length = 0;
  do {
    checkFields(rows, columns, where);
    labels.push(rows.text(labelColumn));
    if (length + pixelsPerRow > pixels.length) {
      if (pixels.length > mostSetBytes / 2) {
        throw new WorldError(`${where} has more than ${counted(mostSetBytes / 2)} pixels, more than are read here`);
      }
      const larger = new Uint8Array(2 * pixels.length);
      larger.set(pixels);
      pixels = larger;
    }
    for (let field = 0; field < columns; field++) {
      if (field === labelColumn) continue;
      const value = rows.number(field);
      if (!(Number.isInteger(value) && value >= 0 && value <= 255)) {
        const got = visible(rows.text(field).slice(0, 40));
        throw new WorldError(
          `${where}, line ${rows.line}, column ${field + 1}: expected a pixel from 0 to 255, got "${got}"`,
        );
      }
      pixels[length++] = value;
    }
  } while (rows.next());
  return { kind: 'pixels', where, labels, pixels: pixels.subarray(0, length), pixelsPerRow, paths: [] };
}

/** @param rows at the first row. */
function readPaths(
  rows: CsvReader,
  { where, labelColumn, columns, pathColumn }: Columns & { pathColumn: number },
): Table {
  const labels: string[] = [];
  const paths: string[] = [];
  do {
    checkFields(rows, columns, where);
    labels.push(rows.text(labelColumn));
    const path = rows
      .text(pathColumn)
      .replaceAll('\\', '/')
      .replace(/^(\.\/)+/, '');
    if (path === '' || path.startsWith('/') || path.split('/').includes('..')) {
      throw new WorldError(
        `${where}, line ${rows.line}: expected a path within the folder of the table, got "${visible(path.slice(0, 80))}"`,
      );
    }
    paths.push(path);
  } while (rows.next());
  return { kind: 'paths', where, labels, pixels: new Uint8Array(0), pixelsPerRow: 0, paths };
}

function checkFields(rows: CsvReader, columns: number, where: string): void {
  if (rows.fields === columns) return;
  throw new WorldError(`${where}, line ${rows.line}: ${rows.fields} fields, the first line has ${columns}`);
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
  const sets = tables.map(({ pixels }, index): Dataset => {
    const set = {
      name: `${files.name} ${index === 0 ? 'train' : 'test'}`,
      images: planesOf(pixels, shape[0], shape[1] * shape[2]),
      labels: known.labels[index]!,
      shape,
      classes: known.classes,
    };
    return known.classNames ? { ...set, classNames: known.classNames } : set;
  });
  const options = size ? { size } : {};
  return { train: sets[0]!, ...(sets[1] ? { test: sets[1] } : {}), options };
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
  const { frame, sets, options: used } = await decodeSets(files, lists, options, tools);
  const [train, test] = sets.map(({ images, labels }, index): Dataset => {
    const shape = [frame.channels, frame.height, frame.width] as const;
    const set = {
      name: `${files.name} ${index === 0 ? 'train' : 'test'}`,
      images,
      labels,
      shape,
      classes: known.classes,
    };
    return known.classNames ? { ...set, classNames: known.classNames } : set;
  });
  const label = options.label === undefined ? {} : { label: options.label };
  return {
    train: train!,
    ...(test ? { test } : {}),
    pictures: { ground: judgedRules(train!).ground, framing: frame.resize },
    options: { ...used, ...label },
  };
}
