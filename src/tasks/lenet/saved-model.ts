/** Makes a network with its weights from the content of a model file: our own, other software's safetensors, or ONNX. */
import { checkText, kindOf, wrong } from '../../base/argument.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { isOnnx } from '../../base/file-kind.ts';
import { contentIn } from '../../base/named-content.ts';
import type { StateDict } from '../../base/tensor.ts';
import { importOnnx } from '../../exchange/onnx/import.ts';
import { lossKinds } from '../../nn/losses.ts';
import { type Model, tensorsOf } from '../../nn/model.ts';
import { parseModelText } from '../../nn/model-data.ts';
import { decodeModel, type ModelFile } from '../../train/checkpoint.ts';
import { type FoundWeights, findWeights, type SearchOptions } from '../../train/foreign-weights.ts';
import { completeEvaluation, type EvaluationRecipe } from '../../train/recipe.ts';
import { completeHyperparameters, type Hyperparameters } from './hyperparameters.ts';
import { type ModelInput, mnistInput } from './model-input.ts';
import { parseModelInput } from './model-input-reader.ts';
import { modelByName, modelNames } from './models.ts';
import { publishedLoss, recipeWith } from './named-recipe.ts';
import { recordedHyperparameters } from './older-settings.ts';

/** A network with its weights, as a model file holds it. */
export interface SavedModel {
  readonly model: Model;
  readonly weights: StateDict;
  /** The settings of the run that trained it; undefined for files of other software, and for networks without a name here. */
  readonly hyperparameters: Hyperparameters | undefined;
  /** The model, its loss and its arithmetic, as {@link evaluate} takes them. */
  readonly recipe: EvaluationRecipe;
  /** What the model knows of its input: the names of its classes, and how a picture is brought to it. */
  readonly input: ModelInput;
  /** Sentences about what was converted, renamed or left out. Empty for our own files. */
  readonly notes: readonly string[];
  /** The file's metadata: where the weights come from. */
  readonly record: ReadonlyMap<string, string>;
}

/**
 * Reads a model from the bytes of a file: a model.safetensors of ours, whose metadata hold the layers; an ONNX file; or the weights of a network
 * that has a name here, in a safetensors file of any software. Such a file may hold F16, BF16 or F64 numbers, names with a prefix, and further
 * tensors.
 * @param what names the file in errors.
 * @throws UsageError unless it is given bytes. WorldError in one line, naming the file, when it is damaged or of another kind, does not hold the
 * network's tensors, or has an operator that is not supported.
 */
export function loadModel(bytes: Uint8Array, what = 'the model file'): SavedModel {
  if (kindOf(bytes) !== 'Uint8Array') throw wrong('loadModel(): bytes', 'a Uint8Array', bytes);
  checkText('loadModel(): what', what);
  return isOnnx(bytes) ? onnxModel(bytes, what) : savedModel(decodeModel(bytes, what), what);
}

/** {@link loadModel} for a safetensors file that has been read. */
export function savedModel(found: ModelFile, what: string): SavedModel {
  const { record } = found;
  const network = isOurs(record) ? record.get('network') : undefined;
  if (network !== undefined) {
    const model = parseModelText(network, what);
    const hyperparameters = hasSettings(record) ? hyperparametersIn(record, what) : undefined;
    return {
      ...findWeights(model, modelOf(found), what),
      ...{ model, record, hyperparameters, input: inputOf(model, record, what) },
      recipe: evaluationOf(model, hyperparameters),
    };
  }
  const hyperparameters = hyperparametersIn(record, what);
  const input = (isOurs(record) ? recordedInput(record, what) : undefined) ?? mnistInput;
  const recipe = namedRecipe(hyperparameters, input, what);
  const { model } = recipe;
  return { model, ...findWeights(model, modelOf(found), what), hyperparameters, recipe, input, record };
}

function onnxModel(bytes: Uint8Array, what: string): SavedModel {
  const { model, weights, notes, metadata } = importOnnx(bytes, what);
  return {
    ...{ model, weights, notes, record: metadata, hyperparameters: undefined },
    input: inputOf(model, metadata, what),
    recipe: evaluationOf(model, undefined),
  };
}

/** The loss that was trained, where it is known and fits, else the one that suits the output; reported losses have no class weights. */
function evaluationOf(model: Model, hyperparameters: Hyperparameters | undefined): EvaluationRecipe {
  const { loss = 'published', arithmetic = 'strict' } = hyperparameters ?? {};
  const name = loss === 'published' ? publishedLoss(model) : loss;
  const settings = { ...(hyperparameters ?? completeHyperparameters({})), classWeights: 'none' };
  return completeEvaluation({ model, loss: lossKinds[name].make(settings), arithmetic });
}

/**
 * What the file says of the model's input, else what can be known: MNIST's digits where images and classes are as theirs, else photographs that
 * are fitted in, with numbers for names.
 */
