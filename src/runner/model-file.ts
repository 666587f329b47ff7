/** Loading a saved model from disk: our own files, and safetensors files of other software. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPath } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import type { StateDict } from '../base/tensor.ts';
import { readBytes } from '../disk/read-file.ts';
import type { Model } from '../nn/model.ts';
import { checkParameters } from '../nn/network.ts';
import { completeHyperparameters, type Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { type ModelInput, mnistInput } from '../tasks/lenet/model-input.ts';
import { parseModelInput } from '../tasks/lenet/model-input-reader.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import { recordedHyperparameters } from '../tasks/lenet/older-settings.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { decodeModel, type ModelFile } from '../train/checkpoint.ts';
import { type FoundWeights, findWeights } from '../train/foreign-weights.ts';
import type { EvaluationRecipe } from '../train/recipe.ts';
import { modelFileAt, type RunConfig, RunFolder, runConfigAt } from './run-folder.ts';

/** A network with its weights, as {@link loadModel} finds them. */
export interface LoadedModel {
  readonly model: Model;
  readonly weights: StateDict;
  readonly file: string;
  readonly hyperparameters: Hyperparameters;
  /** The model, its loss and its arithmetic, as {@link evaluate} takes them. */
  readonly recipe: EvaluationRecipe;
  /** What the model knows of its input. For files that do not tell it, MNIST's digits. */
  readonly input: ModelInput;
  /** Sentences about what was converted, renamed or left out. Empty for our own files. */
  readonly notes: readonly string[];
  /** The file's metadata: where the weights come from. */
  readonly record: ReadonlyMap<string, string>;
  /** The run's config.json, where the path is a run folder. */
  readonly config: RunConfig | undefined;
}

/**
 * Reads a model file, or the model in a run folder. A file without our metadata is read as the network that its `model`
 * names, if we know that name, else as a lenet5. Such a file may hold F16, BF16 or F64 numbers, names with a prefix,
 * and further tensors.
 * @throws WorldError naming the file when it is missing, damaged or of another kind, does not hold the network's
 * tensors, or lies in the folder of another run.
 */
export function loadModel(path: string): LoadedModel {
  checkPath('loadModel(): path', path);
  refuseOtherFolder(path);
  const file = modelFileAt(path);
  const config = runConfigAt(path);
  const found = config ? new RunFolder(path).readModel(config) : decodeModel(readBytes(file), file);
  const hyperparameters = hyperparametersIn(found.record, file);
  const { record } = found;
  const input = inputIn(record, file);
  const recipe = evaluationRecipe(hyperparameters, input, file);
  const { model } = recipe;
  return { model, ...findWeights(model, modelOf(found), file), file, hyperparameters, recipe, input, record, config };
}

/** What our software wrote about the input; for older files and other software's MNIST's digits. */
function inputIn(record: ModelFile['record'], file: string): ModelInput {
  const text = isOurs(record) ? record.get('input') : undefined;
  return text === undefined ? mnistInput : parseModelInput(text, file);
}

/** @throws WorldError naming the file where its hyperparameters describe no network for its input. */
function evaluationRecipe(hyperparameters: Hyperparameters, input: ModelInput, file: string): EvaluationRecipe {
  try {
    // Reported losses have no class weights.
    const { model, loss, arithmetic } = recipeOf({ ...hyperparameters, classWeights: 'none' }, input);
    return { model, loss, arithmetic };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WorldError(`${file}: ${error.message}`, { cause: error });
  }
}

/**
 * The weights of a model in a file's bytes. @throws WorldError naming the file when it is damaged or of another kind,
 * or holds another network.
 */
export function readWeights(model: Model, bytes: Uint8Array, file: string): FoundWeights {
  const found = decodeModel(bytes, file);
  const holds = found.record.get('model');
  if (isOurs(found.record) && holds !== model.name) {
    throw new WorldError(`${file} holds a ${holds}, not a ${model.name}`);
  }
  return findWeights(model, modelOf(found), file);
}

/** @throws WorldError naming the file when tensors are missing, foreign, or of another shape than the model's. */
export function requireParameters(model: Model, tensors: StateDict, file: string): void {
  try {
    checkParameters(model, tensors);
  } catch (error) {
    throw new WorldError(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** @throws WorldError for a folder without a model, saying which path to give instead. */
function refuseOtherFolder(path: string): void {
  if (!existsSync(path) || !statSync(path).isDirectory() || existsSync(join(path, 'model.safetensors'))) return;
  const names = readdirSync(path);
  if (names.includes('study.journal')) {
    throw new WorldError(`${path} is a study folder; name one of its trials, such as ${join(path, 'trial-0000')}`);
  }
  const models = names.filter((name) => name.endsWith('.safetensors'));
  const instead = models.length > 0 ? `; name a file in it: ${models.map((name) => join(path, name)).join(', ')}` : '';
  throw new WorldError(`${path} holds no model.safetensors${instead}`);
}

/**
 * Whether our software wrote the metadata. All four keys are asked for, since other software may use one of them too.
 */
function isOurs(record: ModelFile['record']): boolean {
  return ['model', 'hyperparameters', 'dataHash', 'version'].every((key) => record.has(key));
}

/** The model's tensors. One of our checkpoints also holds the optimizer's state, which is left out. */
function modelOf(found: ModelFile): ModelFile {
  if (!found.record.has('recordFormat')) return found;
  return { ...found, tensors: new Map([...found.tensors].filter(([name]) => !name.startsWith('optimizer.'))) };
}

/** The recorded hyperparameters, which include the network and its variant; for other software's files the defaults. */
function hyperparametersIn(record: ModelFile['record'], file: string): Hyperparameters {
  const model = record.get('model');
  if (!isOurs(record)) {
    return completeHyperparameters({ model: model !== undefined && modelNames.includes(model) ? model : 'lenet5' });
  }
  if (!modelNames.includes(model!)) {
    throw new WorldError(
      `${file} holds a network "${model}", which this version does not know (known: ${modelNames.join(', ')})`,
    );
  }
  try {
    return recordedHyperparameters({ ...JSON.parse(record.get('hyperparameters')!), model });
  } catch (error) {
    throw new WorldError(
      `${file}: its hyperparameters cannot be read: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}
