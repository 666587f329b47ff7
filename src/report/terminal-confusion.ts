/** The confusion matrix for a terminal. */
import columnsOf from 'string-width';
import { cutName } from './words/classes.ts';

/** The most characters of a class's name, at the side and above. */
const [longestAtSide, longestAbove] = [16, 7];

/**
 * A row for each class and a column for each answer; a dot is zero. Undefined where the matrix is wider than `width`.
 * @param names of the classes; long names are cut.
 */
export function confusionText(
  counts: readonly (readonly number[])[],
  names: readonly string[],
  width: number,
): string | undefined {
  const side = names.map((name) => cutName(name, longestAtSide));
  const heads = names.map((name) => cutName(name, longestAbove));
  const cells = counts.map((row) => row.map((count) => (count === 0 ? '·' : `${count}`)));
  const first = Math.max(...side.map(columnsOf));
  const column = 1 + Math.max(...[...heads, ...cells.flat()].map(columnsOf));
  if (first + names.length * column > width) return undefined;
  const line = (name: string, texts: readonly string[]) =>
    [padded(name, first, 'right'), ...texts.map((text) => padded(text, column, 'left'))].join('');
  return [line('', heads), ...cells.map((row, label) => line(side[label]!, row))].join('\n');
}

/** @param at the side that is filled with spaces. */
function padded(text: string, columns: number, at: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return at === 'left' ? space + text : text + space;
}
