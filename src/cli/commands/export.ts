/** `lenet export`. */
import type { Command } from 'commander';
import type { ExportOptions } from '../export.ts';
import { parsePath } from '../options.ts';

export function exportCommand(parent: Command): void {
  parent
    .command('export')
    .argument('<model>', '', parsePath('model'))
    .description(
      'Export a saved model (a file, a run folder, or a study, whose winner is taken) for other software, or write its card',
    )
    .option('--onnx <file>', 'ONNX (opset 17), for any number of images at once', parsePath('--onnx'))
    .option(
      '--state-dict <file>',
      'Weights for PyTorch (.safetensors), and beside them a Python file that makes the network and loads them',
      parsePath('--state-dict'),
    )
    .option(
      '--card <file>',
      'Model card (README.md): accuracy with seeds and protocol, input, settings',
      parsePath('--card'),
    )
    .action(async (model: string, options: ExportOptions) => {
      const { exportModel } = await import('../export.ts');
      await exportModel(model, options);
    });
}
