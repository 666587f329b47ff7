/** What each varied hyperparameter may be, as a plan declares it. */
import type { GridPlan, Settings, StagesPlan, StudyDefinition, Value } from '../../study/definition.ts';
import type { Choices, Dimension, Range, Space } from '../../study/space.ts';
import type { Parameter } from '../task.ts';

/** A range as a file has it. */
export interface DeclaredRange {
  readonly low: number;
  readonly high: number;
  readonly log?: boolean | undefined;
  readonly step?: number | undefined;
}

type Parameters = Readonly<Record<string, Parameter>>;

/** Of a random search: its ranges and lists. Ranges of integers have a step of 1 where none is given. */
export function spaceOfRandom(
  declared: Readonly<Record<string, DeclaredRange | readonly Value[]>>,
  parameters: Parameters,
): Space {
  const entries = Object.entries(declared).map(([name, from]): [string, Dimension] => {
    const parameter = parameters[name]!;
    return [name, conditional(isList(from) ? choicesOf(from, parameter) : rangeOf(from, parameter), parameter)];
  });
  return Object.fromEntries(entries);
}

function isList(from: DeclaredRange | readonly Value[]): from is readonly Value[] {
  return Array.isArray(from);
}

function rangeOf({ low, high, log, step }: DeclaredRange, { kind }: Parameter): Range {
  const isInteger = kind !== 'number';
  const distance = step ?? (isInteger ? 1 : undefined);
  return {
    ...{ kind: isInteger ? 'int' : 'float', low, high },
    ...(log ? { log } : {}),
    ...(distance === undefined ? {} : { step: distance }),
  };
}

/**
 * Of a plan made of levels: of each hyperparameter all values that they give it, in order of appearance, and its value in the base or the
 * default where a trial may be left with that.
 */
export function spaceOfLevels(plan: StagesPlan | GridPlan, base: Settings, parameters: Parameters): Space {
  const lists = plan.kind === 'stages' ? plan.stages : plan.factors;
  const levels = lists.flatMap((list) => list.levels);
  const names = new Set(levels.flatMap(({ settings }) => Object.keys(settings)));
  const entries = [...names].map((name): [string, Dimension] => {
    const parameter = parameters[name]!;
    const untouched = name in base ? base[name]! : parameter.default;
    // In a grid one factor that always sets it is enough; in stages the base's value is met before the first stage that always does.
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

/** The defaults that conditions of the space ask for where the base says nothing; for {@link StudyDefinition.defaults}. */
export function defaultsFor(
  { base, space }: Pick<StudyDefinition, 'base' | 'space'>,
  parameters: Parameters,
): Settings {
  const asked = new Set(Object.values(space).flatMap(({ when }) => Object.keys(when ?? {})));
  const missing = [...asked].filter((name) => !(name in base) && parameters[name] !== undefined);
  return Object.fromEntries(missing.map((name) => [name, parameters[name]!.default]));
}
