/** Tables as rows of strings, set for a terminal or for Markdown. */
import Table from 'cli-table3';
import { significance } from '../study/statistics.ts';
import { type Content, differenceText, postText, pText, type Section } from './content.ts';

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns to leave out, from the first, where the terminal is narrow. */
  readonly dispensable?: readonly number[];
}

const standings = {
  selected: 'selected',
  alike: 'not distinguishable',
  worse: 'worse',
  open: '',
  failed: 'failed',
} as const;

/** The post's own table: level and accuracy, and what the post did not have. */
export function stageTable({ rows, stage }: Section, { measure, unit, epochs, view }: Content): TextTable {
  const several = view.definition.seeds.length > 1;
  const post = rows.some((row) => postText(row, view) !== '');
  const columns: [string, readonly string[]][] = [
    [stage.name, rows.map(({ label }) => label)],
    [`${measure}${unit && ` (${unit.trim()})`} ${epochs}`, rows.map(({ mean }) => mean)],
    ...(several
      ? ([
          ['95 % interval', rows.map(({ interval }) => interval)],
          ['every seed', rows.map(({ seeds }) => seeds)],
        ] as [string, string[]][])
      : []),
    ['p (Holm)', rows.map(({ p }) => p)],
    ...(post ? ([['the post', rows.map((row) => postText(row, view))]] as [string, string[]][]) : []),
    [
      '',
      rows.map(({ standing, view: { sameAs } }) => (sameAs?.stage === stage.index ? 'the same' : standings[standing])),
    ],
  ];
  return {
    head: columns.map(([head]) => head),
    rows: rows.map((_, index) => columns.map(([, cells]) => cells[index]!)),
    dispensable: several ? [3, 4, 2] : [2],
  };
}

/** What each level is worth over the one before. */
export function stepTable({ steps, rows, stage }: Section, { view }: Content): TextTable {
  const text = (value: number) => differenceText(value, view);
  const several = steps.some(({ difference }) => difference!.interval);
  return {
    head: [
      ...[stage.name, `change${view.definition.objective === 'accuracy' ? ' (points)' : ''}`],
      ...[...(several ? ['95 % interval'] : []), 'p (Holm)', ''],
    ],
    rows: steps.map(({ level, difference, adjusted }) => [
      ...[rows[level]!.label, text(difference!.mean)],
      ...(several ? [difference!.interval?.map(text).join(' to ') ?? ''] : []),
      ...[pText(adjusted), adjusted < significance ? 'beyond chance' : 'within chance'],
    ]),
    dispensable: several ? [3, 4] : [2],
  };
}

/** For a terminal of `width` columns: leaves out what is dispensable until it fits, then lets the heads break. */
export function terminalTable({ head, rows, dispensable = [] }: TextTable, width: number): string {
  const left = head.map((_, index) => index);
  const widthOf = () => left.reduce((sum, column) => sum + 3 + contentWidth(head[column]!, column), 1);
  for (const column of dispensable) if (widthOf() > width) left.splice(left.indexOf(column), 1);
  const widths = left.map((column) => 2 + contentWidth(head[column]!, column));
  const table = new Table({
    head: left.map((column) => head[column]!),
    colWidths: widths,
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const cells of rows) table.push(left.map((column) => cells[column]!));
  return table.toString();

  function contentWidth(title: string, column: number): number {
    const least = width < 70 ? longestWord(title) : Math.min(18, title.length);
    return Math.max(least, longestWord(title), ...rows.map((cells) => cells[column]!.length));
  }
}

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map((word) => word.length));
}

export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Lines broken at spaces so that none is longer than `width`, where words allow. */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line].join('\n');
}
