/** The settings that count: those of an optimizer or schedule that was moved away from are left out, as on the command line. */

import type { Settings } from '../../../src/study/definition.ts';
import { meets } from '../../../src/study/space.ts';
import { completeHyperparameters, hyperparameters, type Row } from '../../../src/tasks/lenet/hyperparameters.ts';

export function settingsThatCount(settings: Settings): Settings {
  const all = completeHyperparameters(settings);
  const table: Readonly<Record<string, Row>> = hyperparameters;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => meets(all, table[name]?.when)));
}
