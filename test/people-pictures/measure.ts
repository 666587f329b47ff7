/** For tests and docs: how many pictures of each way a network reads, and how often a number passes for one digit. */
import { readFileSync } from 'node:fs';
import { randomStream } from '../../src/base/random.ts';
import { type Dataset, datasetSize } from '../../src/data/dataset.ts';
import type { FramedPicture } from '../../src/data/framing/mnist-framing.ts';
import { modelPicture } from '../../src/data/framing/model-picture.ts';
import { loadMnist } from '../../src/runner/mnist-files.ts';
import { completeHyperparameters } from '../../src/tasks/lenet/hyperparameters.ts';
import { mnistInput } from '../../src/tasks/lenet/model-input.ts';
import { recipeOf } from '../../src/tasks/lenet/recipe.ts';
import { parseRecipeFile } from '../../src/tasks/lenet/recipe-file.ts';
import { evaluate, predictor } from '../../src/train/evaluate.ts';
import { fit } from '../../src/train/fit.ts';
import { Page } from './page.ts';
import { asWritten } from './pen.ts';
import { ways } from './ways.ts';

/** A network with its test set. */
export interface Reader {
  readonly test: Dataset;
  /** The network's accuracy on the whole test set. */
  readonly accuracy: number;
  /** The digit in an image of the test set's form. */
  read(image: Uint8Array): number;
}

/** The network of recipe `one-epoch` with seed 1, trained on MNIST. */
export async function trainedReader(): Promise<Reader> {
  const file = new URL('../../recipes/one-epoch.yaml', import.meta.url).pathname;
  const { settings } = parseRecipeFile(readFileSync(file, 'utf8'), file);
  const recipe = recipeOf(completeHyperparameters(settings));
  const { train, test } = await loadMnist();
  for await (const event of fit(recipe, { train, evaluateAt: () => false, evaluateTrain: false })) {
    if (event.type !== 'epoch' || event.epoch < recipe.epochs) continue;
    const { weights } = event.checkpoint;
    const predict = predictor(recipe.model, weights);
    const evaluation = await evaluate(recipe, weights, test);
    return { test, accuracy: evaluation!.accuracy, read: (image) => predict(image).class };
  }
  throw new Error('the training has not ended');
}

/** What was read of the pictures of one way. */
export interface WayResult {
  readonly way: string;
  readonly pictures: number;
  /** Pictures whose digit was read as it is. */
  readonly right: number;
  /** Pictures of which was said that they show nothing, or several digits. */
  readonly unread: number;
}

/** Test digits at even distances. */
export function sampledDigits(test: Dataset, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor((index * datasetSize(test)) / count));
}

export function imageOf({ images }: Dataset, index: number): Uint8Array {
  return Uint8Array.from(images.subarray(index * 784, (index + 1) * 784));
}

/** Draws each digit in each way and reads the picture. */
export function resultsOfWays({ test, read }: Reader, digits: readonly number[], names = Object.keys(ways)) {
  return names.map((way): WayResult => {
    let [right, unread] = [0, 0];
    for (const index of digits) {
      const framed = modelPicture(ways[way]!(imageOf(test, index), randomStream(1, way, index)), mnistInput);
      if (framed.kind !== 'one') unread++;
      else if (read(framed.pixels) === test.labels[index]) right++;
    }
    return { way, pictures: digits.length, right, unread };
  });
}

/** How many of the digits, each alone on a page, are taken for several. */
export function falseSeveral(test: Dataset, digits: readonly number[]): number {
  return digits.filter((index) => pageOf(test, [index], 0).kind === 'several').length;
}

/**
 * How many pictures of several digits are said to show several.
 * @param count digits in each picture, with gaps of 5 % to 40 % of their height.
 */
export function saidSeveral(test: Dataset, pictures: number, count: number): number {
  const random = randomStream(1, 'numbers', count);
  const all = Array.from({ length: pictures }, () => {
    const digits = Array.from({ length: count }, () => random.below(datasetSize(test)));
    return pageOf(test, digits, 0.05 + 0.35 * random.uniform());
  });
  return all.filter(({ kind }) => kind === 'several').length;
}

/** Digits side by side on a page. @param gap between their boxes, as a part of their height. */
function pageOf(test: Dataset, digits: readonly number[], gap: number): FramedPicture {
  const size = 70;
  const page = new Page(120 * digits.length + 20, 120, [250, 250, 250]);
  let left = 25;
  for (const index of digits) {
    const drawing = asWritten(imageOf(test, index));
    const width = (drawing.width * size) / Math.max(drawing.width, drawing.height);
    page.draw(drawing, { x: left + width / 2, y: 60, size, colour: [20, 20, 30] });
    left += width + gap * size;
  }
  return modelPicture(page.toRaster(), mnistInput);
}
