/** Tables as CSV, and the values of a chart as such a table. */
import type { Plot } from './plot.ts';

export type Cell = string | number | boolean | null | undefined;

/** Lines end with CR LF, as RFC 4180 asks. A text that a spreadsheet would run as a formula gets a quote before it. */
export function csvOf(head: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [head.map(csvCell).join(',')];
  for (const row of rows) lines.push(row.map(csvCell).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === undefined || cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = /^[=+\-@\t]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row a point: its series, both values, and the ends of a band. */
export function plotCsv({ x, y, layers }: Plot): string {
  const hasBand = layers.some(({ kind }) => kind === 'band');
  const hasTrials = layers.some((layer) => layer.kind === 'points' && layer.trials);
  const head = ['series', x.label, y.label, ...(hasBand ? ['low', 'high'] : []), ...(hasTrials ? ['trial'] : [])];
  const rows = layers.flatMap((layer) =>
    layer.x.map((value, index): Cell[] => [
      layer.name,
      x.names?.[Math.round(value)] ?? value,
      layer.kind === 'band' ? undefined : layer.y[index],
      ...(hasBand ? (layer.kind === 'band' ? [layer.low[index], layer.high[index]] : [undefined, undefined]) : []),
      ...(hasTrials ? [layer.kind === 'points' ? layer.trials?.[index] : undefined] : []),
    ]),
  );
  return csvOf(head, rows);
}
