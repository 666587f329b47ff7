/** Our networks as a study's task: trials on worker threads, each in a run folder of its own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkOptions, checkPath } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import type { Metrics } from '../base/metrics.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import { requireEngine } from '../engine/workspace.ts';
import { parameterCount } from '../nn/model.ts';
import type { Settings, StudyDefinition } from '../study/definition.ts';
import { plannedLevels } from '../study/strategies.ts';
import { type EpochPoint, scoreOf } from '../study/trial.ts';
import { completeSettings, lenetSettings } from '../tasks/lenet/configuration.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { makeModel, recipeOf } from '../tasks/lenet/recipe.ts';
import type { OpenTask, Pool, Task, TrialMessage } from '../tasks/task.ts';
import { evaluate } from '../train/evaluate.ts';
import { requireAddresses } from './machine.ts';
import { loadMnist } from './mnist-files.ts';
import { loadModel } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import { type MetricsLine, RunFolder } from './run-folder.ts';
import { checkThreadCount, nodeThreads } from './threads.ts';
import type { RunData } from './train-run.ts';
import { shareDataset, startThread, type ThreadMessage } from './trial-threads.ts';

/** Where {@link lenetTask} keeps its runs and finds its data. */
export interface LenetTaskOptions {
  /** The run folders of the trials go here: `trial-0000`, `trial-0001`, ... */
  readonly folder: string;
  /** A folder with the four IDX files; without it the npm package's. */
  readonly dataFolder?: string | undefined;
  /** Threads for looks at the test set, 1 to 256, default 1; results do not depend on it. */
  readonly threads?: number | undefined;
}

/** The run folder of a trial within its study's folder. */
export function trialFolder(folder: string, number: number): RunFolder {
  return new RunFolder(join(folder, `trial-${`${number}`.padStart(4, '0')}`));
}

/**
 * Our networks as a task for {@link runStudy}: each trial trains on a worker thread, in a run folder of its own.
 * @throws UsageError for options that cannot be right, and for unknown ones.
 */
export function lenetTask(options: LenetTaskOptions): Task {
  checkOptions('lenetTask()', options, { folder: true, dataFolder: true, threads: true });
  const { folder, dataFolder, threads = 1 } = options;
  checkPath('lenetTask(): folder', folder);
  if (dataFolder !== undefined) checkPath('lenetTask(): dataFolder', dataFolder);
  checkThreadCount(threads);
  return {
    settings: lenetSettings,
    async open(definition) {
      requireEngine();
      requireAddresses();
      const data = await loadData(definition, dataFolder);
      checkLevels(definition, data.run);
      const levels = plannedLevels(definition).flat();
      const settings = [definition.base, ...levels.map((level) => level.settings)];
      if (settings.some(({ arithmetic }) => arithmetic === 'fused')) enableFused();
      const evaluated = datasetSize(data.run.evaluation);
      return {
        dataHash: data.run.hash,
        summary: summaryOf(definition, data.run),
        pool: threadPool(folder, definition, data.run),
        bytesPerTrial: (configuration) => bytesOf(configuration, evaluated),
        hasResults: (number) => existsSync(trialFolder(folder, number).modelPath),
        evaluateOnTest: (number, configuration) => evaluateTrial(number, configuration),
      } satisfies OpenTask;

      async function evaluateTrial(number: number, configuration: Settings): Promise<Metrics> {
        const { weights } = loadModel(trialFolder(folder, number).path);
        const complete = completeSettings(configuration);
        const { testLimit } = complete;
        const set = testLimit === null ? data.test : takeFirst(data.test, testLimit);
        const found = await evaluate(recipeOf(complete), weights, set, { threads: nodeThreads(threads) });
        if (!found) throw new Error('an evaluation without a signal is not interrupted');
        return found;
      }
    },
  };
}

