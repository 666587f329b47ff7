/** `lenet worker`. */
import type { Command } from 'commander';
import { mostThreads, readMachine, usableCores } from '../../runner/machine.ts';
import type { CommandContext } from '../command-context.ts';
import { parseInteger } from '../options.ts';
import { kernelsOption } from '../shared-options.ts';
import type { WorkerCommandOptions } from '../worker.ts';

export function worker(parent: Command, { output, finish }: CommandContext): void {
  parent
    .command('worker')
    .description(
      'Train for the studies of a fleet, until Ctrl-C; the database is that of LENET_DATABASE (docs/fleet.md)',
    )
    .option(
      '--jobs <n>',
      'Number of trainings at once',
      (text) => parseInteger(text, '--jobs', 1, mostThreads),
      Math.min(usableCores(readMachine()), mostThreads),
    )
    .addOption(kernelsOption())
    .action(async (options: WorkerCommandOptions) => {
      const { worker } = await import('../worker.ts');
      output.beginWork();
      finish(await worker(options));
    });
}
