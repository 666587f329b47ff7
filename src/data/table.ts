/** Reads tables (.csv) of images: labels with pixels, or with paths to pictures. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { CsvReader } from './csv.ts';
import { mostSetBytes } from './dataset.ts';
import type { Files } from './files.ts';
import { isPictureName } from './picture-formats.ts';

/** Names of a column of labels, in lower case, where the user names none. */
const labelNames = ['label', 'class', 'target', 'y'];

/** A table as its file has it. */
export interface Table {
  readonly kind: 'pixels' | 'paths';
  readonly where: string;
  readonly labels: readonly string[];
  /** [row][pixel], of tables of pixels. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly pixelsPerRow: number;
  /** Of tables of paths. */
  readonly paths: readonly string[];
}

/**
 * Reads a table of pixels, or of paths to pictures.
 * @param label the name of the column of labels. Default: label, class, target or y, else the first column.
 * @throws WorldError that names the file, the line and the column.
 */
export async function readTable(files: Files, name: string, label: string | undefined): Promise<Table> {
  const where = files.where(name);
  const bytes = await files.read(name);
  const first = new CsvReader(bytes, where);
  if (!first.next()) throw new WorldError(`${where} is empty`);
  const head = Array.from({ length: first.fields }, (_, field) => first.text(field));
  const labelColumn = columnOfLabels(head, label, where);
  const hasNames = label !== undefined || isHead(head);
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
    if (path === '' || path.includes('\0') || path.startsWith('/') || path.split('/').includes('..')) {
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
