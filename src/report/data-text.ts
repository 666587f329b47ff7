/** A description of a data set for a terminal. */
import { counted } from '../base/format.ts';
import type { DataDescription } from '../data/describe.ts';
import type { TextTable } from './table.ts';
import { terminalTable, wrapped } from './terminal-table.ts';
import { dataFindings, dataTitle, pixelSentences } from './words/data.ts';

/** The longest bar (columns). */
const longestBar = 20;

/** Images by class, with a bar for the training images. */
export function countTable({ classes, images }: DataDescription): TextTable {
  const most = Math.max(...classes.map(({ train }) => train));
  const columns = [
    { head: 'class', cells: classes.map(({ name }) => name) },
    { head: 'train', cells: classes.map(({ train }) => counted(train)), align: 'right' as const },
    {
      head: 'share %',
      cells: classes.map(({ train }) => ((100 * train) / images.train).toFixed(1)),
      align: 'right' as const,
      rank: 5,
    },
    { head: 'test', cells: classes.map(({ test }) => counted(test)), align: 'right' as const },
    {
      head: '',
      cells: classes.map(({ train }) => '█'.repeat(Math.ceil((longestBar * train) / most))),
      rank: 6,
    },
  ];
  return { caption: 'Images by class', names: 0, columns };
}

/** @param width of the terminal, in columns. */
export function dataText(description: DataDescription, width: number): string {
  const line = (text: string) => (text.startsWith('  ') ? wrapped(text.trim(), width, '  ') : wrapped(text, width));
  return [
    line(dataTitle(description)),
    ...pixelSentences(description).map(line),
    '',
    terminalTable(countTable(description), width),
    ...dataFindings(description).map(line),
  ].join('\n');
}
