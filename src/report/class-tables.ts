/** A network's answers to a labelled set as tables: scores by class, and confusions. */
import { capitalized, counted } from '../base/format.ts';
import type { ClassReport, Scores } from '../train/class-report.ts';
import type { TextTable } from './table.ts';
import { confusionsOf, undefinedScores } from './words/classes.ts';
import { countText } from './words/numbers.ts';

/** Precision, recall, F1 and support of every class, and their averages. @param names of all classes. */
export function classTable(report: ClassReport, names: readonly string[]): TextTable {
  const rows: readonly (Scores & { readonly name: string; readonly support: number })[] = [
    ...report.classes.map((scores, label) => ({ ...scores, name: names[label]! })),
    { ...report.macro, name: 'macro average', support: report.images },
    { ...report.weighted, name: 'weighted average', support: report.images },
  ];
  const notes = undefinedScores(report, names);
  const score = (of: keyof Scores, head: string, rank = 0) => ({
    head,
    rank,
    cells: rows.map((row) => (100 * row[of]).toFixed(2)),
    align: 'right' as const,
  });
  return {
    caption: 'Scores by class, in percent',
    names: 0,
    columns: [
      { head: 'class', cells: rows.map(({ name }) => name) },
      score('precision', 'precision', 6),
      score('recall', 'recall', 5),
      score('f1', 'F1'),
      { head: 'images', cells: rows.map(({ support }) => counted(support)), align: 'right' },
    ],
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

/** The most confusions in a table. */
const mostConfusions = 15;

/** The most frequent confusions; undefined where every answer is right. */
export function confusionsTable(report: ClassReport, names: readonly string[]): TextTable | undefined {
  const all = confusionsOf(report.confusion);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, mostConfusions);
  const rest = report.mistakes.length - shown.reduce((sum, { count }) => sum + count, 0);
  return {
    caption: 'Most frequent confusions',
    names: 0,
    columns: [
      { head: 'class', cells: shown.map(({ label }) => names[label]!) },
      { head: 'taken for', cells: shown.map(({ answer }) => names[answer]!) },
      { head: 'images', cells: shown.map(({ count }) => counted(count)), align: 'right' },
      {
        head: '% of class',
        rank: 5,
        cells: shown.map(({ label, count }) => ((100 * count) / report.classes[label]!.support).toFixed(1)),
        align: 'right',
      },
    ],
    ...(rest > 0
      ? { note: `${capitalized(countText(rest, 'mistake'))} ${rest === 1 ? 'is' : 'are'} of other pairs.` }
      : {}),
  };
}
