/** Makes the search space of a study from the plan in its file. */
import type { GridPlan, Level, Settings, StagesPlan, StudyDefinition, Value } from '../../study/definition.ts';
import type { Choices, Dimension, Range, Space } from '../../study/space.ts';
import type { Parameter } from '../task.ts';

/** A range as written in a study file. */
export interface DeclaredRange {
  readonly low: number;
  readonly high: number;
  readonly log?: boolean | undefined;
  readonly step?: number | undefined;
}

type Parameters = Readonly<Record<string, Parameter>>;

/**
 * The space of a random search: its ranges and lists. Ranges of integers have a step of 1 unless the file gives
 * another.
 */
export function spaceOfRandom(
  declared: Readonly<Record<string, DeclaredRange | readonly Level[]>>,
  parameters: Parameters,
): Space {
  const entries = Object.entries(declared).map(([name, from]): [string, Dimension] => {
    const parameter = parameters[name]!;
    return [
      name,
      conditional(isList(from) ? choicesOfLevels(name, from, parameter) : rangeOf(from, parameter), parameter),
    ];
  });
  return Object.fromEntries(entries);
}

function isList(from: DeclaredRange | readonly Level[]): from is readonly Level[] {
  return Array.isArray(from);
}

/** Levels that only set the hyperparameter itself are its values; others stand under their labels. */
function choicesOfLevels(name: string, levels: readonly Level[], parameter: Parameter): Choices {
  const isPlain = levels.every(({ settings }) => Object.keys(settings).join() === name);
  if (isPlain)
    return choicesOf(
      levels.map(({ settings }) => settings[name]!),
      parameter,
    );
  return {
    kind: 'choices',
    values: levels.map(({ label }) => label),
    settings: levels.map(({ settings }) => settings),
  };
}

function rangeOf({ low, high, log, step }: DeclaredRange, { kind }: Parameter): Range {
  const isInteger = kind !== 'number';
  const distance = step ?? (isInteger ? 1 : undefined);
  return {
    kind: isInteger ? 'int' : 'float',
    low,
    high,
    ...(log ? { log } : {}),
    ...(distance === undefined ? {} : { step: distance }),
  };
}

/**
 * The space of a plan of levels. Each hyperparameter has all values that levels give it, in order of appearance. If a
 * trial may leave it unset, the space also has its value in the base, or its default.
 */
export function spaceOfLevels(plan: StagesPlan | GridPlan, base: Settings, parameters: Parameters): Space {
  const lists = plan.kind === 'stages' ? plan.stages : plan.factors;
  const levels = lists.flatMap((list) => list.levels);
  const names = new Set(levels.flatMap(({ settings }) => Object.keys(settings)));
  const entries = [...names].map((name): [string, Dimension] => {
    const parameter = parameters[name]!;
    const untouched = name in base ? base[name]! : parameter.default;
    // In a grid one factor whose levels all set the name hides the base's value. In stages the base's value counts
    // before the first such stage.
    const always = lists.findIndex((list) => list.levels.every(({ settings }) => name in settings));
    const values = lists.flatMap((list, index) => {
      const keepsBase = always < 0 || (plan.kind === 'stages' && index < always);
      const isAbout = plan.kind === 'stages' || list.levels.some(({ settings }) => name in settings);
      const found = list.levels.map(({ settings }) => (name in settings ? settings[name]! : untouched));
      return isAbout ? found.filter((_, at) => keepsBase || name in list.levels[at]!.settings) : [];
    });
    return [name, conditional(choicesOf([...new Set(values)], parameter), parameter)];
  });
  return Object.fromEntries(entries);
}

function choicesOf(values: readonly Value[], { kind }: Parameter): Choices {
  if (!values.every((value) => typeof value === 'number')) return { kind: 'choices', values };
  return { kind: 'choices', values, numeric: kind === 'number' ? 'float' : 'int' };
}

function conditional(dimension: Dimension, { when }: Parameter): Dimension {
  return when ? { ...dimension, when } : dimension;
}

/**
 * For {@link StudyDefinition.defaults}: defaults of hyperparameters that conditions refer to and the base does not set.
 */
export function defaultsFor(
  { base, space }: Pick<StudyDefinition, 'base' | 'space'>,
  parameters: Parameters,
): Settings {
  const asked = new Set(Object.values(space).flatMap(({ when }) => Object.keys(when ?? {})));
  const missing = [...asked].filter((name) => !(name in base) && parameters[name] !== undefined);
  return Object.fromEntries(missing.map((name) => [name, parameters[name]!.default]));
}
