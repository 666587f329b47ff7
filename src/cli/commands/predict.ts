/** `lenet predict`. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { parsePath, parsePaths } from '../options.ts';

export function predict(parent: Command, { output, finish }: CommandContext): void {
  parent
    .command('predict')
    .argument('<model>', '', parsePath('model'))
    .argument('<images...>', '', parsePaths('images'))
    .description(
      'Predict the class of each picture (PNG, JPEG, WebP; files, folders, - for standard input), with probabilities',
    )
    .option('--json', 'Print one JSON object per image')
    .action(async (model: string, images: string[], options: { json?: boolean }) => {
      const { predictImages } = await import('../predict.ts');
      finish(await predictImages(model, images, { json: options.json ?? false, output }));
    });
}
