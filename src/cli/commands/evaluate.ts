/** `lenet evaluate`. */
import type { Command } from 'commander';
import { addDataOptions } from '../data-options.ts';
import type { EvaluateOptions } from '../evaluate.ts';
import { parsePath } from '../options.ts';
import { picturesOption, threadsOption } from '../shared-options.ts';

export function evaluate(parent: Command): void {
  const command = parent
    .command('evaluate')
    .argument('<model>', '', parsePath('model'))
    .description(
      'Print loss, accuracy, scores by class and the confusion matrix of a saved model (a .safetensors or .onnx file, a run folder, or a study, whose winner is taken)',
    )
    .addOption(threadsOption())
    .option(
      '--set <name>',
      'Images to evaluate on: test, train or validation, the held-out part of the training set (default: the set that the run was evaluated on)',
    )
    .option('--html <file>', 'Also write a page with the worst mistakes as pictures', parsePath('--html'))
    .addOption(picturesOption())
    .option('--json', 'Print one JSON object')
    .action(async (model: string, options: EvaluateOptions) => {
      const { evaluateModel } = await import('../evaluate.ts');
      await evaluateModel(model, options);
    });
  addDataOptions(command, "the run's own");
}
