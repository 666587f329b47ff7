/** `lenet describe` of a network or a saved model: prints its layers and the kernels that train them, and draws the network. A network file's is made for MNIST's images. */
import { UsageError } from '../base/errors.ts';
import { capitalized, counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { drawModel } from '../drawing/network.ts';
import { kernelTable } from '../nn/kernel-table.ts';
import { alignColumns, type Model } from '../nn/model.ts';
import { receptiveFields } from '../nn/receptive-field.ts';
import { kernelsText } from '../report/model-text.ts';
import { wrapped } from '../report/terminal-table.ts';
import { loadModel } from '../runner/model-file.ts';
import { chooseWidth } from '../runner/octs.ts';
import { readModelValue } from '../runner/study-files.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { NetworkValues } from '../tasks/lenet/network-file.ts';
import { assumedShape, modelByValue, networkIn, withNumbers } from '../tasks/lenet/networks.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { modelMemory } from '../train/model-memory.ts';
import type { Recipe } from '../train/recipe.ts';
import { modelTable } from './model-table.ts';
import { pathOfModel } from './named-model.ts';
import { terminalWidth } from './terminal.ts';

export interface DescribeNetworkOptions {
  readonly svg?: string;
  readonly kernels?: boolean;
  /** Numbers for the network's file. */
  readonly set?: NetworkValues;
}

/** @param name a network, or a network file. @throws UsageError, WorldError. */
export async function describeNetwork(name: string, options: DescribeNetworkOptions): Promise<void> {
  const value = withNumbers(readModelValue(name), options.set ?? {});
  const shape = assumedShape(value, 10);
  const numbers = numbersOf(value);
  const [first] = numbers;
  const model = modelByValue(value, { shape });
  const recipe = () => ({ ...recipeOf(completeHyperparameters({ model: value })), model });
  const hint = first ? ` Set one with --set ${first.name}=${first.value}; studies vary them.` : '';
  await print({ model, recipe, note: noteOnShape(value, shape), numbers: numbersText(numbers) + hint }, options);
}

/** @param path of a model file, a run folder, or a study, whose winner is taken. @throws UsageError, WorldError. */
export async function describeSaved(path: string, options: DescribeNetworkOptions): Promise<void> {
  if (options.set !== undefined) {
    throw new UsageError(`--set is for network files, ${path} is a saved model: it keeps its numbers`);
  }
  const { model, recipe: evaluation, hyperparameters, notes } = loadModel(await pathOfModel(path));
  for (const note of notes) process.stderr.write(`note: ${visible(note)}\n`);
  const numbers = hyperparameters ? numbersText(numbersOf(hyperparameters.model)) : '';
  const recipe = () => ({ ...recipeOf(completeHyperparameters({})), model, loss: evaluation.loss });
  await print({ model, recipe, note: '', numbers }, options);
}

interface Description {
  readonly model: Model;
  /** Makes the recipe for which kernels are chosen. */
  readonly recipe: () => Recipe;
  /** On the shape of the images; may be empty. */
  readonly note: string;
  /** The numbers of the network's file in a sentence; empty where there are none. */
  readonly numbers: string;
}

async function print({ model, recipe, note, numbers }: Description, { kernels, svg }: DescribeNetworkOptions) {
  const parts = [
    fitted(model.name),
    fitted(note),
    modelTable(model),
    sizesOf(model).map(fitted).join('\n'),
    fitted(numbers),
  ];
  process.stdout.write(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
  if (kernels) {
    const { width, note: why } = await chooseWidth('auto', recipe());
    const reason = why === undefined ? '' : `. ${capitalized(why)}`;
    const table = kernelTable(model, width);
    const text = process.stdout.isTTY ? kernelsText(table, terminalWidth()) : alignColumns(table);
    process.stdout.write(`\n${text}\n\n${fitted(`This process trains it in ${width}${reason}`)}\n`);
  }
  if (svg !== undefined) {
    writeOutput(svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${visible(svg)}"\n`);
  }
}

/** The sentence, wrapped at the terminal's width. Not wrapped where the output is no terminal. */
function fitted(sentence: string): string {
  return process.stdout.isTTY ? wrapped(sentence, terminalWidth()) : sentence;
}

/** The receptive field of the last map, and the memory of the model, in sentences. */
function sizesOf(model: Model): string[] {
  const field = receptiveFields(model).at(-1);
  const { tensors, evaluating, training, working, wholeBatches } = modelMemory(model);
  const kib = (bytes: number) => `${counted(Math.ceil(bytes / 1024))} KiB`;
  const [, height, width] = model.input;
  return [
    ...(field
      ? [`Receptive field: a number of ${field.layer} reads ${field.size.join('x')} pixels of ${height}x${width}.`]
      : []),
    `Memory: ${kib(tensors)} of weights; ${kib(evaluating)} for 16 images that are evaluated, ${kib(training)} for 16 that are trained on, ${
      wholeBatches ? `the whole batch at once, and ${kib(working)} in each thread` : 'in each thread'
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

interface NetworkNumber {
  readonly name: string;
  readonly value: number;
}

/** The numbers that the network file in a value of `model` names. */
function numbersOf(value: string): readonly NetworkNumber[] {
  const entries = Object.entries(networkIn(value)?.parameters ?? {});
  return entries.map(([name, entry]) => ({ name, value: entry.default }));
}

function numbersText(numbers: readonly NetworkNumber[]): string {
  const texts = numbers.map(({ name, value }) => `{${name}} ${value}`);
  return numbers.length === 0 ? '' : `Hyperparameters of its own: ${texts.join(', ')}.`;
}
