/** What trained networks answered: confusions, worst mistakes, filters, and images on which two of them disagree. */
import { classNamesOf } from '../../data/dataset.ts';
import { pictureOf } from '../../data/picture.ts';
import { encodePng } from '../../report/png.ts';
import type { Answers } from '../../report/section.ts';
import { namesOfAll } from '../../report/words/classes.ts';
import { classReport } from '../../train/class-report.ts';
import { mostLikely, softmax } from '../../train/evaluate.ts';
import type { AnswersView, DisagreementView, DisputedImage } from '../protocol.ts';

/** The most pictures of one list. */
const mostShown = 48;

/** The line that must stand beside pictures of a published set, by the set's name. */
const credits: Readonly<Record<string, string>> = {
  mnist: 'Digits: MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0',
};

/** @param setName `test` or `validation`. @param data the name of the data set. */
export function answersView(answers: Answers, setName: string, data: string): AnswersView {
  const { set, logits, filters, withoutPictures } = answers;
  const classes = logits.length / set.labels.length;
  const names = namesOfAll(classNamesOf(set), classes);
  const report = classReport(logits, set.labels, classes);
  return {
    set: setName,
    images: report.images,
    classes: report.classes.map(({ precision, recall, f1, support }, label) => ({
      name: names[label]!,
      precision,
      recall,
      f1,
      support,
    })),
    confusion: report.confusion,
    mistakes: report.mistakes.slice(0, mostShown).map(({ image, label, answer, probability }) => ({
      image,
      label: names[label]!,
      answer: names[answer]!,
      probability,
      picture: pictureUrl(answers, image),
    })),
    mistakesCount: report.mistakes.length,
    filters,
    withoutPictures: withoutPictures ?? null,
    credit: withoutPictures === undefined ? (credits[data] ?? null) : null,
  };
}

/** Both of the same images. */
export function disagreementView(
  seed: number,
  [first, second]: readonly [Answers, Answers],
  data: string,
): DisagreementView {
  const { set, withoutPictures } = first;
  const classes = first.logits.length / set.labels.length;
  const names = namesOfAll(classNamesOf(set), classes);
  const answerOf = ({ logits }: Answers, image: number) => {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const label = mostLikely(row);
    return { label, shown: { answer: names[label]!, probability: softmax(row)[label]! } };
  };
  const [onlyFirst, onlySecond]: [DisputedImage[], DisputedImage[]] = [[], []];
  for (const [image, label] of set.labels.entries()) {
    const [a, b] = [answerOf(first, image), answerOf(second, image)];
    const [isFirst, isSecond] = [a.label === label, b.label === label];
    if (isFirst === isSecond) continue;
    const list = isFirst ? onlyFirst : onlySecond;
    const picture = list.length < mostShown ? pictureUrl(first, image) : null;
    list.push({ image, label: names[label]!, first: a.shown, second: b.shown, picture });
  }
  return {
    seed,
    onlyFirst: onlyFirst.slice(0, mostShown),
    onlySecond: onlySecond.slice(0, mostShown),
    counts: { onlyFirst: onlyFirst.length, onlySecond: onlySecond.length },
    withoutPictures: withoutPictures ?? null,
    credit: withoutPictures === undefined ? (credits[data] ?? null) : null,
  };
}

function pictureUrl({ set, withoutPictures }: Answers, image: number): string | null {
  if (withoutPictures !== undefined) return null;
  return `data:image/png;base64,${Buffer.from(encodePng(pictureOf(set, image))).toString('base64')}`;
}
