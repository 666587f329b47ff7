/** `lenet describe`: the layers of a network as a table, and as a drawing. */
import { writeFileAtomically } from '../disk/atomic-file.ts';
import { modelByName } from '../lenet/models.ts';
import { drawModel } from '../nn/drawing.ts';
import { describeModel } from '../nn/model.ts';

export function describe(name: string, options: { readonly svg?: string }): void {
  const model = modelByName(name);
  process.stdout.write(`${model.name}\n\n${describeModel(model)}\n`);
  if (options.svg !== undefined) {
    writeFileAtomically(options.svg, drawModel(model));
    process.stdout.write(`\nDrawing saved in "${options.svg}"\n`);
  }
}
