/** `lenet data`: what is in a data set, before anything is trained on it. */

import { UsageError } from '../base/errors.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { checkReach, isAugmented } from '../data/augmentations.ts';
import { contactSheet, examples } from '../data/contact-sheet.ts';
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import { describeData } from '../data/describe.ts';
import { pictureOf } from '../data/picture.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { dataText } from '../report/data-text.ts';
import { encodePng } from '../report/png.ts';
import { loadData } from '../runner/load-data.ts';
import { isPrivateRun } from '../runner/run-data.ts';
import { readRecipe } from '../runner/study-files.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { augmentationOf } from '../tasks/lenet/recipe.ts';
import { augmentedSheet } from '../train/augmented-images.ts';
import type { Recipe } from '../train/recipe.ts';
import { type DataChoice, loadingOptions } from './data-options.ts';
import { showsColours, terminalWidth } from './terminal.ts';
import { picturesText } from './terminal-pictures.ts';

export interface DescribeOptions extends Omit<DataChoice, 'data' | 'skipUnreadable'> {
  readonly json?: boolean;
  /** The file for a contact sheet. */
  readonly sheet?: string;
  /** A recipe, by name or file, whose augmentation the sheet shows. */
  readonly augment?: string;
  /** Whether pictures are printed. Default: on a terminal only. */
  readonly pictures?: boolean;
}

/**
 * Pictures that cannot be read are listed, and do not end the command.
 * @param place a name, folder or file. Default: MNIST.
 * @throws UsageError for a recipe without augmentation.
 */
export async function describeDataSet(place: string | undefined, options: DescribeOptions): Promise<void> {
  const augmented = options.augment === undefined ? undefined : augmentedRecipe(options.augment, options.sheet);
  const data = await loadData(place, { ...loadingOptions(options), skipUnreadable: true });
  if (augmented) checkReach(augmented.augmentation, data.train.shape);
  const description = describeData(data);
  if (options.json)
    process.stdout.write(`${exactJson({ ...description, folder: isPrivateRun() ? null : data.folder })}\n`);
  else {
    process.stdout.write(`${dataText(description, terminalWidth())}\n`);
    if (options.pictures ?? process.stdout.isTTY) process.stdout.write(`\n${picturesOfClasses(data.train)}`);
  }
  if (options.sheet === undefined) return;
  if (augmented) {
    writeOutput(options.sheet, encodePng(augmentedSheet(data.train, augmented)));
    const what = 'an image of each class as it is, and as the network sees it in epochs 1 to 9';
    process.stderr.write(`Contact sheet, ${what}: "${visible(options.sheet)}"\n`);
    return;
  }
  writeOutput(options.sheet, encodePng(contactSheet(data.train)));
  process.stderr.write(`Contact sheet, a row for each class: "${visible(options.sheet)}"\n`);
}

/** The augmentation and the seed of a recipe. @throws UsageError where it augments nothing, or there is no sheet. */
function augmentedRecipe(name: string, sheet: string | undefined): Pick<Recipe, 'augmentation' | 'seed'> {
  if (sheet === undefined) throw new UsageError('--augment needs --sheet: the file for the pictures');
  const values = completeHyperparameters(readRecipe(name).settings);
  const augmentation = augmentationOf(values);
  if (!isAugmented(augmentation)) throw new UsageError(`--augment: recipe ${name} has no augmentation`);
  return { augmentation, seed: values.seed };
}

/** The most classes with a picture in the terminal. */
const mostPictures = 40;

/** A picture of each class. */
function picturesOfClasses(set: Dataset): string {
  const names = classNamesOf(set);
  const shown = examples(set, 1).flatMap(([image], label) =>
    image === undefined ? [] : [{ name: names[label]!, picture: pictureOf(set, image) }],
  );
  const text = picturesText(shown.slice(0, mostPictures), { width: terminalWidth(), inColour: showsColours() });
  const more = shown.length - mostPictures;
  return more > 0 ? `${text}\n${more} more classes; --sheet FILE.png shows all.\n` : `${text}\n`;
}
