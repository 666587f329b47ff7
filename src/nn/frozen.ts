/** Layers of a model that are not trained: their parameters, and the numbers that they keep beside them, do not change. */
import { wrong } from '../base/argument.ts';
import { UsageError, unknownChoice } from '../base/errors.ts';
import type { Model, ModelLayer } from './model.ts';

/**
 * The layers that names stand for: a layer, or a block of layers (`block1` stands for `block1.conv1` and so on).
 * @throws UsageError for a name that the model does not have, with the nearest; for a layer without parameters; and where
 * nothing is left to train.
 */
export function frozenLayers(model: Model, names: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(names)) throw wrong('freeze', 'a list of names of layers', names);
  const owners = model.layers.filter(({ parameters }) => parameters.length > 0);
  const frozen = new Set(names.flatMap((name) => layersOf(name, model, owners).map((layer) => layer.name)));
  if (frozen.size > 0 && frozen.size === owners.length) {
    throw new UsageError(`freeze: model ${model.name} has nothing left to train: all its layers are frozen`);
  }
  return frozen;
}

function layersOf(name: unknown, model: Model, owners: readonly ModelLayer[]): readonly ModelLayer[] {
  if (typeof name !== 'string') throw wrong('freeze', 'names of layers', name);
  const found = owners.filter((layer) => layer.name === name || layer.name.startsWith(`${name}.`));
  if (found.length > 0) return found;
  if (model.layers.some((layer) => layer.name === name)) {
    throw new UsageError(`freeze: layer ${name} of model ${model.name} has no parameters`);
  }
  const blocks = owners.flatMap((layer) => {
    const parts = layer.name.split('.');
    return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
  });
  throw unknownChoice(`layer to freeze in model ${model.name}`, name, [...new Set(blocks)]);
}

/** The names of all tensors of frozen layers. */
export function frozenTensors(model: Model, frozen: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    model.layers
      .filter(({ name }) => frozen.has(name))
      .flatMap(({ parameters, buffers }) => [...parameters, ...buffers].map((tensor) => tensor.name)),
  );
}
