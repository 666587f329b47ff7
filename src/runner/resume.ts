/**
 * Resuming a run: checks every file in the run folder before anything is written, and prepares the repair of lost or
 * damaged files where the checkpoint allows it.
 */
import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import type { StateDict } from '../base/tensor.ts';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import type { Model } from '../nn/model.ts';
import { checkParameters, checkState } from '../nn/network.ts';
import { evaluatedWeights } from '../train/average.ts';
import type { ModelFile, Predictions } from '../train/checkpoint.ts';
import { type Evaluation, evaluate, mostLikely } from '../train/evaluate.ts';
import type { Checkpoint } from '../train/fit.ts';
import { averageName, type Recipe, stateNamesOf } from '../train/recipe.ts';
import type { Threads } from '../train/threads.ts';
import { bestEpoch } from './best-epoch.ts';
import {
  attempt,
  evaluatedMetrics,
  type MetricsLine,
  parseConfig,
  type RunConfig,
  type RunFolder,
} from './run-folder.ts';
import { ForeignFileError, requireSameRun } from './run-identity.ts';

/**
 * The content of config.json, and a sentence about its repair if it was lost or damaged. @throws UsageError when there
 * is no run; WorldError when its record is damaged.
 */
export function readOrRestoreConfig(folder: RunFolder): { config: RunConfig; repair: string | undefined } {
  const isLost = !existsSync(folder.configPath);
  const read = isLost ? { damage: '' } : attempt(() => folder.readConfig());
  if ('value' in read) return { config: read.value, repair: undefined };
  const found = attempt(() => folder.readCheckpoint());
  const kept = 'value' in found ? found.value?.record.get('config') : undefined;
  if (kept === undefined) {
    if (isLost) throw new UsageError(`--resume: there is no run in ${folder.path} (no config.json)`);
    throw new WorldError(
      `${read.damage}. There is no checkpoint to make it again from: restore the file from a copy, or start the run in another folder`,
    );
  }
  const config = parseConfig(kept, folder.checkpointPath);
  const why = isLost ? 'config.json was missing' : 'config.json was damaged';
  return { config, repair: `${why}: made again from the checkpoint.` };
}

/**
 * The content of config.json, from the file or from the checkpoint; undefined where both are lost or damaged. @throws
 * ForeignFileError.
 */
export function tryToReadConfig(folder: RunFolder): RunConfig | undefined {
  try {
    return readOrRestoreConfig(folder).config;
  } catch (error) {
    if (error instanceof ForeignFileError || !(error instanceof WorldError || error instanceof UsageError)) throw error;
    return undefined;
  }
}

export interface ResumeOptions {
  readonly recipe: Recipe;
  /** The set that is evaluated after every epoch. */
  readonly evaluation: Dataset;
  /** Batches per epoch. */
  readonly batches: number;
  readonly threads: Threads | undefined;
  /**
   * What to do where the checkpoint or the metrics are lost: train from the first epoch again, which gives the same
   * numbers (true), or refuse (false).
   */
  readonly startAgain: boolean;
}

/** The point at which a run continues. Nothing has been written yet. */
export interface ResumePoint {
  /** Undefined: the run starts at epoch 0. */
  readonly checkpoint: Checkpoint | undefined;
  /** The metrics of the epochs up to the checkpoint. */
  readonly lines: readonly MetricsLine[];
  /** What {@link ResumePoint.repair} does, one sentence each. */
  readonly repairs: readonly string[];
  repair(): void;
}

/**
 * Checks the run folder and finds the point at which the run continues.
 * @throws ForeignFileError for a file of another run; WorldError for files that contradict each other, and (unless
 * `startAgain`) for damage that needs training from the start.
 */
