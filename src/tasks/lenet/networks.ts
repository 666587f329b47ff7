/** The networks that the hyperparameter `model` can name: by a name of ours, or with the content of a network file. */
import { UsageError } from '../../base/errors.ts';
import { contentIn, contentValue, nameOfValue } from '../../base/named-content.ts';
import type { Initialization } from '../../nn/initializers.ts';
import type { Model } from '../../nn/model.ts';
import { hyperparameterNames } from './hyperparameters.ts';
import { modelByName, modelNames } from './models.ts';
import { type NetworkFile, type NetworkValues, parseNetworkFile } from './network-file.ts';
import type { NetworkInput } from './network-input.ts';

/**
 * The value of the hyperparameter `model` for a network file: its name and its text, so that a record needs no file.
 * @param name of the file without its ending, in tables. @param path in messages, also in those of the value that is returned; default: the name.
 * @throws UsageError with line and column of the first mistake.
 */
export function networkValue(name: string, text: string, path?: string): string {
  const label = path ?? labelOf(name);
  const bare = text.replace(/^\uFEFF/, '');
  const file = parseNetworkFile(bare, label, hyperparameterNames);
  if (modelNames.includes(file.name)) {
    throw new UsageError(`${label}: name: ${file.name} is a network of lenet-lab; give yours another name`);
  }
  const value = contentValue({ name, text: bare });
  return path === undefined ? value : from(path, value);
}

/** The name in messages of a network whose file is not known: that of a run or a journal. */
function labelOf(name: string): string {
  return `network ${name}`;
}

/** The paths of the files that values were read from, for messages: values are recorded, and hold no paths. */
const paths = new Map<string, string>();
const mostPaths = 1000;

/** The value, whose messages from now on name the path. */
function from(path: string, value: string): string {
  paths.delete(value);
  paths.set(value, path);
  for (const oldest of paths.keys()) {
    if (paths.size <= mostPaths) break;
    paths.delete(oldest);
  }
  return value;
}

/** The network file in a value of `model`; undefined for a network that has a name here. @throws UsageError as {@link networkValue}. */
export function networkIn(model: string): NetworkFile | undefined {
  const content = contentIn(model);
  return content && parsed(content.text, paths.get(model) ?? labelOf(content.name));
}

/** Files that were read last: studies ask for the same ones for each of their levels. */
const recent = new Map<string, NetworkFile>();
const mostRecent = 16;

function parsed(text: string, file: string): NetworkFile {
  const key = contentValue({ name: file, text });
  const found = recent.get(key) ?? parseNetworkFile(text, file);
  recent.delete(key);
  recent.set(key, found);
  for (const oldest of recent.keys()) {
    if (recent.size <= mostRecent) break;
    recent.delete(oldest);
  }
  return found;
}

/** A value of `model` with other numbers as the defaults of its file. @throws UsageError for numbers that the network does not have. */
export function withNumbers(model: string, values: NetworkValues): string {
  const [first] = Object.keys(values);
  if (first === undefined) return model;
  const file = networkIn(model);
  if (file === undefined) throw new UsageError(`unknown hyperparameter ${first}: model ${model} names no numbers`);
  const value = contentValue({ name: nameOfValue(model), text: file.withDefaults(values) });
  const path = paths.get(model);
  return path === undefined ? value : from(path, value);
}

/** The network's own name, which is that of the model: `lenet5`, or the name that its file gives it. */
export function networkName(model: string): string {
  return networkIn(model)?.name ?? model;
}

/** The rule for initial weights that the network itself has. @throws UsageError as {@link modelByValue}. */
export function ownInitialization(model: string): Initialization {
  return networkIn(model)?.initialization ?? modelByName(model).initialization;
}

/** What determines the network of a value, as text: equal for equal networks, whatever their files say in comments. */
export function resolvedNetwork(model: string): string {
  const file = networkIn(model);
  return file === undefined ? model : JSON.stringify(file.resolved);
}

/** The network of a value of `model`. @throws UsageError as {@link modelByName}, and with line and column in a network file. */
export function modelByValue(model: string, input: NetworkInput = {}): Model {
  return networkIn(model)?.make(input) ?? modelByName(model, input);
}

/** Inputs with which a network is checked while its data are not known: each channel count, small to large. */
const assumedShapes = [
  [1, 28, 28],
  [3, 32, 32],
  [1, 64, 64],
  [3, 64, 64],
  [1, 224, 224],
  [3, 224, 224],
] as const;

/** The shape of images that a network of a file takes, the first of some usual ones. @throws UsageError where it takes none: for the first. */
export function assumedShape(model: string, classes: number): readonly [number, number, number] {
  const file = networkIn(model);
  const fits = (shape: (typeof assumedShapes)[number]) => {
    try {
      file?.make({ shape, classes });
      return true;
    } catch (error) {
      if (error instanceof UsageError) return false;
      throw error;
    }
  };
  return assumedShapes.find(fits) ?? assumedShapes[0];
}
