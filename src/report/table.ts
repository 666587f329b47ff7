/** A table as data, for terminal, Markdown and HTML. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** Numbers stand to the right. */
  readonly align?: 'right';
  /** Explains its cells, below the table. */
  readonly note?: string;
  /** Where a terminal is narrow, the columns with the highest rank are left out first; 0, the default, always stays. */
  readonly rank?: number;
}

export interface TextTable {
  /** Says in a few words what the table shows. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Index of the column that names the row. */
  readonly names: number;
  /** Index of the row to stress. */
  readonly stressed?: number | undefined;
  /** Explains what was left out. */
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
