/** `lenet describe`: prints a network's layers and the kernels that train them, and draws the network. */
import { visible } from '../base/plain-text.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { drawModel } from '../drawing/network.ts';
import { describeKernels } from '../nn/kernel-table.ts';
import { describeModel } from '../nn/model.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { terminalWidth } from './terminal.ts';

export function describe(name: string, options: { readonly svg?: string; readonly kernels?: boolean }): void {
  const model = modelByName(name);
  process.stdout.write(`${model.name}\n\n${describeModel(model, terminalWidth())}\n`);
  if (options.kernels) process.stdout.write(`\n${describeKernels(model)}\n`);
  if (options.svg !== undefined) {
    writeOutput(options.svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${visible(options.svg)}"\n`);
  }
}
