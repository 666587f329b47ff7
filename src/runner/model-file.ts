/** A saved model from disk, with the architecture its file names. */
import { WorldError } from '../base/errors.ts';
import type { StateDict } from '../base/tensor.ts';
import { modelByName, modelNames } from '../lenet/models.ts';
import type { Model } from '../nn/model.ts';
import { checkParameters } from '../nn/network.ts';
import { decodeModel } from '../train/checkpoint.ts';
import { modelFileAt, readBytes } from './run-folder.ts';

/**
 * Reads a model file, or that of a run's folder. A file of other software, without our record, is taken for a lenet5.
 * @throws WorldError naming the file when it is missing, damaged, or holds another network's tensors.
 */
export function loadModel(path: string): { model: Model; weights: StateDict; file: string } {
  const file = modelFileAt(path);
  const { weights, record } = decodeModel(readBytes(file), file);
  const name = record.get('model') ?? 'lenet5';
  if (!modelNames.includes(name))
    throw new WorldError(`${file} holds a network "${name}", which is unknown here (known: ${modelNames.join(', ')})`);
  const model = modelByName(name);
  // A checkpoint is a model too, with more beside it.
  const own = new Map([...weights].filter(([tensor]) => !tensor.startsWith('optimizer.')));
  requireParameters(model, own, file);
  return { model, weights: own, file };
}

/** @throws WorldError naming the file whose tensors are not the model's. */
export function requireParameters(model: Model, tensors: StateDict, file: string): void {
  try {
    checkParameters(model, tensors);
  } catch (error) {
    throw new WorldError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
