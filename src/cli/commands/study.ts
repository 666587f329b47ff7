/** `lenet study` and its commands. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { parsePath } from '../options.ts';
import { picturesOption } from '../shared-options.ts';
import { studyRun } from './study-run.ts';

export function study(parent: Command, context: CommandContext): void {
  const study = parent
    .command('study')
    .description('Find out which hyperparameters matter: many runs, with several seeds each, error bars and a report');
  studyRun(study, context);
  study
    .command('show')
    .argument('<dir>', '', parsePath('dir'))
    .description('Print tables and verdicts of a study, also while it runs')
    .option('--json', 'Print one JSON object')
    .action(async (path: string, options: { json?: boolean }) => {
      const { studyShow } = await import('../study.ts');
      studyShow(path, options.json ?? false);
    });
  study
    .command('list')
    .argument('[dir]', '', parsePath('dir'))
    .description('List the studies in a folder (default: runs)')
    .action(async (path: string | undefined) => {
      const { studyList } = await import('../study.ts');
      studyList(path);
    });
  study
    .command('compare')
    .argument('<dir>', '', parsePath('dir'))
    .argument('<a>')
    .argument('<b>')
    .description(
      'Compare two configurations of a study, given by their names in the report (C1, C2, ...) or their labels',
    )
    .action(async (path: string, a: string, b: string) => {
      const { studyCompare } = await import('../study.ts');
      studyCompare(path, a, b);
    });
  study
    .command('export')
    .argument('<dir>', '', parsePath('dir'))
    .description('Export the trials of a study as a table, or its means as a journal')
    .option('--csv', 'As comma-separated values, one row per trial')
    .option('--optuna-means', "As Optuna's journal, one trial per configuration: its mean, and the score of each seed")
    .option('--out <file>', 'File for the table or journal (default: standard output)', parsePath('--out'))
    .action(async (path: string, options: { csv?: boolean; optunaMeans?: boolean; out?: string }) => {
      const { studyExport } = await import('../study.ts');
      studyExport(path, options);
    });
  study
    .command('report')
    .argument('<dir>', '', parsePath('dir'))
    .description('Write report.html and report.md again, also for an unfinished study')
    .addOption(picturesOption())
    .action(async (path: string, options: { pictures?: boolean }) => {
      const { studyReport } = await import('../study.ts');
      await studyReport(path, options);
    });
  study
    .command('finish')
    .argument('<dir>', '', parsePath('dir'))
    .description(
      'After a study with a fleet: fetch the models that are still in the database, and remove the study there',
    )
    .option('--force', 'Remove it although files are lacking')
    .action(async (path: string, options: { force?: boolean }) => {
      const { studyFinish } = await import('../study-finish.ts');
      await studyFinish(path, options);
    });
  study
    .command('schema')
    .description('Print the JSON Schema of study files, for editors')
    .action(async () => {
      const { studySchema } = await import('../study.ts');
      studySchema();
    });
}
