/** `lenet ui`. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { parseInteger, parsePath } from '../options.ts';
import type { UiOptions } from '../ui.ts';

export function ui(parent: Command, { finish }: CommandContext): void {
  parent
    .command('ui')
    .argument('[dir]', '', parsePath('dir'))
    .description(
      'Show the studies and runs of a folder in the browser, live (default: runs); also journals of Optuna and event files of TensorBoard',
    )
    .option('--port <n>', 'Port to listen on; 0: any free one (default: 7998, or a free one)', (text) =>
      parseInteger(text, '--port', 0, 65_535),
    )
    .option('--host <address>', 'Address to listen on; one that others can reach needs --token', '127.0.0.1')
    .option('--token [text]', 'Answer only those who know the token; without text: a random one, which is printed')
    .option('--read-only', 'Start, stop and continue no studies')
    .option('--private', 'Leave out names of hosts and places on the disk')
    .option('--pictures', 'Also show pictures of data sets that are not published')
    .action(async (path: string | undefined, options: UiOptions) => {
      const { ui } = await import('../ui.ts');
      finish(await ui(path, options));
    });
}
