/** The hyperparameters that a study's table has columns for, and how their values are drawn. */
import { nameOfValue } from '../../base/named-content.ts';
import { namingOf } from '../../report/naming.ts';
import { choicesOf, rangeOf } from '../../store/optuna.ts';
import type { ReplayedStudy, ReplayedTrial } from '../../store/replay.ts';
import { isValue } from '../../store/store.ts';
import type { Settings, StudyDefinition } from '../../study/definition.ts';
import { meets, type Space, valuesIn } from '../../study/space.ts';
import type { TaskSettings } from '../../tasks/task.ts';
import type { ParameterView, Value } from '../protocol.ts';

/** First those that vary, then those that the base sets. */
export function parametersOf(definition: StudyDefinition, settings: TaskSettings): ParameterView[] {
  const { factors, varied } = namingOf(definition, settings);
  const names = new Set([...factors, ...Object.keys(definition.space), ...varied, ...Object.keys(definition.base)]);
  return [...names].map((name) => {
    const dimension = definition.space[name];
    const varies = factors.has(name) || dimension !== undefined || varied.has(name);
    if (dimension && dimension.kind !== 'choices') {
      const { low, high, log = false, kind } = dimension;
      return { name, varies, scale: { kind: 'number', low, high, log, isInteger: kind === 'int' } };
    }
    const values = dimension?.values ?? (name in definition.base ? [definition.base[name]!] : []);
    return { name, varies, scale: { kind: 'choices', values: values.map(shownValue) } };
  });
}

/**
 * The settings of a trial that count, by the names of the columns.
 * @param space of the study: a level that sets several hyperparameters stands as its label.
 */
export function shownSettings(
  configuration: Settings,
  parameters: readonly ParameterView[],
  { settings, space = {} }: { readonly settings: TaskSettings; readonly space?: Space },
): Record<string, Value> {
  const complete = completed(configuration, settings);
  const all = { ...complete, ...valuesIn(space, complete) };
  const shown = parameters.flatMap(({ name }): [string, Value][] => {
    const value = all[name];
    return value === undefined || !meets(complete, settings.parameters[name]?.when) ? [] : [[name, shownValue(value)]];
  });
  return Object.fromEntries(shown);
}

/** Settings with their defaults; as recorded where the task refuses them. */
function completed(configuration: Settings, { complete }: TaskSettings): Settings {
  try {
    return complete(configuration);
  } catch {
    return configuration;
  }
}

/** A value as the page shows it: a network's file by its name. */
export function shownValue(value: Value): Value {
  return typeof value === 'string' ? nameOfValue(value) : value;
}

/** The parameters of a study of another program, as its first trials declared them. */
export function optunaParameters({ distributions }: ReplayedStudy): ParameterView[] {
  return [...distributions].map(([name, text]) => {
    const range = rangeOf(text);
    if (range) return { name, varies: true, scale: { kind: 'number', ...range } };
    const values = (choicesOf(text) ?? []).map((choice) => (isValue(choice) ? choice : JSON.stringify(choice)));
    return { name, varies: true, scale: { kind: 'choices', values } };
  });
}

/** The settings of a trial of another program: choices by their values. */
export function optunaSettings({ parameters, distributions }: ReplayedTrial): Record<string, Value> {
  const shown = [...parameters].flatMap(([name, internal]): [string, Value][] => {
    if (internal === null) return [];
    const choice = choicesOf(distributions.get(name) ?? '')?.[internal];
    return [[name, choice === undefined ? internal : isValue(choice) ? choice : JSON.stringify(choice)]];
  });
  return Object.fromEntries(shown);
}
