/** The networks that can be asked for by name. */
import { shown } from '../../base/argument.ts';
import { unknownChoice } from '../../base/errors.ts';
import type { Model } from '../../nn/model.ts';
import { lenet5 } from './lenet5.ts';
import { lenet5Original } from './lenet5-1998.ts';
import type { NetworkInput } from './network-input.ts';

const models: Readonly<Record<string, (input: NetworkInput) => Model>> = {
  lenet5,
  'lenet5-1998': (input) => lenet5Original({}, input),
};

/** The names that {@link modelByName} knows. */
export const modelNames: readonly string[] = Object.keys(models);

/**
 * The network of a name, one of {@link modelNames}.
 * @param input the images and classes that the network is made for. Default: MNIST's.
 * @throws UsageError for an unknown name, with the nearest known one; for an impossible input; and naming the layer that
 * does not fit into the images.
 */
export function modelByName(name: string, input: NetworkInput = {}): Model {
  const make = Object.entries(models).find(([known]) => known === name)?.[1];
  if (make === undefined) throw unknownChoice('model', typeof name === 'string' ? name : shown(name), modelNames);
  return make(input);
}
