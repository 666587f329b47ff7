/** Verdicts and intervals for other images of the same kind, computed from the wrong answers of every trial. */
import { onesIn } from '../base/bits.ts';
import { UsageError } from '../base/errors.ts';
import {
  compareWithBest,
  constrainedIntervals,
  type Interval,
  leads,
  meanMargin,
  type Standing,
  standingOf,
} from './mcb.ts';
import { normalQuantile } from './normal.ts';
import { confidence, cutTo, significance } from './statistics.ts';

/**
 * wrong[level][seed]: one bit an image, lowest first, 1 where the answer was wrong; the same images and seeds for all
 * levels. Bits after the last image are ignored.
 */
export type WrongAnswers = readonly (readonly Uint8Array[])[];

export interface ImagesVerdict {
  readonly levels: readonly {
    /** Accuracy in percent, mean over seeds. */
    readonly mean: number;
    /** 95 % interval of the level's mean accuracy, within [0, 100]. */
    readonly interval: Interval;
    /** Mean minus the best of the other means, in points; 0 for an only level. */
    readonly difference: number;
    /** Hsu's constrained interval of the true difference to the best of the others, within [-100, 100]. */
    readonly constrained: Interval;
    readonly standing: Standing;
  }[];
}

/**
 * The verdict for other images and other seeds: would the level be worse if both were drawn again?
 *
 * Two errors add: that of few seeds and that of few images. The margin of levels i and j is sqrt(w² + w_ij²), where w
 * is the margin of {@link compareWithBest} and w_ij that of the images, z(1 - 0.05 / (k - 1)) (Bonferroni, since every
 * pair has its own variance) times the standard error of {@link imagesPart}. It is never less than w, so a level that
 * is worse here is worse there, too. A level's interval is made in the same way. Source of the sum of squares: S. K.
 * Banerjee, "Approximate confidence interval for linear functions of means of k populations when the population
 * variances are not equal", Sankhya 22 (1960); for intervals with unequal arms G. Y. Zou and A. Donner, Statistics in
 * Medicine 27 (2008).
 *
 * Images count as independent draws. Several images of one source, such as the digits of one writer, are not, so for
 * other sources the chance is larger than this.
 * @param wrong at least two seeds a level.
 */
export function compareOnOtherImages(wrong: WrongAnswers, images: number): ImagesVerdict {
  const counted = countWrong(wrong, images);
  const scores = counted.map((level) => level.bySeed.map((count) => 100 * (1 - count / images)));
  const { margin: seedsMargin } = compareWithBest(scores, { goal: 'maximize', images });
  return verdict(counted, images, {
    interval: (level) => {
      const { mean, low, high } = accuracyOnImages(counted[level]!, images, { otherSeeds: true });
      const arm = meanMargin(scores[level]!, { images }) ?? 0;
      return [mean - Math.hypot(arm, mean - low), mean + Math.hypot(arm, high - mean)];
    },
    margin: (pair, critical) => Math.hypot(seedsMargin, critical * 100 * Math.sqrt(imagesPart(pair, images))),
  });
}

/**
 * The verdict on these trained networks, for other images alone. It says nothing about other seeds, so one seed is
 * enough. Its 'worse' reads "worse (these networks)".
 *
 * With given means and given numbers of disagreements, further seeds never take it back: the variance over images of a
 * mean over seeds is no larger than the mean of their variances.
 * @param wrong at least one seed a level.
 */
export function compareTheseNetworks(wrong: WrongAnswers, images: number): ImagesVerdict {
  const counted = countWrong(wrong, images);
  return verdict(counted, images, {
    interval: (level) => {
      const { low, high } = accuracyOnImages(counted[level]!, images, { otherSeeds: false });
      return [low, high];
    },
    margin: (pair, critical) => critical * 100 * Math.sqrt(overImages(pair, images) + unseen / images ** 2),
  });
}

/**
 * Squared standard errors of a mean over seeds and images, in shares squared. Every value belongs to a seed and an
 * image; `overImages` and `overSeeds` hold the interaction both, so that the error for both drawn again is
 * overImages + overSeeds - interaction.
 */
