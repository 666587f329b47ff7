/** How the report writes settings: which of them it names, and one notation for all numbers of a hyperparameter. */
import { nameOfValue } from '../base/named-content.ts';
import { type Level, labelOf, type Settings, type StudyDefinition, type Value } from '../study/definition.ts';
import { meets } from '../study/space.ts';
import { plannedLevels } from '../study/strategies.ts';
import type { TaskSettings } from '../tasks/task.ts';

/** `plain`: 0.003. `exponent`: 3e-3. */
export type Notation = 'plain' | 'exponent';

export interface Naming {
  /** The notation of each hyperparameter, so that no column holds 1e-3 beside 0.003. */
  readonly notations: ReadonlyMap<string, Notation>;
  /** The hyperparameters that the stages vary, in the order of the study. */
  readonly factors: ReadonlySet<string>;
  /** All hyperparameters that at least one level sets. */
  readonly varied: ReadonlySet<string>;
  readonly complete: TaskSettings['complete'];
  readonly parameters: TaskSettings['parameters'];
}

export function namingOf(definition: StudyDefinition, settings: Pick<TaskSettings, 'complete' | 'parameters'>): Naming {
  const levels = plannedLevels(definition).flat();
  const values = new Map<string, Set<Value>>();
  for (const given of [definition.base, ...levels.map((level) => level.settings)]) {
    for (const [name, value] of Object.entries(given)) {
      const known = values.get(name);
      if (known) known.add(value);
      else values.set(name, new Set([value]));
    }
  }
  return {
    notations: new Map([...values].map(([name, found]) => [name, notationOf(found)])),
    factors: new Set(factorsOf(definition)),
    varied: new Set(levels.flatMap((level) => Object.keys(level.settings))),
    complete: settings.complete,
    parameters: settings.parameters,
  };
}

function factorsOf({ plan, space }: StudyDefinition): string[] {
  if (plan.kind === 'stages') return plan.stages.flatMap(({ factors }) => factors);
  if (plan.kind === 'grid') return plan.factors.map(({ name }) => name);
  return Object.keys(space);
}

/**
 * If one number of a hyperparameter has more decimals or is larger than this, all its numbers are written with an
 * exponent.
 */
const mostDecimals = 4;
const largestPlain = 1e7;

function notationOf(values: Iterable<Value>): Notation {
  for (const value of values) {
    if (typeof value !== 'number') continue;
    if (Math.abs(value) > largestPlain || Number(value.toFixed(mostDecimals)) !== value) return 'exponent';
  }
  return 'plain';
}

/** One value of a hyperparameter in its notation. */
export function valueText(name: string, value: Value, { notations }: Pick<Naming, 'notations'>): string {
  if (typeof value === 'string') return nameOfValue(value);
  if (typeof value !== 'number' || value === 0 || notations.get(name) !== 'exponent') return String(value);
  return value.toExponential().replace('e+', 'e');
}

/** `32`, or `batchSize=32 l2=1e-4` where several are set. */
function settingsLabel(settings: Settings, naming: Naming): string {
  const entries = Object.entries(settings);
  if (entries.length === 1) return valueText(...entries[0]!, naming);
  return entries.map(([name, value]) => `${name}=${valueText(name, value, naming)}`).join(' ');
}

/** Whether a level's label says its settings and nothing else. */
export function isDerived({ label, settings, short }: Level): boolean {
  const derived = labelOf(settings);
  return label === derived || (short !== undefined && label === `${short} ${derived}`);
}

/**
 * A level's name in tables. A label that the user gave stays; in a label made from the settings, numbers get their
 * hyperparameter's notation.
 */
export function levelLabel(level: Level, naming: Naming): string {
  if (!isDerived(level)) return level.label;
  const { label, settings, short } = level;
  const named = settingsLabel(settings, naming);
  return short === undefined || label === labelOf(settings) ? named : `${short} ${named}`;
}

/** A level's name in sentences and charts. */
export function shortLabel(level: Level, naming: Naming): string {
  return level.short ?? levelLabel(level, naming);
}

/**
 * The settings that distinguish a trial: those that the stages vary, and those that a level sets to another value than
 * the default.
 */
export function settingsText(settings: Settings, naming: Naming): string {
  const { factors, varied, complete, parameters } = naming;
  const all = complete(settings);
  return Object.entries(all)
    .filter(([name, value]) => {
      const parameter = parameters[name];
      if (!meets(all, parameter?.when)) return false;
      return factors.has(name) || (varied.has(name) && value !== parameter?.default);
    })
    .map(([name, value]) => `${name} ${valueText(name, value, naming)}`)
    .join(', ');
}