export async function findResumePoint(
  folder: RunFolder,
  config: RunConfig,
  options: ResumeOptions,
): Promise<ResumePoint> {
  const model = lookFor(folder.modelPath, () => folder.readModel(config));
  const predictions = lookFor(folder.predictionsPath, () => folder.readPredictions(config));
  folder.refuseForeignMetrics(config);
  const found = withKeptModel(findCheckpoint(folder, config, options), { model, predictions }, config);
  const isLost = typeof found === 'string';
  if (isLost && !options.startAgain) {
    throw new WorldError(
      `${found}. Restore the file from a sound copy; or remove ${folder.checkpointPath}, and --resume trains from the start again, to the same numbers`,
    );
  }
  const { checkpoint, lines } = isLost ? { checkpoint: undefined, lines: [] } : found;
  const repairs: string[] = [];
  const actions: (() => void)[] = [];
  const repair = () => {
    for (const action of actions) action();
  };
  if (isLost) {
    repairs.push(`${found}: the run is trained from the start again, to the same numbers.`);
    actions.push(() => folder.removeCheckpoint());
  }

  // Model and predictions of an earlier epoch, which was better, have been checked.
  if (config.keep === 'best' && bestEpoch(lines)?.epoch !== checkpoint?.epoch) {
    return { checkpoint, lines, repairs, repair };
  }

  // A checkpoint within an epoch does not hold the weights of model and predictions, which are of an earlier save. So
  // damaged ones are removed.
  const isWhole = checkpoint?.batch === 0 && checkpoint.epoch > 0;
  if (!isWhole) {
    for (const { path, state } of [model, predictions]) {
      if (state !== 'damaged') continue;
      repairs.push(`${basename(path)} was damaged and is removed; the next save writes it.`);
      actions.push(() => rmSync(path));
    }
    return { checkpoint, lines, repairs, repair };
  }

  const { epoch } = checkpoint;
  const { recipe, batches } = options;
  const evaluated = { epoch, weights: evaluatedWeights(checkpoint, recipe, batches) };
  const say = (path: string, problem: string) =>
    repairs.push(`${basename(path)} ${problem}: made again from the checkpoint of epoch ${epoch}.`);
  const wrongModel = model.state === 'sound' ? modelProblem(model.value, evaluated) : `was ${model.state}`;
  if (wrongModel !== undefined) say(folder.modelPath, wrongModel);
  // Files of our first versions do not name their run. They are rewritten without a message.
  if (wrongModel !== undefined || !namesRun(model))
    actions.push(() => folder.writeModel(evaluated, recipe.model, config));
  const wrongPredictions =
    predictions.state === 'sound'
      ? predictionsProblem(predictions.value, lines.at(-1)!, options)
      : `were ${predictions.state}`;
  if (wrongPredictions !== undefined) say(folder.predictionsPath, wrongPredictions);
  if (wrongPredictions !== undefined || !namesRun(predictions)) {
    const { logits } = await evaluateAgain(folder, evaluated, lines.at(-1)!, config, options);
    actions.push(() => folder.writePredictions(logits, { epoch, classes: recipe.model.classes }, config));
  }
  return { checkpoint, lines, repairs, repair };
}

/**
 * The point found, or a phrase that says that the kept model of an earlier epoch is lost: a checkpoint holds the weights
 * of its own epoch only. Files of later epochs than the checkpoint's are written again.
 */
function withKeptModel(
  found: ReturnType<typeof findCheckpoint>,
  { model, predictions }: { readonly model: Found<ModelFile>; readonly predictions: Found<Predictions> },
  { keep }: RunConfig,
): ReturnType<typeof findCheckpoint> {
  if (typeof found === 'string' || keep !== 'best' || found.checkpoint === undefined) return found;
  const { checkpoint, lines } = found;
  const best = bestEpoch(lines)?.epoch;
  if (best === undefined || (best === checkpoint.epoch && checkpoint.batch === 0)) return found;
  const epochs = [
    { ...model, epoch: model.state === 'sound' ? Number(model.value.record.get('epoch')) : undefined },
    { ...predictions, epoch: predictions.state === 'sound' ? predictions.value.epoch : undefined },
  ];
  for (const { path, state, epoch } of epochs) {
    if (epoch === undefined) return `${path} is ${state}, and no other file holds the best epoch, ${best}`;
    if (epoch !== best && epoch <= checkpoint.epoch) return `${path} is of epoch ${epoch}, not of the best, ${best}`;
  }
  return found;
}

type Found<T> = { readonly path: string } & (
  | { readonly state: 'missing' | 'damaged' }
  | { readonly state: 'sound'; readonly value: T }
);

function lookFor<T>(path: string, read: () => T): Found<T> {
  if (!existsSync(path)) return { path, state: 'missing' };
  const found = attempt(read);
  return 'value' in found ? { path, state: 'sound', value: found.value } : { path, state: 'damaged' };
}

function namesRun(found: Found<{ readonly record: ReadonlyMap<string, string> }>): boolean {
  return found.state === 'sound' && found.value.record.has('run');
}

/**
 * The checkpoint and the metrics up to it, or a phrase that says why they cannot be used. Without a checkpoint the run
 * starts at epoch 0.
 */