function threadPool(folder: string, { objective }: StudyDefinition, data: RunData): Pool {
  return {
    start({ number, configuration, seed, threads }, listen) {
      const hyperparameters = completeHyperparameters({ ...configuration, seed });
      const out = trialFolder(folder, number).path;
      return startThread({ hyperparameters, out, threads, data }, (message) =>
        listen(trialMessage(message, objective)),
      );
    },
  };
}

function trialMessage(message: ThreadMessage, objective: StudyDefinition['objective']): TrialMessage {
  if (message.type !== 'epoch') return message;
  return { type: 'epoch', point: epochPoint(message.line, objective), share: message.share };
}

function epochPoint(
  { epoch, train, test, validation, seconds }: MetricsLine,
  objective: StudyDefinition['objective'],
): EpochPoint {
  const selection = (test ?? validation)!;
  return { epoch, score: scoreOf(selection, objective), train, selection, seconds };
}

interface StudyData {
  /** What trials get. They are evaluated on the test set, or under protocol held-out on a part of the training set. */
  readonly run: RunData;
  readonly test: Dataset;
}

async function loadData({ protocol }: StudyDefinition, dataFolder: string | undefined): Promise<StudyData> {
  const { train, test, ...origin } = await loadMnist(dataFolder);
  if (protocol !== 'held-out') {
    const sets = { train: shareDataset(train), evaluation: shareDataset(test) };
    return { run: { ...origin, ...sets, evaluatedOn: 'test' }, test };
  }
  const split = holdOut(train, origin.hash);
  const sets = { train: shareDataset(split.train), evaluation: shareDataset(split.validation) };
  return { run: { ...origin, ...sets, evaluatedOn: 'validation' }, test };
}

function summaryOf(
  { base, protocol = 'post' }: StudyDefinition,
  { train, evaluation, evaluatedOn, source }: RunData,
): string {
  const { trainLimit, testLimit } = completeSettings(base);
  const training = Math.min(datasetSize(train), trainLimit ?? Number.POSITIVE_INFINITY);
  const limit = evaluatedOn === 'test' ? testLimit : null;
  const selecting = Math.min(datasetSize(evaluation), limit ?? Number.POSITIVE_INFINITY);
  const set = evaluatedOn === 'test' ? 'test' : 'held-out';
  return `Protocol ${protocol}: ${counted(training)} images train, ${counted(selecting)} ${set} images select (${source})`;
}

/** What a run folder takes: model, checkpoint (weights, at most two moments each), logits, and the text beside. */
function bytesOf(configuration: Settings, evaluated: number): number {
  const complete = completeSettings(configuration);
  const model = makeModel(complete);
  return 4 * parameterCount(model) * 4 + 4 * evaluated * model.classes + 1000 * (complete.epochs + 4);
}

/** @throws UsageError when a level asks for more images than there are, or batches larger than the training set. */
function checkLevels(definition: StudyDefinition, { train, evaluation, evaluatedOn }: RunData): void {
  for (const { settings, label } of plannedLevels(definition).flat()) {
    const { batchSize, trainLimit, testLimit } = completeSettings({ ...definition.base, ...settings });
    const images = Math.min(trainLimit ?? datasetSize(train), datasetSize(train));
    const refuse = (name: string, problem: string) => {
      // The level, or else the base or the default that all levels share.
      const where = name in settings ? ` (level ${label})` : name in definition.base ? ' (in base)' : ' (the default)';
      return new UsageError(`${name}: ${problem}${where}`);
    };
    if (trainLimit !== null && trainLimit > datasetSize(train)) {
      throw refuse('trainLimit', `there are ${datasetSize(train)} training images, got ${trainLimit}`);
    }
    if (evaluatedOn === 'test' && testLimit !== null && testLimit > datasetSize(evaluation)) {
      throw refuse('testLimit', `there are ${datasetSize(evaluation)} test images, got ${testLimit}`);
    }
    if (batchSize > images) {
      throw refuse('batchSize', `expected at most ${images} (the training images), got ${batchSize}`);
    }
  }
}
