/**
 * Settings that older versions recorded, in today's words. Until journal format 6 the schedule `cosine` went by epochs;
 * today that schedule is called `cosine-by-epochs`.
 */
import type { Settings, Value } from '../../study/definition.ts';
import { completeHyperparameters, type Hyperparameters } from './hyperparameters.ts';

/** The first format of journals in which `cosine` goes by steps. */
const cosineBySteps = 6;

/** Settings of a study's journal, in today's words. @param format of the journal. */
export function upgradedSettings(settings: Settings, format: number): Settings {
  return format < cosineBySteps ? withCosineByEpochs(settings) : settings;
}

/**
 * The hyperparameters in the record of a run, in today's words, with the defaults of those that are newer than the
 * record.
 * @throws UsageError for a value that is not allowed.
 */
export function recordedHyperparameters(recorded: Readonly<Record<string, unknown>>): Hyperparameters {
  // A run records every hyperparameter that its version knows, and `warmUp` came together with the cosine by steps.
  return completeHyperparameters('warmUp' in recorded ? recorded : withCosineByEpochs(recorded));
}

/**
 * The value of a hyperparameter in the identity of a run. A run by `cosine-by-epochs` has the identity that it had when
 * this schedule was called `cosine`.
 */
export function identityValue(value: Value): Value {
  if (value === 'cosine-by-epochs') return 'cosine';
  return value === 'cosine' ? 'cosine-by-steps' : value;
}

function withCosineByEpochs<T>(settings: Readonly<Record<string, T>>): Readonly<Record<string, T | string>> {
  return settings.schedule === 'cosine' ? { ...settings, schedule: 'cosine-by-epochs' } : settings;
}
