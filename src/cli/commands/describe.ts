/** `lenet describe`. */
import type { Command } from 'commander';
import { shippedNames } from '../../runner/shipped-files.ts';
import { modelNames } from '../../tasks/lenet/models.ts';
import type { DescribeNetworkOptions } from '../describe.ts';
import { parsePath } from '../options.ts';
import { numbersOption } from '../shared-options.ts';

export function describe(parent: Command): void {
  parent
    .command('describe <name>')
    .description(
      `Print the layers of a network (${modelNames.join(', ')}, ${shippedNames('networks').join(', ')}, a network file, a saved model or a run folder), their shapes and numbers of parameters; or the settings of a recipe (${shippedNames('recipes').join(', ')}, or a file)`,
    )
    .addOption(numbersOption())
    .option('--kernels', 'Also print which kernels train it')
    .option('--svg <file>', 'Also draw the network into an SVG file', parsePath('--svg'))
    .action(async (name: string, options: DescribeNetworkOptions) => {
      const { describedAs } = await import('../described.ts');
      const kind = describedAs(name);
      if (kind === 'recipe') {
        const { describeRecipe } = await import('../describe-recipe.ts');
        describeRecipe(name, options);
      } else {
        const { describeNetwork, describeSaved } = await import('../describe.ts');
        await (kind === 'model' ? describeSaved : describeNetwork)(name, options);
      }
    });
}
