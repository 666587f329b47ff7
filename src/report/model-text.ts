/** A network's layers, and the kernels that train them, as text for a terminal of any width. */
import { alignColumns, describeModel, layerTable, type Model } from '../nn/model.ts';
import { terminalTable } from './terminal-table.ts';

/** Ranks of the columns of layers: connections are left out first, then multiply-accumulates. */
const layerRanks = [0, 0, 0, 0, 6, 5];

/** Columns of a terminal below which a table of layers would break most of their words. */
const listBelow = 64;

/** The table of {@link describeModel}; where it is wider than the terminal, with broken cells, and on a narrow one as a list. */
export function modelText(model: Model, width: number): string {
  const [head = [], ...rows] = layerTable(model);
  const named = [head.map((title) => title || 'kind'), ...rows];
  return fits(describeModel(model, width), width) ?? narrowTable(named, width, layerRanks);
}

/** The rows of kernelTable() as a table; where it is wider than the terminal, with broken cells, and on a narrow one as a list. */
export function kernelsText(table: readonly (readonly string[])[], width: number): string {
  return fits(alignColumns(table), width) ?? narrowTable(table, width);
}

function fits(text: string, width: number): string | undefined {
  return text.split('\n').every((line) => line.length <= width) ? text : undefined;
}

function narrowTable(
  [head = [], ...rows]: readonly (readonly string[])[],
  width: number,
  ranks: readonly number[] = [],
) {
  const columns = head.map((title, column) => ({
    head: title,
    cells: rows.map((row) => row[column]!),
    rank: ranks[column] ?? 0,
    ...(column >= 3 ? { align: 'right' as const } : {}),
  }));
  return terminalTable({ columns }, width, { listBelow });
}
