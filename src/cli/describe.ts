/** `lenet describe`: prints a network's layers and the kernels that train them, and draws the network. A network file's is made for MNIST's images. */
import { capitalized, counted } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { drawModel } from '../drawing/network.ts';
import { describeKernels } from '../nn/kernel-table.ts';
import { describeModel, type Model } from '../nn/model.ts';
import { receptiveFields } from '../nn/receptive-field.ts';
import { chooseWidth } from '../runner/octs.ts';
import { readNetwork } from '../runner/study-files.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { modelByName, modelNames } from '../tasks/lenet/models.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { modelMemory } from '../train/model-memory.ts';
import { terminalWidth } from './terminal.ts';

export async function describe(
  name: string,
  options: { readonly svg?: string; readonly kernels?: boolean },
): Promise<void> {
  const isNamed = modelNames.includes(name);
  const model = isNamed ? modelByName(name) : readNetwork(name).make();
  process.stdout.write(`${model.name}\n\n${describeModel(model, terminalWidth())}\n\n${sizesOf(model)}\n`);
  if (options.kernels) {
    const recipe = { ...recipeOf(completeHyperparameters(isNamed ? { model: name } : {})), model };
    const { width, note } = await chooseWidth('auto', recipe);
    const why = note === undefined ? '' : `. ${capitalized(note)}`;
    process.stdout.write(`\n${describeKernels(model, width)}\n\nThis process trains it in ${width}${why}\n`);
  }
  if (options.svg !== undefined) {
    writeOutput(options.svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${visible(options.svg)}"\n`);
  }
}

/** The receptive field of the last map, and the memory of the model, in sentences. */
function sizesOf(model: Model): string {
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
  ].join('\n');
}
