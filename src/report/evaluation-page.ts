/** An evaluation of one network on one set of images as a page. */
import { counted, shortHash } from '../base/format.ts';
import { version } from '../base/version.ts';
import { confusionFigure, mistakeBlocks } from './answers.ts';
import { type Block, heading, paragraph, strong } from './block.ts';
import { classTable, confusionsTable } from './class-tables.ts';
import { type EvaluationFacts, mostShown, namesOf } from './evaluation.ts';
import { renderHtml } from './html.ts';

/** The page as HTML. @param withoutPictures a sentence in place of pictures; undefined: pictures are shown. */
export function evaluationPage(facts: EvaluationFacts, withoutPictures: string | undefined): string {
  return renderHtml(titleOf(facts), blocksOf(facts, withoutPictures));
}

function blocksOf(facts: EvaluationFacts, withoutPictures: string | undefined): readonly Block[] {
  const { model, file, data, setName, set, loss, report } = facts;
  const names = namesOf(facts);
  const confusions = confusionsTable(report, names);
  const right = report.images - report.mistakes.length;
  return [
    heading(1, titleOf(facts)),
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

function titleOf({ model, data }: EvaluationFacts): string {
  return `${model} on ${data.name}`;
}
