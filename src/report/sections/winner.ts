/**
 * The answers of the winner's network: confusion matrix, first filters, and the images that it gets wrong most
 * confidently.
 */
import { counted } from '../../base/format.ts';
import { classNamesOf } from '../../data/dataset.ts';
import { classReport } from '../../train/class-report.ts';
import { confusionFigure, mistakeBlocks } from '../answers.ts';
import { type Block, type Figure, heading, paragraph } from '../block.ts';
import { filtersChart } from '../charts/confusion.ts';
import { settingsText } from '../naming.ts';
import type { Answers, Section } from '../section.ts';
import { namesOfAll } from '../words/classes.ts';

/** Maximum number of mistakes shown. */
const mostShown = 12;

export const winner: Section = async (facts, source) => {
  const trial = facts.winner?.view.trials.find((found) => found?.state === 'complete');
  if (!facts.winner || !trial || !source.answers) return [];
  const title = `${settingsText(facts.winner.view.settings, facts.naming)}, seed ${trial.seed}`;
  const found = await source.answers(trial.number);
  if (typeof found === 'string') return [heading(2, 'The winner'), paragraph(`${title}. ${found}`)];
  const { set, logits, filters, withoutPictures } = found;
  const classes = logits.length / set.labels.length;
  const names = namesOfAll(classNamesOf(set), classes);
  const report = classReport(logits, set.labels, classes);
  const images = counted(set.labels.length);
  return [
    heading(2, 'The winner'),
    paragraph(`${title}: ${report.mistakes.length} of ${images} ${facts.measure.set ?? ''} images are wrong.`),
    ...figureBlocks(confusionFigure(report, names), filters.length > 0 ? [filtersFigure(filters, set.shape[0])] : []),
    ...mistakeBlocks(report.mistakes, set, { names, most: mostShown, withoutPictures }),
  ];
};

/** Both side by side, or below each other where the confusion matrix is wide. */
function figureBlocks(confusion: Figure, filters: readonly Figure[]): Block[] {
  if (!confusion.scrolls) return [{ kind: 'figures', size: 'middle', figures: [confusion, ...filters] }];
  return [
    { kind: 'figures', size: 'large', figures: [confusion] },
    ...(filters.length > 0 ? [{ kind: 'figures', size: 'middle', figures: filters } as const] : []),
  ];
}

function filtersFigure(filters: Answers['filters'], channels: number): Figure {
  const of = channels > 1 ? ' (first channel)' : '';
  return {
    name: 'filters',
    content: { svg: filtersChart(filters) },
    caption: `First-layer filters${of}: positive weights are blue, negative weights orange`,
  };
}
