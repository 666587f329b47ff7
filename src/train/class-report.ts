/** How well a network does on each class: precision, recall, F1 and support, and the confusion matrix. */
import { checkInteger, kindOf, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { mostClasses } from '../data/dataset.ts';
import { mostLikely, softmax } from './evaluate.ts';

/**
 * Scores of one class, or averages over the classes; each is from 0 to 1. A score whose denominator is zero is 0, as in
 * scikit-learn with `zero_division=0`.
 */
export interface Scores {
  /** Of the images that were answered with the class, the fraction that belong to it. */
  readonly precision: number;
  /** Of the class's images, the fraction that were answered with it. */
  readonly recall: number;
  /** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
}

/** {@link Scores} of one class, and the numbers of images that they are fractions of. */
export interface ClassScores extends Scores {
  /** The number of images of the class. If it is 0, the recall has no meaning. */
  readonly support: number;
  /** The number of images that were answered with the class. If it is 0, the precision has no meaning. */
  readonly answers: number;
}

/** An image whose most likely class is not its label. */
export interface Mistake {
  /** The place of the image in the set, from 0. */
  readonly image: number;
  readonly label: number;
  /** The most likely class. */
  readonly answer: number;
  /** The network's probability of the answer, 0 to 1. */
  readonly probability: number;
}

/** What a network's outputs for a labelled set say, class by class. */
export interface ClassReport {
  readonly images: number;
  /** The fraction of images whose most likely class is the label, 0 to 1. */
  readonly accuracy: number;
  /** By class. */
  readonly classes: readonly ClassScores[];
  /** The mean over all classes, each with the same weight. */
  readonly macro: Scores;
  /** The mean over all classes, each with the weight of its support. */
  readonly weighted: Scores;
  /** Numbers of images, [class][answer]. */
  readonly confusion: readonly (readonly number[])[];
  /** All mistakes, the one with the most probable answer first. */
  readonly mistakes: readonly Mistake[];
}

/**
 * Scores by class as scikit-learn's `precision_recall_fscore_support` defines them, over all classes of the network,
 * those without images too. The answer to an image is its most likely class; of equally likely classes the first.
 * @param logits row-major [images, classes], finite: those of an {@link Evaluation}.
 * @param labels the class of each image, 0 to classes - 1.
 * @param classes of the network, 1 to 256.
 * @throws UsageError when the arguments do not fit together.
 */
export function classReport(logits: Float32Array, labels: ArrayLike<number>, classes: number): ClassReport {
  checkOutputs(logits, labels, classes);
  const images = labels.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  for (let image = 0; image < images; image++) {
    const label = labels[image]!;
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const answer = mostLikely(row);
    confusion[label]![answer]!++;
    if (answer !== label) mistakes.push({ image, label, answer, probability: softmax(row)[answer]! });
  }
  mistakes.sort((a, b) => b.probability - a.probability || a.image - b.image);
  const scores = confusion.map((row, label) => scoresOf(row, label, confusion));
  return {
    images,
    accuracy: (images - mistakes.length) / images,
    classes: scores,
    macro: mean(scores, () => 1),
    weighted: mean(scores, ({ support }) => support),
    confusion,
    mistakes,
  };
}

function checkOutputs(logits: unknown, labels: unknown, classes: unknown): void {
  checkInteger('classReport(): classes', classes, 1, mostClasses);
  if (kindOf(logits) !== 'Float32Array') throw wrong('classReport(): logits', 'a Float32Array', logits);
  if (!Array.isArray(labels) && !(ArrayBuffer.isView(labels) && 'length' in labels)) {
    throw wrong('classReport(): labels', 'an array of the class of each image', labels);
  }
  const [{ length: numbers }, { length: images }] = [logits as Float32Array, labels as ArrayLike<number>];
  const most = classes as number;
  if (images === 0) throw new UsageError('classReport(): labels are empty, expected at least one image');
  if (numbers !== images * most) {
    throw new UsageError(
      `classReport(): ${images} labels of ${most} classes need ${images * most} logits, got ${numbers}`,
    );
  }
  for (let image = 0; image < images; image++) {
    const label: unknown = (labels as ArrayLike<unknown>)[image];
    if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < most) continue;
    throw new UsageError(`classReport(): label ${image} is ${shown(label)}, expected 0 to ${most - 1}`);
  }
  const bad = (logits as Float32Array).findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new UsageError(
    `classReport(): logits of image ${Math.floor(bad / most)} hold ${(logits as Float32Array)[bad]}, expected finite numbers`,
  );
}

function scoresOf(row: readonly number[], label: number, confusion: readonly (readonly number[])[]): ClassScores {
  const right = row[label]!;
  const support = row.reduce((sum, count) => sum + count, 0);
  const answers = confusion.reduce((sum, counts) => sum + counts[label]!, 0);
  return {
    precision: ratio(right, answers),
    recall: ratio(right, support),
    f1: ratio(2 * right, answers + support),
    support,
    answers,
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function mean(scores: readonly ClassScores[], weightOf: (scores: ClassScores) => number): Scores {
  const weights = scores.reduce((sum, each) => sum + weightOf(each), 0);
  const of = (name: keyof Scores) => scores.reduce((sum, each) => sum + weightOf(each) * each[name], 0) / weights;
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}
