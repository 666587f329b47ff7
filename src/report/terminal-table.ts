/** Tables and sentences that fit the width of a terminal. */
import Table from 'cli-table3';
import columnsOf from 'string-width';
import { visible } from '../base/plain-text.ts';
import { notesOf, rowsOf, type TextTable } from './table.ts';

/**
 * A table for a terminal of `width` columns, at least 40. If the table is too wide, columns of rank 5 and above are
 * left out first, then cells are broken at spaces, then columns of lower ranks are left out, then words are broken. A
 * line below names the columns left out.
 *
 * Below `listBelow` columns, 40 by default, a table whose words would break becomes a list.
 */
export function terminalTable(
  { columns: given, note }: Pick<TextTable, 'columns' | 'note'>,
  width: number,
  { listBelow = leastTableWidth }: { readonly listBelow?: number } = {},
): string {
  const columns = given.map((column) => ({
    ...column,
    head: visible(column.head),
    cells: column.cells.map(visible),
  }));
  const wide = columns.map(({ head, cells }) => widthOf(head, cells, { head: 11, cell: Number.POSITIVE_INFINITY }));
  const tight = columns.map(({ head, cells, align }) => widthOf(head, cells, { head: 0, cell: align ? 100 : 14 }));
  const least = columns.map(({ head, cells, align }) => widthOf(head, cells, { head: 0, cell: align ? 100 : 0 }));
  const byRank = [...columns.keys()]
    .filter((column) => (columns[column]!.rank ?? 0) > 0)
    .sort((a, b) => columns[b]!.rank! - columns[a]!.rank!);
  const shown = new Set(columns.keys());
  const fits = (widths: readonly number[]) => frameWidth([...shown].map((column) => widths[column]!)) <= width;
  for (const column of byRank) if (columns[column]!.rank! >= firstToGo && !fits(wide)) shown.delete(column);
  const widths = fits(wide) ? wide : tight;
  for (const column of byRank) if (!fits(least)) shown.delete(column);
  const left = [...shown];
  if (width < listBelow && left.length > 1 && !fits(least)) return listedRows({ columns, note }, width);
  const narrow = squeezed(
    left.map((column) => ({ width: widths[column]!, least: least[column]! })),
    width,
  );
  const inCell = (text: string, i: number) => broken(text, narrow[i]! - padding);
  const table = new Table({
    head: left.map((column, i) => inCell(columns[column]!.head, i)),
    colWidths: [...narrow],
    colAligns: left.map((column) => columns[column]!.align ?? 'left'),
    style: { head: [], border: [], compact: true },
  });
  const count = columns[0]?.cells.length ?? 0;
  for (let row = 0; row < count; row++) table.push(left.map((column, i) => inCell(columns[column]!.cells[row]!, i)));
  const gone = columns.filter(({ head }, column) => head !== '' && !shown.has(column)).map(({ head }) => head);
  const notes = [
    ...(gone.length > 0 ? [`Left out for width: ${gone.join(', ')}.`] : []),
    ...notesOf({ columns: left.map((column) => columns[column]!), note }),
  ];
  return [table.toString(), ...notes.map((line) => wrapped(line, width))].join('\n');
}

/** Columns of a terminal below which a table that does not fit would break most of its words. */
const leastTableWidth = 40;

/** The rows of a table as blocks of lines `head: cell`, for terminals that are too narrow for a table. */
function listedRows({ columns, note }: Pick<TextTable, 'columns' | 'note'>, width: number): string {
  const shown = columns.filter(({ rank = 0 }) => rank < firstToGo);
  const gone = columns.filter((column) => column.head !== '' && !shown.includes(column)).map(({ head }) => head);
  const blocks = rowsOf({ columns: shown }).map((cells) =>
    cells.flatMap((cell, i) => (cell === '' ? [] : [broken(`${shown[i]!.head}: ${cell}`, width)])).join('\n'),
  );
  const notes = [
    ...(gone.length > 0 ? [`Left out for width: ${gone.join(', ')}.`] : []),
    ...notesOf({ columns: shown, note }),
  ];
  return [...blocks, ...notes.map((line) => wrapped(line, width))].join('\n\n');
}

/** Columns of this rank and above are left out before any cell is broken. */
const firstToGo = 5;

/** A space on both sides of a cell. */
const padding = 2;

/** With the lines between the columns. */
function frameWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + 1 + width, 1);
}

/**
 * Narrows columns by one character at a time until the table fits: the widest column whose words still fit, or, if
 * there is none, the widest of all. Words break there.
 */
function squeezed(
  columns: readonly { readonly width: number; readonly least: number }[],
  most: number,
): readonly number[] {
  const narrow = columns.map(({ width }) => width);
  while (frameWidth(narrow) > most) {
    const roomy = [...narrow.keys()].filter((i) => narrow[i]! > columns[i]!.least);
    const from = roomy.length > 0 ? roomy : [...narrow.keys()];
    const widest = from.reduce((best, i) => (narrow[i]! > narrow[best]! ? i : best));
    if (narrow[widest]! <= padding + 2) break;
    narrow[widest]!--;
  }
  return narrow;
}

/** Lines of at most `width` columns, at least 2, broken at spaces; a longer word breaks between any two characters. */
function broken(text: string, width: number): string {
  const words = text.split(' ').flatMap((word) => piecesOf(word, width));
  return wrapped(words.join(' '), width);
}

/** The word in pieces of at most `width` columns. Neither a surrogate pair nor a letter and its accents are separated. */
function piecesOf(word: string, width: number): string[] {
  const pieces = [''];
  for (const character of word) {
    const longer = pieces.at(-1)! + character;
    if (columnsOf(longer) > width) pieces.push(character);
    else pieces[pieces.length - 1] = longer;
  }
  return pieces;
}

/** The text with at most `width` columns; a longer one ends in an ellipsis. */
export function shortened(text: string, width: number): string {
  const shown = visible(text);
  return columnsOf(shown) <= width ? shown : `${piecesOf(shown, width - 1)[0]}…`;
}

/** The width of a column with its padding; longer heads and cells break at spaces. */
function widthOf(
  head: string,
  cells: readonly string[],
  most: { readonly head: number; readonly cell: number },
): number {
  const needed = cells.map((cell) => Math.max(Math.min(most.cell, columnsOf(cell)), longestWord(cell)));
  return padding + Math.max(Math.min(most.head, columnsOf(head)), longestWord(head), ...needed);
}

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map(columnsOf));
}

/**
 * A line of text broken at spaces into lines of at most `width` columns, where words allow. Characters that would
 * act on the terminal are written out, line breaks among them.
 */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let [line, columns] = ['', 0];
  for (const word of visible(text).split(' ')) {
    const more = columnsOf(word);
    if (line !== '' && indent.length + columns + 1 + more > width) {
      lines.push(indent + line);
      [line, columns] = [word, more];
    } else if (line === '') [line, columns] = [word, more];
    else [line, columns] = [`${line} ${word}`, columns + 1 + more];
  }
  return [...lines, indent + line].join('\n');
}
