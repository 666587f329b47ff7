/** Which settings train the same network, and which of them differ from the defaults. */
import { UsageError } from '../../base/errors.ts';
import { uncountedAugmentations } from '../../data/augmentations.ts';
import { aboutOptimizer, optimizerKinds } from '../../nn/optimizers.ts';
import type { Settings } from '../../study/definition.ts';
import type { TaskSettings } from '../task.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
  variantNames,
} from './hyperparameters.ts';
import { published } from './lenet5-1998.ts';
import { modelByName } from './models.ts';
import { upgradedSettings } from './older-settings.ts';
import { augmentationOf, makeModel, publishedLoss, recipeOf } from './recipe.ts';

/** Settings with the defaults filled in. @throws UsageError for a value that is not allowed or would be ignored. */
export function completeSettings(settings: Settings): Hyperparameters {
  const unknown = Object.keys(settings).find((name) => !(name in hyperparameters));
  if (unknown !== undefined) throw new UsageError(`unknown hyperparameter ${unknown}`);
  const complete = completeHyperparameters(settings);
  recipeOf(complete);
  return complete;
}

/**
 * The canonical settings: two settings that train the same network, bit for bit, give the same object. AdamW without
 * decay becomes Adam, the published network's own choices become "published", and defaults are left out.
 * @throws UsageError as {@link completeSettings}.
 */
export function canonicalSettings(settings: Settings): Settings {
  const { seed, ...complete } = completeSettings(settings);
  const written: HyperparameterName[] = variantNames.filter((name) => complete[name] === published[name]);
  if (complete.initialization === modelByName(complete.model).initialization) written.push('initialization');
  if (complete.loss === publishedLoss(makeModel(complete))) written.push('loss');
  const equal = equalTo({ ...complete, seed });
  const plain: Settings = {
    ...complete,
    ...defaultsOf(uncounted({ ...complete, seed })),
    ...Object.fromEntries(written.map((name) => [name, 'published'])),
    ...(equal ? { optimizer: equal.name } : {}),
  };
  const names = hyperparameterNames.filter((name) => name in plain && plain[name] !== hyperparameters[name].default);
  return Object.fromEntries(names.map((name) => [name, plain[name]!]));
}

/** Hyperparameters that have no effect beside the others' values, although they may be given. */
function uncounted(values: Hyperparameters): HyperparameterName[] {
  const { warmUp, l2, weightDecay } = values;
  return [
    ...(warmUp === 0 ? ['warmUpFrom' as const] : []),
    ...(l2 === 0 && weightDecay === 0 ? ['decayBiases' as const] : []),
    ...uncountedAugmentations(augmentationOf(values)),
  ];
}

function defaultsOf(names: readonly HyperparameterName[]): Settings {
  return Object.fromEntries(names.map((name) => [name, hyperparameters[name].default]));
}

/** A simpler optimizer that does the same steps with these values, if there is one, and why. */
function equalTo(values: Hyperparameters) {
  return aboutOptimizer(optimizerKinds[values.optimizer].make(values)).equalTo();
}

/** The settings of our networks: completion, canonical form and equality. */
export const lenetSettings: TaskSettings = {
  parameters: hyperparameters,
  complete: completeSettings,
  canonical: canonicalSettings,
  upgraded: upgradedSettings,
  whySame(a, b) {
    const [x, y] = [completeSettings(a), completeSettings(b)];
    return x.optimizer === y.optimizer ? undefined : (equalTo(x) ?? equalTo(y))?.why;
  },
};
