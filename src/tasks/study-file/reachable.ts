/** Checks before anything is trained that the task accepts all settings that a study may reach. */
import { UsageError } from '../../base/errors.ts';
import { assignmentsOf, labelOf, type Settings, type StudyDefinition, type Value } from '../../study/definition.ts';
import { countingSettings, type Space } from '../../study/space.ts';
import type { PlacedFactor, PlacedLevel } from './levels.ts';
import type { ParameterTable } from './table.ts';
import type { Path, YamlSource } from './yaml-source.ts';

export interface Contest {
  /** One level of each is combined. */
  readonly factors: readonly PlacedFactor[];
  /** Whether a hyperparameter that does not count in a combination is left out of it, or refused. */
  readonly leavesOut: boolean;
}

type Checked = Pick<StudyDefinition, 'base' | 'defaults' | 'space'>;
interface Means {
  readonly table: ParameterTable;
  readonly source: YamlSource;
}

/**
 * The most combinations of a contest that are checked here; further combinations may be refused when the study starts.
 */
const mostCombinations = 5_000;

interface Combination {
  /** The settings of the contest's levels. */
  readonly own: Settings;
  readonly levels: readonly PlacedLevel[];
}

/**
 * Checks each combination of levels of each contest, starting from every possible winner of the contests before.
 * @throws UsageError at the level that cannot be trained.
 */
export function checkReachable(contests: readonly Contest[], definition: Checked, { table, source }: Means): void {
  const kindOf = kindsOf(table);
  let reached: readonly Settings[] = [definition.base];
  for (const { factors, leavesOut } of contests) {
    const settingsOf = (start: Settings, own: Settings) => ({
      ...start,
      ...(leavesOut ? countingSettings(own, { ...definition, base: start }) : own),
    });
    let combined: readonly Combination[] = [{ own: {}, levels: [] }];
    for (const { levels } of factors) {
      const kinds = distinct(levels, ({ level }) => kindOf(level.settings));
      const longer = product(combined, kinds).map(([left, placed]) => ({
        own: { ...left.own, ...placed.level.settings },
        levels: [...left.levels, placed],
      }));
      combined = distinct(longer, ({ own }) => kindOf(own));
    }
    const next = distinct(
      product(reached, combined).map(([start, combination]) => ({ start, combination })),
      ({ start, combination }) => kindOf(settingsOf(start, combination.own)),
    );
    for (const { start, combination } of next) {
      const problem = problemWith(settingsOf(start, combination.own), table);
      if (problem !== undefined) throw source.mistake(culprit(start, combination), problem);
    }
    reached = next.map(({ start, combination }) => settingsOf(start, combination.own));

    /** The first level with which the combination cannot be trained. */
    function culprit(start: Settings, { levels }: Combination): Path {
      let own: Settings = {};
      const found = levels.find(({ level }) => {
        own = { ...own, ...level.settings };
        return problemWith(settingsOf(start, own), table) !== undefined;
      });
      return (found ?? levels.at(-1)!).path;
    }
  }
}

/** @throws UsageError at the value of the base that is not compatible with the other values. */
export function checkBase(base: Settings, { table, source, key = 'base' }: Means & { readonly key?: string }): void {
  const problem = problemWith(base, table);
  if (problem === undefined) return;
  const guilty = Object.keys(base).find((name) => {
    const { [name]: _, ...others } = base;
    return problemWith(others, table) === undefined;
  });
  throw source.mistake(guilty === undefined ? [key] : [key, guilty], problem);
}

function problemWith(settings: Settings, table: ParameterTable): string | undefined {
  try {
    table.complete(settings);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `${error.message} (with ${assignmentsOf(settings)})`;
  }
}

/**
 * A key that is equal for settings that are all allowed or all refused. Single numbers have been checked before; for
 * their compatibility with other settings it only matters whether a number is the default.
 */
function kindsOf({ parameters }: ParameterTable): (settings: Settings) => string {
  const kind = (name: string, value: Value) =>
    typeof value === 'number' && value !== parameters[name]?.default && !parameters[name]?.isStructural
      ? 'a number'
      : value;
  return (settings) =>
    JSON.stringify(
      Object.entries(settings)
        .map(([name, value]) => [name, kind(name, value)])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
}

/** All pairs, at most {@link mostCombinations}. */
function product<A, B>(as: readonly A[], bs: readonly B[]): (readonly [A, B])[] {
  const enough = as.slice(0, Math.ceil(mostCombinations / bs.length));
  return enough.flatMap((a) => bs.map((b) => [a, b] as const)).slice(0, mostCombinations);
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

/** The space of a random search as factors of a grid; a range is represented by its two ends. */
export function factorsOfSpace(space: Space, path: Path): PlacedFactor[] {
  return Object.entries(space).map(([name, dimension]) => {
    const place = [...path, name];
    const values =
      dimension.kind === 'choices'
        ? dimension.values.map((value, index) => ({
            settings: dimension.settings?.[index] ?? { [name]: value },
            path: [...place, index],
          }))
        : [dimension.low, dimension.high].map((value) => ({ settings: { [name]: value }, path: place }));
    return {
      name,
      levels: values.map(({ settings, path: at }) => ({
        level: { label: labelOf(settings), settings },
        path: at,
      })),
    };
  });
}

/**
 * A combination of levels leaves out hyperparameters that do not count in it. Two cases are still mistakes: a level
 * that contradicts itself, and a hyperparameter that never counts.
 */
export function checkConditions(factors: readonly PlacedFactor[], definition: Checked, { source }: Means): void {
  const placed = factors.flatMap(({ levels }) => levels);
  for (const [name, { when = {} }] of Object.entries(definition.space)) {
    for (const [other, needed] of Object.entries(when)) {
      const rule = `${name} is for ${other} ${needed.join(' and ')} only`;
      const against = placed.find(
        ({ level: { settings } }) => name in settings && other in settings && !needed.includes(settings[other]!),
      );
      if (against)
        throw source.mistake(against.path, `${rule}, this level has ${other} ${against.level.settings[other]}`);
      const usual = definition.base[other] ?? definition.defaults?.[other];
      const given = placed.flatMap(({ level: { settings } }) => (other in settings ? [settings[other]!] : []));
      const isAlwaysGiven = factors.some(({ levels }) => levels.every(({ level }) => other in level.settings));
      const dimension = definition.space[other];
      const isRange = dimension !== undefined && dimension.kind !== 'choices';
      const possible = isRange ? needed : [...given, ...(isAlwaysGiven ? [] : [usual])];
      if (possible.some((value) => value !== undefined && needed.includes(value))) continue;
      const first = placed.find(({ level: { settings } }) => name in settings)!;
      throw source.mistake(first.path, `${rule}, but ${other} is never that: it is ${possible.join(', ')}`);
    }
  }
}
