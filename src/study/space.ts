/** Search spaces as declared: what each hyperparameter may be, and when it counts. */
import { checkRecord, wrong } from '../base/argument.ts';
import { mostBelow } from '../base/random.ts';
import type { Settings, Value } from './settings.ts';

/**
 * A range of numbers. `step`: distance between neighbouring values, from `low` on. With `log` there is no step, except
 * 1 for integers.
 */
export interface Range {
  readonly kind: 'float' | 'int';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
}

/** A list of values. `numeric` says whether numbers are integers or floats, since 1 may be either. */
export interface Choices {
  readonly kind: 'choices';
  readonly values: readonly Value[];
  readonly numeric?: 'float' | 'int';
  /** What each value sets, where it is the label of several settings. Absent: the hyperparameter itself. */
  readonly settings?: readonly Settings[];
}

/** By hyperparameter, the values under which another hyperparameter counts. */
export type Condition = Readonly<Record<string, readonly Value[]>>;

/** The values of one hyperparameter. `when`: it counts only under these values of others, and is left out elsewhere. */
export type Dimension = (Range | Choices) & { readonly when?: Condition };

/** By hyperparameter. */
export type Space = Readonly<Record<string, Dimension>>;

/** @throws UsageError unless it is a list of values for each of some hyperparameters. */
export function checkCondition(what: string, when: Condition): void {
  checkRecord(what, when, 'lists of values by name');
  for (const [name, values] of Object.entries(when)) {
    if (!Array.isArray(values)) throw wrong(`${what}.${name}`, 'a list of values', values);
  }
}

/** Whether the settings meet the condition. @param settings complete: no value of the condition's hyperparameters is missing. */
export function meets(settings: Settings, when: Condition | undefined): boolean {
  return Object.entries(when ?? {}).every(([name, values]) => values.includes(settings[name]!));
}

/**
 * The settings without those that do not count under the others' values (momentum under adam).
 * @param settings of a level, upon the study's base.
 */
export function countingSettings(
  settings: Settings,
  { base, defaults, space }: { readonly base: Settings; readonly defaults?: Settings; readonly space: Space },
): Settings {
  const complete = { ...defaults, ...base, ...settings };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => meets(complete, space[name]?.when)));
}

/** The settings that these values of the space's dimensions stand for. */
export function settingsOf(values: Settings, space: Space): Settings {
  const entries = Object.entries(values).flatMap(([name, value]): [string, Value][] => {
    const dimension = space[name];
    const settings = dimension?.kind === 'choices' ? dimension.settings : undefined;
    const at = dimension?.kind === 'choices' ? dimension.values.indexOf(value) : -1;
    return settings ? Object.entries(settings[at] ?? {}) : [[name, value]];
  });
  return Object.fromEntries(entries);
}

/** The values of the dimensions that count in these settings. @param complete settings with all defaults. */
export function valuesIn(space: Space, complete: Settings): Settings {
  return Object.fromEntries(
    Object.entries(space).flatMap(([name, dimension]): [string, Value][] => {
      const value = valueIn(name, dimension, complete);
      return value === undefined || !meets(complete, dimension.when) ? [] : [[name, value]];
    }),
  );
}

/** The value of a dimension in these settings; undefined where they have none of its labelled settings. */
function valueIn(name: string, dimension: Dimension, complete: Settings): Value | undefined {
  if (dimension.kind !== 'choices' || !dimension.settings) return complete[name];
  const at = dimension.settings.findIndex((settings) =>
    Object.entries(settings).every(([key, value]) => complete[key] === value),
  );
  return dimension.values[at];
}

interface SteppedRange extends Pick<Range, 'low'> {
  readonly step: number;
}

/** The values of a range with a step: `low`, `low + step`, ... as people write them (0.7, not 0.7000000000000001). */
export function steppedValue({ low, step }: SteppedRange, index: number): number {
  const places = Math.max(decimals(low), decimals(step));
  const value = low + index * step;
  // JavaScript writes at most 100 places.
  return places <= 100 ? Number(value.toFixed(places)) : value;
}

/** The number of values of a range with a step. */
export function stepCount({ low, high, step }: SteppedRange & Pick<Range, 'high'>): number {
  const quotient = (high - low) / step;
  // Beyond, neighbouring values are the same number.
  if (quotient > Number.MAX_SAFE_INTEGER - 2) return quotient;
  // The quotient is rounded: 0.3 / 0.1 is less than 3. The values themselves are exact.
  let count = Math.floor(quotient) + 2;
  while (count > 1 && steppedValue({ low, step }, count - 1) > high) count--;
  return count;
}

/** The distance between neighbouring values of a range; undefined if it has all floats from low to high. */
export function stepOf({ kind, step }: Range): number | undefined {
  return step ?? (kind === 'int' ? 1 : undefined);
}

