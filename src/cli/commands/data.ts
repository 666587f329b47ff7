/** `lenet data`. */
import type { Command } from 'commander';
import type { DescribeOptions } from '../data.ts';
import { addReadingOptions } from '../data-options.ts';
import { parsePath } from '../options.ts';

export function data(parent: Command): void {
  const command = parent
    .command('data')
    .argument('[data]', '', parsePath('data'))
    .description(
      'Describe a data set before training on it: counts by class, pixels, repeated and empty images (default: MNIST)',
    )
    .option('--sheet <file>', 'Also write a contact sheet (PNG): ten images of each class', parsePath('--sheet'))
    .option(
      '--augment <recipe>',
      'Let the sheet show what a network sees: an image of each class, augmented by a recipe (name or file)',
      parsePath('--augment'),
    )
    .option('--pictures', 'Print a picture of each class, also where the output is no terminal')
    .option('--no-pictures', 'Print no pictures')
    .option('--json', 'Print one JSON object')
    .action(async (place: string | undefined, options: DescribeOptions) => {
      const { describeDataSet } = await import('../data.ts');
      await describeDataSet(place, options);
    });
  addReadingOptions(command);
}