function findCheckpoint(
  folder: RunFolder,
  config: RunConfig,
  { recipe, batches }: ResumeOptions,
): Pick<ResumePoint, 'checkpoint' | 'lines'> | string {
  const path = folder.checkpointPath;
  const read = attempt(() => folder.readCheckpoint());
  if ('damage' in read) return read.damage;
  if (read.value === undefined) return { checkpoint: undefined, lines: [] };
  const { checkpoint, record } = read.value;
  requireSameRun(record, config, path);
  const { model } = recipe;
  requireParameters(model, checkpoint.weights, path);
  for (const state of stateNamesOf(recipe)) {
    const tensors = checkpoint.optimizerState.get(state);
    if (tensors === undefined) throw new WorldError(`${path} lacks the optimizer's state ${state}`);
    const check = state === averageName ? checkParameters : checkState;
    requireParameters(model, tensors, `${path}, optimizer state ${state}`, check);
  }
  const { epoch, batch } = checkpoint;
  if (epoch > config.hyperparameters.epochs || batch > batches) {
    return `${path} is of epoch ${epoch}, batch ${batch}: beyond the run's ${config.hyperparameters.epochs} epochs of ${batches} batches`;
  }
  // After the first batch there must be a line for epoch 0, the untrained network.
  const expected = epoch > 0 || batch > 0 ? epoch + 1 : 0;
  const metrics = attempt(() => folder.readMetrics(config, expected));
  if ('damage' in metrics) return metrics.damage;
  if (metrics.value.length < expected) {
    return `${folder.metricsPath} has ${metrics.value.length} epochs, the checkpoint needs ${expected}`;
  }
  const last = metrics.value.at(-1);
  if (last && batch === 0 && evaluatedMetrics(last) === undefined) {
    return `${folder.metricsPath} lacks the metrics of epoch ${epoch}, whose predictions were saved`;
  }
  return { checkpoint, lines: metrics.value };
}

/** The weights that were evaluated after an epoch. */
type Evaluated = Pick<Checkpoint, 'weights' | 'epoch'>;

/** How a model differs from the weights of its epoch; undefined where it does not. */
function modelProblem({ tensors, record }: ModelFile, { weights, epoch: wanted }: Evaluated): string | undefined {
  const epoch = record.get('epoch');
  if (epoch !== `${wanted}`) return `was of epoch ${epoch}`;
  const isSame = [...weights].every(([name, { data }]) => sameBits(data, tensors.get(name)?.data));
  return isSame && tensors.size === weights.size ? undefined : 'held other weights';
}

/** Compares bit by bit: 0 and -0 differ. */
function sameBits(a: Float32Array, b: Float32Array | undefined): boolean {
  return b?.length === a.length && a.every((value, index) => Object.is(value, b[index]));
}

/** How predictions differ from the metrics of their epoch; undefined where they do not. */
function predictionsProblem(
  { logits, epoch }: Predictions,
  line: MetricsLine,
  { recipe: { model }, evaluation }: ResumeOptions,
): string | undefined {
  if (epoch !== line.epoch) return `were of epoch ${epoch}`;
  const [images, classes] = logits.shape;
  const size = datasetSize(evaluation);
  if (images !== size || classes !== model.classes) {
    return `were [${logits.shape.join(', ')}] for ${size} images and ${model.classes} classes`;
  }
  return accuracyOf(logits.data, evaluation.labels) === evaluatedMetrics(line)?.accuracy
    ? undefined
    : 'did not have the accuracy in the metrics';
}

/**
 * The accuracy (0 to 1): the share of images whose largest logit (the first of equals) is that of the label. @param
 * logits row-major [images, classes].
 */
export function accuracyOf(logits: Float32Array, labels: Uint8Array): number {
  const classes = logits.length / labels.length;
  const right = labels.filter((label, n) => mostLikely(logits.subarray(n * classes, (n + 1) * classes)) === label);
  return right.length / labels.length;
}

/**
 * Evaluates the weights of an epoch on the evaluation set. @throws WorldError when the result contradicts the metrics.
 */
async function evaluateAgain(
  folder: RunFolder,
  { weights, epoch }: Evaluated,
  line: MetricsLine,
  { hyperparameters: { arithmetic } }: RunConfig,
  { recipe, evaluation, threads }: ResumeOptions,
): Promise<Evaluation> {
  const found = await evaluate(recipe, weights, evaluation, { threads });
  if (found === undefined) throw new Error('an evaluation without a signal is not interrupted');
  const recorded = evaluatedMetrics(line);
  // Fused arithmetic may give other bits on another machine.
  if (arithmetic === 'strict' && (found.loss !== recorded?.loss || found.accuracy !== recorded.accuracy)) {
    throw new WorldError(
      `${folder.path}: the checkpoint and the metrics of epoch ${epoch} contradict each other (loss ${found.loss} and ${recorded?.loss}); one of the files is damaged. ` +
        `Remove ${folder.checkpointPath}, and --resume trains from the start again, to the same numbers`,
    );
  }
  return found;
}

/**
 * @param check default: all tensors of the model.
 * @throws WorldError naming the file when tensors are missing, foreign, or of another shape than the model's.
 */
function requireParameters(
  model: Model,
  tensors: StateDict,
  file: string,
  check: (model: Model, tensors: StateDict) => void = checkParameters,
): void {
  try {
    check(model, tensors);
  } catch (error) {
    throw new WorldError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