function inputOf(model: Model, record: ReadonlyMap<string, string>, what: string): ModelInput {
  const { input: shape, classes } = model;
  const found = recordedInput(record, what);
  if (found) {
    if (`${found.shape}` === `${shape}` && found.classNames.length === classes) return found;
    throw new WorldError(
      `${what}: its input is of ${found.shape.join('x')} and ${found.classNames.length} classes, its network reads ${shape.join('x')} and gives ${classes}`,
    );
  }
  if (`${shape}` === `${mnistInput.shape}` && classes === mnistInput.classNames.length) return mnistInput;
  const classNames = Array.from({ length: classes }, (_, label) => `${label}`);
  return {
    data: 'unknown',
    shape,
    classNames,
    ground: 'any',
    framing: 'fit',
    orientation: 'upright',
    normalization: null,
  };
}

function recordedInput(record: ReadonlyMap<string, string>, what: string): ModelInput | undefined {
  const text = record.get('input');
  return text === undefined || !record.has('dataHash') ? undefined : parseModelInput(text, what);
}

/** @throws WorldError naming the file where its hyperparameters describe no network for its input. */
function namedRecipe(hyperparameters: Hyperparameters, input: ModelInput, what: string): EvaluationRecipe {
  try {
    // Reported losses have no class weights.
    const { model, loss, arithmetic } = recipeWith({ ...hyperparameters, classWeights: 'none' }, input, modelByName);
    return { model, loss, arithmetic };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WorldError(`${what}: ${error.message}`, { cause: error });
  }
}

/**
 * The weights of a model in a file's bytes, safetensors or ONNX. In an ONNX file of other software the layers may have other names; then the
 * tensors are taken in their order.
 * @param options mayEndOtherwise: whether the last layer may be of other classes; the weights then lack it.
 * @throws WorldError naming the file when it is damaged or of another kind, or holds another network.
 */
export function readWeights(model: Model, bytes: Uint8Array, what: string, options: SearchOptions = {}): FoundWeights {
  if (isOnnx(bytes)) return onnxWeights(model, bytes, what, options);
  const found = decodeModel(bytes, what);
  const holds = found.record.get('model');
  if (isOurs(found.record) && holds !== model.name) {
    throw new WorldError(`${what} holds a ${holds}, not a ${model.name}`);
  }
  return findWeights(model, modelOf(found), what, options);
}

function onnxWeights(model: Model, bytes: Uint8Array, what: string, options: SearchOptions): FoundWeights {
  const { weights, notes } = importOnnx(bytes, what);
  const wanted = tensorsOf(model);
  const inOrder = [...weights.values()];
  const isNamed = wanted.every(({ name }) => weights.has(name));
  const isAlike =
    inOrder.length === wanted.length && wanted.every(({ shape }, i) => `${shape}` === `${inOrder[i]!.shape}`);
  const isRenamed = !isNamed && isAlike;
  const tensors = isRenamed ? new Map(wanted.map(({ name }, i) => [name, inOrder[i]!])) : weights;
  const found = findWeights(model, { tensors, converted: new Map(), unread: new Map() }, what, options);
  const renamed = isRenamed
    ? [`${what}: its tensors have other names and were taken in their order: ${[...weights.keys()].join(', ')}.`]
    : [];
  return { ...found, notes: [...notes, ...renamed, ...found.notes] };
}

/**
 * Whether our software wrote the metadata. All four keys are asked for, since other software may use one of them too.
 */
function isOurs(record: ModelFile['record']): boolean {
  return ['model', 'hyperparameters', 'dataHash', 'version'].every((key) => record.has(key));
}

/** Whether the settings in the metadata name their network: with a name that we know, or with the content of its file. */
function hasSettings(record: ModelFile['record']): boolean {
  return modelNames.includes(record.get('model')!) || networkFileIn(record) !== undefined;
}

/** The content of a network file among the recorded settings. */
function networkFileIn(record: ModelFile['record']): string | undefined {
  try {
    const { model }: { model?: unknown } = JSON.parse(record.get('hyperparameters')!);
    return contentIn(model) && String(model);
  } catch {
    // Damaged settings get their message where they are read.
    return undefined;
  }
}

/** The model's tensors. One of our checkpoints also holds the optimizer's state, which is left out. */
function modelOf(found: ModelFile): ModelFile {
  if (!found.record.has('recordFormat')) return found;
  return { ...found, tensors: new Map([...found.tensors].filter(([name]) => !name.startsWith('optimizer.'))) };
}

/** The recorded hyperparameters, which include the network and its variant; for other software's files the defaults. */
function hyperparametersIn(record: ModelFile['record'], what: string): Hyperparameters {
  const model = record.get('model');
  if (!isOurs(record)) {
    return completeHyperparameters({ model: model !== undefined && modelNames.includes(model) ? model : 'lenet5' });
  }
  if (!hasSettings(record)) {
    throw new WorldError(
      `${what} holds a network "${model}", which this version does not know (known: ${modelNames.join(', ')})`,
    );
  }
  try {
    return recordedHyperparameters({
      ...JSON.parse(record.get('hyperparameters')!),
      model: networkFileIn(record) ?? model,
    });
  } catch (error) {
    throw new WorldError(
      `${what}: its hyperparameters cannot be read: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}