/** The largest value of a range: `high`, unless no step reaches it. */
export function lastValue(range: Range): number {
  const { low, high } = range;
  const step = stepOf(range);
  return step === undefined ? high : steppedValue({ low, step }, stepCount({ low, high, step }) - 1);
}

/** Whether the value is one of the dimension's. Steps are met to a relative 1e-8, as in Optuna. */
export function contains(dimension: Dimension, value: Value): boolean {
  if (dimension.kind === 'choices') return dimension.values.includes(value);
  const { low, high } = dimension;
  if (typeof value !== 'number' || !(value >= low && value <= high)) return false;
  const step = stepOf(dimension);
  const steps = step === undefined ? 0 : (value - low) / step;
  return Math.abs(steps - Math.round(steps)) < 1e-8;
}

export function hasOneValue(dimension: Dimension): boolean {
  return dimension.kind === 'choices' ? dimension.values.length === 1 : lastValue(dimension) === dimension.low;
}

/** The first of a list or the least of a range. */
export function firstValue(dimension: Dimension): Value {
  return dimension.kind === 'choices' ? dimension.values[0]! : dimension.low;
}

/** Why no value can be drawn from a range with this step, or undefined. */
export function stepProblem({ low, high, step }: SteppedRange & Pick<Range, 'high'>): string | undefined {
  if (!(step > 0 && Number.isFinite(step))) return `a step must be a number above 0, got ${step}`;
  if (!(stepCount({ low, high, step }) <= mostBelow)) return `steps of ${step} make more than ${mostBelow} values`;
  const isLost = low + step === low || high - step === high;
  return isLost
    ? `steps of ${step} are too fine between ${low} and ${high}: neighbours are the same number`
    : undefined;
}

/** Why no value can be drawn from the dimension, or undefined. */
export function dimensionProblem(dimension: Dimension): string | undefined {
  if (dimension.kind === 'choices') return dimension.values.length > 0 ? undefined : 'the list of values is empty';
  const { low, high, log, step } = dimension;
  if (!(Number.isFinite(high - low) && low <= high)) {
    return `expected a range from low to high, finite numbers, got ${low} to ${high}`;
  }
  if (log && !(low > 0)) return `a range with log must lie above 0, got ${low} to ${high}`;
  return step === undefined || low === high ? undefined : stepProblem({ low, high, step });
}

/** Decimal places of a number as written. */
function decimals(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}

/** Optuna's form of a dimension: optuna/distributions.py. */
export type Distribution =
  | {
      readonly name: 'FloatDistribution';
      readonly attributes: {
        readonly step: number | null;
        readonly low: number;
        readonly high: number;
        readonly log: boolean;
      };
    }
  | {
      readonly name: 'IntDistribution';
      readonly attributes: {
        readonly log: boolean;
        readonly step: number;
        readonly low: number;
        readonly high: number;
      };
    }
  | {
      readonly name: 'CategoricalDistribution';
      readonly attributes: { readonly choices: readonly Value[] };
    };

/**
 * The declared dimension as an Optuna distribution. A list of numbers becomes the range from its least to its largest
 * number.
 */
export function distributionOf(dimension: Dimension): Distribution {
  if (dimension.kind === 'choices') {
    const { values, numeric } = dimension;
    if (!numeric) return { name: 'CategoricalDistribution', attributes: { choices: values } };
    const numbers = values.filter((value) => typeof value === 'number');
    return rangeDistribution({ kind: numeric, low: Math.min(...numbers), high: Math.max(...numbers) });
  }
  return rangeDistribution(dimension);
}

function rangeDistribution(range: Range): Distribution {
  const { kind, low, log = false, step } = range;
  // Optuna lowers a bound that no step reaches, and warns.
  const reached = lastValue(range);
  return kind === 'int'
    ? { name: 'IntDistribution', attributes: { log, step: step ?? 1, low, high: reached } }
    : { name: 'FloatDistribution', attributes: { step: step ?? null, low, high: reached, log } };
}

/** A varied hyperparameter of one trial as Optuna's journal keeps it. */
export interface RecordedParameter {
  readonly name: string;
  /** A categorical's index, else the number itself. */
  readonly internal: number;
  readonly distribution: Distribution;
}

/**
 * The varied hyperparameters that count in these settings, as the journal records them.
 * @param settings of the level that asked for the trial. @param complete the same with all defaults.
 */
export function recordedParameters(space: Space, complete: Settings): RecordedParameter[] {
  const values = valuesIn(space, complete);
  return Object.entries(space).flatMap(([name, dimension]): RecordedParameter[] => {
    const value = values[name];
    if (value === undefined) return [];
    const distribution = distributionOf(dimension);
    if (distribution.name !== 'CategoricalDistribution') {
      return typeof value === 'number' ? [{ name, internal: value, distribution }] : [];
    }
    const internal = distribution.attributes.choices.indexOf(value);
    return internal < 0 ? [] : [{ name, internal, distribution }];
  });
}
