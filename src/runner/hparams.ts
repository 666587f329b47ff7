/** What TensorBoard's HParams are told of runs and studies. */
import { nameOfValue } from '../base/named-content.ts';
import type { HparamInfo, HparamsExperiment, HparamsSession } from '../formats/hparams.ts';
import type { StudyDefinition } from '../study/definition.ts';
import {
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import { networkIn } from '../tasks/lenet/networks.ts';
import { type RunOrigin, runIdentity } from './run-identity.ts';

/** The settings that every run shows; others only where they differ from their defaults. */
const shownAlways: ReadonlySet<HyperparameterName> = new Set([
  'model',
  'optimizer',
  'learningRate',
  'batchSize',
  'l2',
  'epochs',
]);

/** A run as a session. Runs that differ in their seed alone are one group, whose mean TensorBoard shows. */
export function sessionOf(origin: RunOrigin): HparamsSession {
  const { hyperparameters: values } = origin;
  const names = hyperparameterNames.filter(
    (name) => name !== 'seed' && (shownAlways.has(name) || values[name] !== hyperparameters[name].default),
  );
  const anySeed = { ...values, seed: hyperparameters.seed.default };
  return {
    hyperparameters: { ...Object.fromEntries(names.map((name) => [name, values[name]])), ...networkOf(values) },
    group: runIdentity({ ...origin, hyperparameters: anySeed }),
  };
}

/** The network by its name, and the numbers that its file names. */
function networkOf({ model }: Hyperparameters): HparamsSession['hyperparameters'] {
  const numbers = Object.entries(networkIn(model)?.parameters ?? {}).map(([name, entry]) => [name, entry.default]);
  return { model: nameOfValue(model), ...Object.fromEntries(numbers) };
}

/** A study of our networks as an experiment. @param varied the names of the hyperparameters that it varies. */
export function experimentOf({ name, protocol }: StudyDefinition, varied: ReadonlySet<string>): HparamsExperiment {
  const names = hyperparameterNames.filter((each) => varied.has(each));
  const selecting = protocol === 'held-out' ? 'validation' : 'test';
  return {
    name,
    hyperparameters: [
      ...names.map((each) => ({ name: each, type: typeOf(each), description: hyperparameters[each].sentence })),
      ...[...varied]
        .filter((each) => !(each in hyperparameters))
        .map((each) => ({ name: each, type: 'number' as const, description: `{${each}} of the network file` })),
    ],
    metrics: [
      { tag: `${selecting}/acc`, set: 'validation' },
      { tag: `${selecting}/loss`, set: 'validation' },
      { tag: 'train/loss', set: 'training' },
    ],
  };
}

function typeOf(name: HyperparameterName): HparamInfo['type'] {
  const value: unknown = hyperparameters[name].default;
  if (typeof value === 'boolean') return 'flag';
  return typeof value === 'string' ? 'text' : 'number';
}
