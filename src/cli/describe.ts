/** `lenet describe`: prints a network's layers and the kernels that train them, and draws the network. A network file's is made for MNIST's images. */
import { UsageError } from '../base/errors.ts';
import { capitalized, counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { drawModel } from '../drawing/network.ts';
import { kernelTable } from '../nn/kernel-table.ts';
import { alignColumns, describeModel, type Model } from '../nn/model.ts';
import { receptiveFields } from '../nn/receptive-field.ts';
import { kernelsText, modelText } from '../report/model-text.ts';
import { wrapped } from '../report/terminal.ts';
import { chooseWidth } from '../runner/octs.ts';
import { readModelValue } from '../runner/study-files.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { NetworkValues } from '../tasks/lenet/network-file.ts';
import { assumedShape, modelByValue, networkIn, withNumbers } from '../tasks/lenet/networks.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { modelMemory } from '../train/model-memory.ts';
import { terminalWidth } from './terminal.ts';

export interface DescribeNetworkOptions {
  readonly svg?: string;
  readonly kernels?: boolean;
  /** Numbers for the network's file. */
  readonly set?: NetworkValues;
}

/** @param name a network, or a network file. @throws UsageError, WorldError. */
export async function describe(name: string, options: DescribeNetworkOptions): Promise<void> {
  const value = withNumbers(readModelValue(name), options.set ?? {});
  const shape = assumedShape(value, 10);
  const model = modelByValue(value, { shape });
  const parts = [
    fitted(model.name),
    fitted(noteOnShape(value, shape)),
    process.stdout.isTTY ? modelText(model, terminalWidth()) : describeModel(model, terminalWidth()),
    sizesOf(model).map(fitted).join('\n'),
    fitted(numbersText(value)),
  ];
  process.stdout.write(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
  if (options.kernels) {
    const recipe = { ...recipeOf(completeHyperparameters({ model: value })), model };
    const { width, note } = await chooseWidth('auto', recipe);
    const why = note === undefined ? '' : `. ${capitalized(note)}`;
    const table = kernelTable(model, width);
    const text = process.stdout.isTTY ? kernelsText(table, terminalWidth()) : alignColumns(table);
    process.stdout.write(`\n${text}\n\n${fitted(`This process trains it in ${width}${why}`)}\n`);
  }
  if (options.svg !== undefined) {
    writeOutput(options.svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${visible(options.svg)}"\n`);
  }
}

/** The sentence, wrapped at the terminal's width. Not wrapped where the output is no terminal. */
function fitted(sentence: string): string {
  return process.stdout.isTTY ? wrapped(sentence, terminalWidth()) : sentence;
}

/** The receptive field of the last map, and the memory of the model, in sentences. */
function sizesOf(model: Model): string[] {
  const field = receptiveFields(model).at(-1);
  const { tensors, evaluating, training, wholeBatches } = modelMemory(model);
  const kib = (bytes: number) => `${counted(Math.ceil(bytes / 1024))} KiB`;
  const [, height, width] = model.input;
  return [
    ...(field
      ? [`Receptive field: a number of ${field.layer} reads ${field.size.join('x')} pixels of ${height}x${width}.`]
      : []),
    `Memory: ${kib(tensors)} of weights; ${kib(evaluating)} for 16 images that are evaluated, ${kib(training)} for 16 that are trained on, ${
      wholeBatches ? 'the whole batch at once' : 'in each thread'
    }.`,
  ];
}

/** Why the network is shown for other images than MNIST's; empty where it is not. */
function noteOnShape(value: string, shape: readonly number[]): string {
  try {
    modelByValue(value);
    return '';
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `Shown for images of ${shape.join('x')}, since it does not take MNIST's: ${error.message}`;
  }
}

/** The numbers that a network file names. */
function numbersText(value: string): string {
  const numbers = Object.entries(networkIn(value)?.parameters ?? {});
  if (numbers.length === 0) return '';
  const [[first, { default: usual }]] = numbers as [(typeof numbers)[number]];
  const texts = numbers.map(([name, entry]) => `{${name}} ${entry.default}`);
  return `Hyperparameters of its own: ${texts.join(', ')}. Set one with --set ${first}=${usual}; studies vary them.`;
}
