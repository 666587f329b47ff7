/** A table as data, for terminal, Markdown and HTML. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** `right` for numbers. */
  readonly align?: 'right';
  /** A sentence below the table that explains the cells. */
  readonly note?: string;
  /**
   * A narrow terminal leaves out the columns of the highest rank first. A column of rank 0, the default, is always
   * shown.
   */
  readonly rank?: number;
}

export interface TextTable {
  /** What the table shows, in a few words. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Index of the column that names the rows. */
  readonly names: number;
  /** Index of the row to print in bold. */
  readonly stressed?: number | undefined;
  /** A sentence below the table, for instance on rows that are left out. */
  readonly note?: string | undefined;
}

/** The notes below the table. */
export function notesOf({ columns, note }: Pick<TextTable, 'columns' | 'note'>): string[] {
  return [...columns.flatMap((column) => column.note ?? []), ...(note === undefined ? [] : [note])];
}

/** The cells row by row. */
export function rowsOf({ columns }: Pick<TextTable, 'columns'>): string[][] {
  const count = columns[0]?.cells.length ?? 0;
  return Array.from({ length: count }, (_, row) => columns.map(({ cells }) => cells[row]!));
}