export interface VarianceParts {
  /** Mean over seeds and images. */
  readonly mean: number;
  /** Variance over images of the means over seeds / images. */
  readonly overImages: number;
  /** Variance over seeds of the means over images / seeds; 0 for one seed. */
  readonly overSeeds: number;
  /** Residual variance of seed and image / (seeds images); 0 for one seed. */
  readonly interaction: number;
}

/**
 * Of the accuracy of `first` minus that of `second`, image by image on common seeds.
 * Source: the two-way model of mean squares, images and seeds both random, as for cases and readers in D. D. Dorfman,
 * K. S. Berbaum and C. E. Metz, "Receiver operating characteristic rating analysis", Investigative Radiology 27 (1992).
 */
export function differenceParts(
  first: readonly Uint8Array[],
  second: readonly Uint8Array[],
  images: number,
): VarianceParts {
  const [a, b] = countWrong([first, second], images) as [Counted, Counted];
  return partsOf(pairOf(a, b), images);
}

/**
 * Disagreements added to those seen, one to each side, so that none seen is no certainty (Bonett and Price, see
 * mcb.ts).
 */
const unseen = 2;

interface Counted {
  /** Wrong answers of each seed. */
  readonly bySeed: readonly number[];
  /** For each image the number of seeds that answer wrong. */
  readonly byImage: Uint16Array;
  /**
   * Each seed's answers, 32 images a word: only compared and counted, so the order of bytes in a word does not matter.
   */
  readonly words: readonly Int32Array[];
}

/**
 * Sums over the values v of each seed and image: v is a wrong answer, or the second level's wrong answer less the
 * first's.
 */
interface Sums {
  readonly bySeed: readonly number[];
  /** Sum over images of (sum of v over seeds)². */
  readonly squareByImage: number;
  /** Sum of v² over seeds and images. */
  readonly square: number;
}

function verdict(
  counted: readonly Counted[],
  images: number,
  rules: {
    readonly interval: (level: number) => Interval;
    /** `critical` is that of the normal distribution for the images' part. */
    readonly margin: (pair: Sums, critical: number) => number;
  },
): ImagesVerdict {
  const k = counted.length;
  const means = counted.map(({ bySeed }) => 100 * (1 - total(bySeed) / (bySeed.length * images)));
  const differences = leads(means);
  const critical = k > 1 ? normalQuantile(1 - significance / (k - 1)) : 0;
  const margins = counted.map((_, i) =>
    counted.slice(0, i).map((_, j) => rules.margin(pairOf(counted[i]!, counted[j]!), critical)),
  );
  const constrained = constrainedIntervals(means, (i, j) => margins[Math.max(i, j)]![Math.min(i, j)]!);
  return {
    levels: means.map((mean, level) => ({
      mean,
      interval: cutTo(rules.interval(level), [0, 100]),
      difference: differences[level]!,
      constrained: cutTo(constrained[level]!, [-100, 100]),
      standing: standingOf(constrained[level]!, k),
    })),
  };
}

/** The images' part of a pair's squared error, without the interaction, which the seeds' part already contains. */
function imagesPart(pair: Sums, images: number): number {
  return Math.max(0, overImages(pair, images) - interaction(pair, images)) + unseen / images ** 2;
}

/**
 * One level's accuracy for other images, in percent. Four more images, two of them wrong, keep the interval honest near
 * 100 %. Source: A. Agresti and B. A. Coull, "Approximate is better than 'exact' for interval estimation of binomial
 * proportions", The American Statistician 52 (1998); with several seeds the count of an image is the share of wrong
 * seeds.
 */
