/** What the settings of a study mean, found out from its record: those of our networks, or plain values of another task. */
import type { StudyRecord } from '../../store/store.ts';
import type { Settings } from '../../study/definition.ts';
import { isHyperparameter, lenetSettings } from '../../tasks/lenet/configuration.ts';
import type { TaskSettings } from '../../tasks/task.ts';

/** Settings of a task that this program does not know: they are shown as recorded. */
const recordedSettings: TaskSettings = {
  parameters: {},
  complete: (settings) => settings,
  canonical: (settings) => settings,
  whySame: () => undefined,
};

/** Whether every setting of the study is one of our networks. */
export function isOfNetworks({ definition, trials }: Pick<StudyRecord, 'definition' | 'trials'>): boolean {
  const seen = new Set<Settings>([definition.base, ...trials.map(({ configuration }) => configuration)]);
  const names = new Set(
    [...seen].flatMap((settings) => Object.keys(settings).map((name) => [name, settings] as const)),
  );
  return [...names].every(([name, settings]) => isHyperparameter(name, { ...definition.base, ...settings }));
}

export function settingsOf(record: Pick<StudyRecord, 'definition' | 'trials'>): TaskSettings {
  return isOfNetworks(record) ? lenetSettings : recordedSettings;
}
