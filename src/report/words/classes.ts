/** Names of classes in tables and charts, and sentences on the answers to them. */
import { listed } from '../../base/format.ts';
import { visible } from '../../base/plain-text.ts';
import type { ClassReport } from '../../train/class-report.ts';

/** The names of all classes of a network: those of the data, then numbers, where the network has more classes. */
export function namesOfAll(names: readonly string[], classes: number): readonly string[] {
  return Array.from({ length: classes }, (_, label) => names[label] ?? `${label}`);
}

/** A name with at most `most` characters; a longer one ends in an ellipsis. */
export function cutName(name: string, most: number): string {
  const letters = [...visible(name)];
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}

/** A class taken for another one, and how often. */
export interface Confusion {
  readonly label: number;
  readonly answer: number;
  readonly count: number;
}

/** All confusions that occur, the most frequent first. */
export function confusionsOf(counts: readonly (readonly number[])[]): readonly Confusion[] {
  return counts
    .flatMap((row, label) => row.map((count, answer) => ({ label, answer, count })))
    .filter(({ label, answer, count }) => label !== answer && count > 0)
    .sort((a, b) => b.count - a.count);
}

/** The most names in a sentence. */
const mostNamed = 5;

/** Sentences on scores that are 0 because they have no meaning. */
export function undefinedScores({ classes }: ClassReport, names: readonly string[]): string[] {
  const where = (has: (scores: (typeof classes)[number]) => boolean) => names.filter((_, i) => has(classes[i]!));
  const empty = where(({ support }) => support === 0);
  const unused = where(({ answers }) => answers === 0);
  return [
    ...(empty.length > 0 ? [`There are no images of ${someOf(empty)}; recall counts as 0 there.`] : []),
    ...(unused.length > 0 ? [`No image was taken for ${someOf(unused)}; precision counts as 0 there.`] : []),
  ];
}

function someOf(names: readonly string[]): string {
  if (names.length <= mostNamed) return listed(names, 'or');
  const rest = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')} or ${rest === 1 ? 'one other class' : `${rest} other classes`}`;
}
