/** A table as data, for terminal, Markdown and HTML. */
export interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  /** Numbers stand to the right. */
  readonly align?: 'right';
  /** Where a terminal is narrow, the columns with the highest rank are left out first; 0, the default, always stays. */
  readonly rank?: number;
}

export interface TextTable {
  /** What the table shows, in a few words. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Index of the column that names the row. */
  readonly names: number;
  /** Index of the row to stress. */
  readonly stressed?: number | undefined;
  /** On a narrow page a row becomes a list of its cells; `scroll`: the table can be scrolled instead. */
  readonly narrow?: 'scroll';
  /** What was left out, or how to read it. */
  readonly note?: string | undefined;
}

/** The cells row by row. */
export function rowsOf({ columns }: Pick<TextTable, 'columns'>): string[][] {
  const count = columns[0]?.cells.length ?? 0;
  return Array.from({ length: count }, (_, row) => columns.map(({ cells }) => cells[row]!));
}
