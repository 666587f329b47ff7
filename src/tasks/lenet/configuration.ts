/** What hyperparameters really train: which settings are the same, and which differ from the defaults. */
import { UsageError } from '../../base/errors.ts';
import type { Settings } from '../../study/definition.ts';
import type { TaskSettings } from '../task.ts';
import {
  completeHyperparameters,
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
 * The canonical settings: two settings that train the same network, bit for bit, give the same object. AdamW without decay is Adam, what is
 * published need not be written out, and defaults are left out.
 * @throws UsageError as {@link completeSettings}.
 */
export function canonicalSettings(settings: Settings): Settings {
  const { seed: _, ...complete } = completeSettings(settings);
  const written: HyperparameterName[] = variantNames.filter((name) => complete[name] === published[name]);
  if (complete.initialization === modelByName(complete.model).initialization) written.push('initialization');
  const plainAdam = complete.optimizer === 'adamw' && complete.weightDecay === 0;
  const plain: Settings = {
    ...complete,
    ...Object.fromEntries(written.map((name) => [name, 'published'])),
    ...(plainAdam ? { optimizer: 'adam' } : {}),
  };
  const names = hyperparameterNames.filter((name) => name in plain && plain[name] !== hyperparameters[name].default);
  return Object.fromEntries(names.map((name) => [name, plain[name]!]));
}

/** What the settings of our networks mean. */
export const lenetSettings: TaskSettings = {
  parameters: hyperparameters,
  complete: completeSettings,
  canonical: canonicalSettings,
  whySame(a, b) {
    const [x, y] = [completeSettings(a), completeSettings(b)];
    return x.optimizer === y.optimizer ? undefined : 'AdamW with weight decay 0 is Adam';
  },
};
