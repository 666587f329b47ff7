/** `lenet describe`: prints a network's layers and the kernels that train them, and draws the network. */
import { capitalized } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { drawModel } from '../drawing/network.ts';
import { describeKernels } from '../nn/kernel-table.ts';
import { describeModel } from '../nn/model.ts';
import { chooseWidth } from '../runner/octs.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { terminalWidth } from './terminal.ts';

export async function describe(
  name: string,
  options: { readonly svg?: string; readonly kernels?: boolean },
): Promise<void> {
  const model = modelByName(name);
  process.stdout.write(`${model.name}\n\n${describeModel(model, terminalWidth())}\n`);
  if (options.kernels) {
    const { width, note } = await chooseWidth('auto', recipeOf(completeHyperparameters({ model: name })));
    const why = note === undefined ? '' : `. ${capitalized(note)}`;
    process.stdout.write(`\n${describeKernels(model, width)}\n\nThis process trains it in ${width}${why}\n`);
  }
  if (options.svg !== undefined) {
    writeOutput(options.svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${visible(options.svg)}"\n`);
  }
}
