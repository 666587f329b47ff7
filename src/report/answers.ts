/** A network's answers to a labelled set as figures: the confusion matrix, and the worst mistakes as pictures. */
import type { Dataset } from '../data/dataset.ts';
import { pictureOf } from '../data/picture.ts';
import type { ClassReport, Mistake } from '../train/class-report.ts';
import { type Block, type Figure, heading, paragraph } from './block.ts';
import { confusionChart, mostCountedClasses } from './charts/confusion.ts';
import { encodePng } from './png.ts';

/** The longest name of a class (characters) at which a confusion matrix of 16 classes can be read on a phone. */
const longestOnPhone = 3;

/** The confusion matrix as a figure. With many classes or long names it is wider than a phone. */
export function confusionFigure({ confusion }: ClassReport, names: readonly string[]): Figure {
  const isWide = confusion.length > mostCountedClasses || names.some((name) => name.length > longestOnPhone);
  return {
    name: 'confusion',
    content: { svg: confusionChart(confusion, names) },
    caption: 'Confusion matrix: one row per class, one column per answer',
    ...(isWide ? { scrolls: true } : {}),
  };
}

/** What of the mistakes is shown. */
export interface MistakesShown {
  readonly names: readonly string[];
  /** The most pictures. */
  readonly most: number;
  /** A sentence that says why there are no pictures and how to get them; absent: pictures are shown. */
  readonly withoutPictures?: string | undefined;
}

/** The mistakes with the most probable answers, as pictures. */
export function mistakeBlocks(mistakes: readonly Mistake[], set: Dataset, shown: MistakesShown): Block[] {
  const { names, most, withoutPictures } = shown;
  if (mistakes.length === 0) return [];
  const title = heading(3, 'Most confidently wrong');
  if (withoutPictures !== undefined) return [title, paragraph(withoutPictures)];
  const figures = mistakes.slice(0, most).map((mistake): Figure => {
    const { image, label, answer, probability } = mistake;
    const file = set.files === undefined ? '' : `, ${set.files[image]}`;
    return {
      name: `miss-${image}`,
      content: { png: encodePng(pictureOf(set, image)) },
      caption: `${names[label]}, taken for ${names[answer]} (${(100 * probability).toFixed(1)} %), image ${image}${file}`,
      alt: `Image ${image}, ${names[label]} taken for ${names[answer]}`,
    };
  });
  return [title, { kind: 'figures', size: 'small', figures }];
}