function accuracyOnImages(
  { bySeed, byImage }: Counted,
  images: number,
  { otherSeeds }: { readonly otherSeeds: boolean },
): { readonly mean: number; readonly low: number; readonly high: number } {
  const seeds = bySeed.length;
  const wrong = total(bySeed) / (seeds * images);
  const sums: Sums = { bySeed, squareByImage: squares(byImage), square: total(bySeed) };
  const size = images + 4;
  const share = (wrong * images + 2) / size;
  const square = sums.squareByImage / seeds ** 2 + 2;
  let variance = (square / size - share ** 2) / size;
  if (otherSeeds) variance = Math.max(variance - interaction(sums, images), unseen / size ** 2);
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt(variance);
  const mean = 100 * (1 - wrong);
  return {
    mean,
    low: Math.max(0, Math.min(mean, 100 * (1 - share - half))),
    high: Math.min(100, Math.max(mean, 100 * (1 - share + half))),
  };
}

function partsOf(sums: Sums, images: number): VarianceParts {
  const seeds = sums.bySeed.length;
  const mean = total(sums.bySeed) / (seeds * images);
  const seedSquares = total(sums.bySeed.map((sum) => (sum / images - mean) ** 2));
  return {
    mean,
    overImages: overImages(sums, images),
    overSeeds: seeds > 1 ? seedSquares / (seeds - 1) / seeds : 0,
    interaction: interaction(sums, images),
  };
}

function overImages({ bySeed, squareByImage }: Sums, images: number): number {
  const seeds = bySeed.length;
  const mean = total(bySeed) / (seeds * images);
  return (squareByImage / seeds ** 2 - images * mean ** 2) / (images * (images - 1));
}

function interaction({ bySeed, squareByImage, square }: Sums, images: number): number {
  const seeds = bySeed.length;
  if (seeds < 2) return 0;
  const mean = total(bySeed) / (seeds * images);
  const residual =
    square - squareByImage / seeds - total(bySeed.map((sum) => sum ** 2)) / images + seeds * images * mean ** 2;
  return Math.max(0, residual) / ((seeds - 1) * (images - 1) * seeds * images);
}

function pairOf(first: Counted, second: Counted): Sums {
  let squareByImage = 0;
  for (let image = 0; image < first.byImage.length; image++) {
    const difference = second.byImage[image]! - first.byImage[image]!;
    squareByImage += difference * difference;
  }
  let square = 0;
  for (const [seed, words] of first.words.entries()) {
    const other = second.words[seed]!;
    for (let word = 0; word < words.length; word++) square += onesIn(words[word]! ^ other[word]!);
  }
  const bySeed = first.bySeed.map((count, seed) => second.bySeed[seed]! - count);
  return { bySeed, squareByImage, square };
}

function countWrong(wrong: WrongAnswers, images: number): Counted[] {
  if (!(Number.isInteger(images) && images >= 2))
    throw new UsageError(`${images} images; expected a whole number from 2`);
  const seeds = wrong[0]?.length ?? 0;
  if (seeds === 0) throw new UsageError('a comparison on images needs levels with at least one seed each');
  const bytes = Math.ceil(images / 8);
  return wrong.map((level, index) => {
    if (level.length !== seeds) {
      throw new UsageError(
        `level ${index} has answers of ${level.length} seeds, level 0 of ${seeds}; expected equal numbers`,
      );
    }
    const byImage = new Uint16Array(images);
    const bySeed: number[] = [];
    const words = level.map((bitmap) => {
      if (bitmap.length !== bytes) {
        throw new UsageError(
          `level ${index} has ${bitmap.length} bytes of answers; expected ${bytes} for ${images} images`,
        );
      }
      const padded = new Int32Array(Math.ceil(images / 32));
      const clean = new Uint8Array(padded.buffer, 0, bytes);
      clean.set(bitmap);
      if (images % 8 > 0) clean[bytes - 1]! &= (1 << (images % 8)) - 1;
      let count = 0;
      for (let byte = 0; byte < bytes; byte++) {
        // Most answers are right, so most bytes are 0.
        for (let bits = clean[byte]!; bits !== 0; bits &= bits - 1) {
          const image = byte * 8 + 31 - Math.clz32(bits & -bits);
          byImage[image]!++;
          count++;
        }
      }
      bySeed.push(count);
      return padded;
    });
    return { bySeed, byImage, words };
  });
}

function squares(counts: Uint16Array): number {
  let sum = 0;
  for (let image = 0; image < counts.length; image++) sum += counts[image]! * counts[image]!;
  return sum;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
