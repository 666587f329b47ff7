/** `lenet fleet` and its commands. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

export function fleet(parent: Command, { output, finish }: CommandContext): void {
  const fleet = parent.command('fleet').description('Many machines that share studies over PostgreSQL (docs/fleet.md)');
  fleet
    .command('status')
    .description('Print workers, queue and studies of the fleet')
    .option('--json', 'Print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { fleetStatus } = await import('../fleet.ts');
      await fleetStatus(options.json ?? false);
    });
  fleet
    .command('demo')
    .description(
      'Show a fleet on this machine: a PostgreSQL server, a coordinator and three workers, one of which is killed',
    )
    .action(async () => {
      const { fleetDemo } = await import('../fleet-demo.ts');
      output.beginWork();
      finish(await fleetDemo());
    });
}
