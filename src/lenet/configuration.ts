/** What hyperparameters really compute: the seam where studies learn which settings are the same, and how Optuna names them. */
import { UsageError } from '../base/errors.ts';
import type { Settings } from '../study/definition.ts';
import type { Distribution, Parameter } from '../study/distribution.ts';
import {
  completeHyperparameters,
  type Hyperparameter,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
  makeLoss,
  makeModel,
  makeOptimizer,
  variantNames,
} from './hyperparameters.ts';
import { published } from './lenet5-1998.ts';
import { modelByName } from './models.ts';

/** What determines a training beside its seed. */
export type Configuration = Omit<Hyperparameters, 'seed'>;

/** Settings with the defaults filled in. @throws UsageError for a value that is not allowed or would be ignored. */
export function completeSettings(settings: Settings): Hyperparameters {
  const unknown = Object.keys(settings).find((name) => !(name in hyperparameters));
  if (unknown !== undefined) throw new UsageError(`unknown hyperparameter ${unknown}`);
  const complete = completeHyperparameters(settings);
  makeOptimizer(complete);
  makeModel(complete);
  makeLoss(complete);
  return complete;
}

/**
 * Settings in the one form of all that compute the same, bit for bit: AdamW without decay is Adam, and what is
 * published may be written out.
 * @throws UsageError as {@link completeSettings}.
 */
export function identifyConfiguration(settings: Settings): Configuration {
  const { seed: _, ...rest } = completeSettings(settings);
  const written: HyperparameterName[] = variantNames.filter((name) => rest[name] === published[name]);
  if (rest.initialization === modelByName(rest.model).initialization) written.push('initialization');
  const plain = { ...rest, ...Object.fromEntries(written.map((name) => [name, 'published'])) };
  const plainAdam = rest.optimizer === 'adamw' && rest.weightDecay === 0;
  return plainAdam ? { ...plain, optimizer: 'adam' } : plain;
}

/** Why two settings of one configuration are the same, in words; undefined where they are written alike. */
export function whySame(a: Settings, b: Settings): string | undefined {
  const [x, y] = [completeSettings(a), completeSettings(b)];
  return x.optimizer === y.optimizer ? undefined : 'AdamW with weight decay 0 is Adam';
}

/**
 * The varied hyperparameters of one trial. Within a study one name keeps its class and choices, whatever levels are added:
 * choices are all that the table knows, bounds those of all values. Limits that are off have no number and are left out.
 * @param varied every setting of the study, to take names and bounds from
 */
export function optunaParameters(configuration: Configuration, varied: readonly Settings[]): Parameter[] {
  const names = hyperparameterNames.filter((name) => name !== 'seed' && varied.some((settings) => name in settings));
  return names.flatMap((name): Parameter[] => {
    const entry: Hyperparameter = hyperparameters[name];
    const value = configuration[name as keyof Configuration];
    if (entry.kind === 'choice') return [categorical(name, entry.choices, String(value))];
    if (entry.kind === 'flag') return [categorical(name, [true, false], value === true)];
    if (typeof value !== 'number') return [];
    const numbers = [value, ...varied.map((settings) => settings[name])].filter((item) => typeof item === 'number');
    const bounds = { low: Math.min(...numbers), high: Math.max(...numbers), log: false };
    const distribution: Distribution =
      entry.kind === 'number'
        ? { name: 'FloatDistribution', attributes: { step: null, ...bounds } }
        : { name: 'IntDistribution', attributes: { step: 1, ...bounds } };
    return [{ name, internal: value, distribution }];
  });
}

function categorical(
  name: HyperparameterName,
  choices: readonly (string | boolean)[],
  value: string | boolean,
): Parameter {
  const distribution = { name: 'CategoricalDistribution', attributes: { choices } } as const;
  return { name, internal: choices.indexOf(value), distribution };
}
