/** A model as JSON, so that a file can hold the network beside its weights. */
import { isRecord, shown } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import type { Initialization } from './initializers.ts';
import type { Layer } from './layers.ts';
import { type Model, sequential } from './model.ts';

/** The most layers of a model that is read. */
export const mostLayers = 1000;

/** The model's name, input, layers in order and rule for initial weights, as one line of JSON. Shapes and parameters follow from them. */
export function modelText({ name, input, layers, initialization }: Model): string {
  return JSON.stringify({
    name,
    input,
    layers: layers.map(({ name: layerName, layer }) => ({ name: layerName, ...layer })),
    initialization,
  });
}

/**
 * Makes the model that {@link modelText} wrote; the text may be damaged, or other software's.
 * @param what names the file in errors. @throws WorldError in one line, naming the layer that cannot be made.
 */
export function parseModelText(text: string, what: string): Model {
  try {
    return modelOf(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SyntaxError)) throw error;
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : error.message;
    throw new WorldError(`${what}: its network cannot be read: ${why}`, { cause: error });
  }
}

function modelOf(value: unknown): Model {
  const found = isRecord(value) ? value : {};
  const { name, input, layers, initialization } = found as { readonly [Name in keyof Model]?: unknown };
  if (!Array.isArray(layers)) throw new UsageError(`layers: expected a list, got ${shown(layers)}`);
  if (layers.length > mostLayers)
    throw new UsageError(`it has ${layers.length} layers; at most ${mostLayers} are read`);
  const byName: Record<string, Layer> = {};
  for (const entry of layers) {
    const { name: layerName, ...rest } = isRecord(entry) ? entry : {};
    const layer: unknown = rest;
    if (typeof layerName !== 'string') throw new UsageError(`a layer: expected a name and a type, got ${shown(entry)}`);
    if (Object.hasOwn(byName, layerName)) throw new UsageError(`two layers are named ${shown(layerName)}`);
    byName[layerName] = layer as Layer;
  }
  // sequential() checks every part.
  return sequential(name as string, input as Model['input'], byName, initialization as Initialization);
}
