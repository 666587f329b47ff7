/** Loading a saved model from disk: a file, or the model in a run folder. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPath } from '../base/argument.ts';
import { WorldError } from '../base/errors.ts';
import { readBytes } from '../disk/read-file.ts';
import { loadModel as loadModelBytes, type SavedModel, savedModel } from '../tasks/lenet/saved-model.ts';
import { modelFileAt, type RunConfig, RunFolder, runConfigAt } from './run-folder.ts';
import { journalName } from './study-journal.ts';

/** A network with its weights, as {@link loadModel} finds them on disk. */
export interface LoadedModel extends SavedModel {
  readonly file: string;
  /** The run's config.json, where the path is a run folder. */
  readonly config: RunConfig | undefined;
}

/**
 * Reads a model file, or the model in a run folder; or the bytes of a file. The metadata of our own files hold the layers, so any network is made again. A safetensors
 * file of other software is read as the network that its `model` names, if we know that name, else as a lenet5; it may hold F16, BF16 or F64
 * numbers, names with a prefix, and further tensors. ONNX files are read as far as their layers exist here.
 * @throws WorldError naming the file when it is missing, damaged or of another kind, does not hold the network's
 * tensors, or lies in the folder of another run.
 */
export function loadModel(path: string | Uint8Array): LoadedModel {
  if (path instanceof Uint8Array) return { ...loadModelBytes(path), file: 'the model file', config: undefined };
  checkPath('loadModel(): path', path);
  refuseOtherFolder(path);
  const file = modelFileAt(path);
  const config = runConfigAt(path);
  const saved = config
    ? savedModel(new RunFolder(path).readModel(config), file)
    : loadModelBytes(readBytes(file), file);
  return { ...saved, file, config };
}

/** @throws WorldError for a folder without a model, saying which path to give instead. */
function refuseOtherFolder(path: string): void {
  if (!existsSync(path) || !statSync(path).isDirectory() || existsSync(join(path, 'model.safetensors'))) return;
  const names = readdirSync(path);
  if (names.includes(journalName)) {
    throw new WorldError(`${path} is a study folder; name one of its trials, such as ${join(path, 'trial-0000')}`);
  }
  const models = names.filter((name) => name.endsWith('.safetensors'));
  const instead = models.length > 0 ? `; name a file in it: ${models.map((name) => join(path, name)).join(', ')}` : '';
  throw new WorldError(`${path} holds no model.safetensors${instead}`);
}
