/** A saved model from disk, with the architecture its file names. */
import { WorldError } from '../base/errors.ts';
import type { StateDict } from '../base/tensor.ts';
import type { Model } from '../nn/model.ts';
import { checkParameters } from '../nn/network.ts';
import { completeHyperparameters, type Hyperparameters, makeModel } from '../tasks/lenet/hyperparameters.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import { decodeModel } from '../train/checkpoint.ts';
import { modelFileAt, type RunConfig, RunFolder, readBytes, runConfigAt } from './run-folder.ts';

export interface LoadedModel {
  readonly model: Model;
  readonly weights: StateDict;
  readonly file: string;
  readonly hyperparameters: Hyperparameters;
  /** What the file says of its origin; empty for a file of other software. */
  readonly record: ReadonlyMap<string, string>;
  /** The record of the run, where the path is that of a run's folder. */
  readonly config: RunConfig | undefined;
}

/**
 * Reads a model file, or that of a run's folder. A file of other software, without our record, is taken for a lenet5.
 * @throws WorldError naming the file when it is missing, damaged, holds another network's tensors, or lies in the folder of another run.
 */
export function loadModel(path: string): LoadedModel {
  const file = modelFileAt(path);
  const config = runConfigAt(path);
  const { weights, record } = config ? new RunFolder(path).readModel(config) : decodeModel(readBytes(file), file);
  const name = record.get('model') ?? 'lenet5';
  if (!modelNames.includes(name))
    throw new WorldError(`${file} holds a network "${name}", which is unknown here (known: ${modelNames.join(', ')})`);
  const hyperparameters = recordedHyperparameters(record.get('hyperparameters'), name, file);
  const model = makeModel(hyperparameters);
  // A checkpoint is a model too, with more beside it.
  const own = new Map([...weights].filter(([tensor]) => !tensor.startsWith('optimizer.')));
  requireParameters(model, own, file, name);
  return { model, weights: own, file, hyperparameters, record, config };
}

/** What made the weights, as far as the file tells; a network's variant is among it. */
function recordedHyperparameters(text: string | undefined, model: string, file: string): Hyperparameters {
  try {
    return completeHyperparameters({ ...(text === undefined ? {} : JSON.parse(text)), model });
  } catch (error) {
    throw new WorldError(
      `${file}: its hyperparameters cannot be read: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
}

/** @param holds the network that the file says it holds. @throws WorldError naming the file whose tensors are not the model's. */
export function requireParameters(model: Model, tensors: StateDict, file: string, holds?: string): void {
  if (holds !== undefined && holds !== model.name) {
    throw new WorldError(`${file} holds a ${holds}, not a ${model.name}`);
  }
  try {
    checkParameters(model, tensors);
  } catch (error) {
    throw new WorldError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
