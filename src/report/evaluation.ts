/** An evaluation of one network on one set of images: as text for a terminal, as JSON, and as a page. */
import { counted, shortHash } from '../base/format.ts';
import { version } from '../base/version.ts';
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import type { ClassReport } from '../train/class-report.ts';
import { classTable, confusionFigure, confusionsTable, mistakeBlocks } from './answers.ts';
import { type Block, heading, paragraph, strong } from './block.ts';
import { terminalTable, wrapped } from './terminal.ts';
import { confusionText } from './terminal-confusion.ts';
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
const mostShown = 24;

function namesOf({ set, report }: EvaluationFacts): readonly string[] {
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

/** The page. @param withoutPictures a sentence in place of pictures; undefined: pictures are shown. */
export function evaluationBlocks(facts: EvaluationFacts, withoutPictures: string | undefined): readonly Block[] {
  const { model, file, data, setName, set, loss, report } = facts;
  const names = namesOf(facts);
  const confusions = confusionsTable(report, names);
  const right = report.images - report.mistakes.length;
  return [
    heading(1, evaluationTitle(facts)),
    strong(
      `${counted(right)} of ${counted(report.images)} ${setName} images are right: accuracy ${(100 * report.accuracy).toFixed(2)} %. ${counted(report.mistakes.length)} ${report.mistakes.length === 1 ? 'is' : 'are'} wrong. The loss is ${loss.toFixed(4)}.`,
    ),
    paragraph(
      `Model ${file} (${model}), data ${data.name} with hash ${shortHash(data.hash)}, evaluated by lenet-lab ${version}.`,
    ),
    heading(2, 'Classes'),
    paragraph(
      'Precision: of the images that were taken for the class, the share that belong to it. Recall: of the images of the class, the share that were taken for it. F1: their harmonic mean. The macro average counts every class the same, the weighted average counts it by its images.',
    ),
    { kind: 'table', table: classTable(report, names) },
    heading(2, 'Mistakes'),
    { kind: 'figures', size: 'large', figures: [confusionFigure(report, names)] },
    ...(confusions ? [{ kind: 'table', table: confusions } as const] : []),
    ...mistakeBlocks(report.mistakes, set, { names, most: mostShown, withoutPictures }),
  ];
}

/** The title of the page. */
export function evaluationTitle({ model, data }: EvaluationFacts): string {
  return `${model} on ${data.name}`;
}
