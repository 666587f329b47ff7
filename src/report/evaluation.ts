/** An evaluation of one network on one set of images: as text for a terminal, and as JSON. */
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import type { ClassReport } from '../train/class-report.ts';
import { classTable, confusionsTable } from './class-tables.ts';
import { confusionText } from './terminal-confusion.ts';
import { terminalTable, wrapped } from './terminal-table.ts';
import { namesOfAll } from './words/classes.ts';

export interface EvaluationFacts {
  /** The network's name. */
  readonly model: string;
  /** The name of the model's file, without its folder. */
  readonly file: string;
  readonly data: { readonly name: string; readonly hash: string };
  /** `test`, `train` or `validation`. */
  readonly setName: string;
  readonly set: Dataset;
  readonly loss: number;
  readonly report: ClassReport;
}

/** Maximum number of mistakes on the page and in the JSON. */
export const mostShown = 24;

/** The names of all classes. */
export function namesOf({ set, report }: EvaluationFacts): readonly string[] {
  return namesOfAll(classNamesOf(set), report.classes.length);
}

/** Scores by class, then the confusion matrix, or the most frequent confusions where it is wider than the terminal. */
export function evaluationText(facts: EvaluationFacts, width: number): string {
  const { report } = facts;
  const names = namesOf(facts);
  const matrix = confusionText(report.confusion, names, width);
  const confusions = matrix === undefined ? confusionsTable(report, names) : undefined;
  return [
    terminalTable(classTable(report, names), width),
    ...(matrix === undefined ? [] : ['', wrapped('Confusion matrix (rows: class, columns: answer):', width), matrix]),
    ...(confusions ? ['', wrapped(`${confusions.caption}:`, width), terminalTable(confusions, width)] : []),
  ].join('\n');
}

/** The report by class for other programs, with the names of the classes and the mistakes with the most probable answers. */
export function evaluationJson(facts: EvaluationFacts): object {
  const { classes, macro, weighted, confusion, mistakes } = facts.report;
  const { files } = facts.set;
  const names = namesOf(facts);
  return {
    classes: classes.map((scores, label) => ({ name: names[label], ...scores })),
    macro,
    weighted,
    confusion,
    mistakes: mistakes
      .slice(0, mostShown)
      .map((mistake) => (files ? { ...mistake, file: files[mistake.image] } : mistake)),
  };
}
