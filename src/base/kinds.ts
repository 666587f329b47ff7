/**
 * Kinds: shared knowledge about each type of optimizer, loss or schedule, whose values are plain data. This file makes
 * one table of the hyperparameters that kinds declare.
 */
import { isEqualData, isRecord, shown, wrong } from './argument.ts';
import { UsageError } from './errors.ts';
import type { Hyperparameter, HyperparameterTable } from './hyperparameter.ts';

/** A kind's own hyperparameters. Several kinds may share one. */
export interface DeclaresHyperparameters {
  readonly hyperparameters: HyperparameterTable;
}
export type Kinds = Readonly<Record<string, DeclaresHyperparameters>>;

/**
 * Checks plain data that one of the kinds should have made: checks its name, and its numbers by making it again.
 * @param what for instance `optimizer`. @throws UsageError saying what does not fit.
 */
export function checkMade(
  what: string,
  kinds: Readonly<Record<string, { remake(part: never): unknown }>>,
  part: unknown,
): void {
  const name = isRecord(part) ? part.name : undefined;
  if (typeof name !== 'string' || !Object.hasOwn(kinds, name)) {
    const got = typeof name === 'string' ? `one named "${name}"` : shown(part);
    const names = Object.keys(kinds).join(', ');
    throw new UsageError(`${what}: expected the object that a constructor makes (${names}), got ${got}`);
  }
  if (!isEqualData(kinds[name]!.remake(part as never), part)) throw wrong(what, `what ${name} makes`, part);
}

/** The union of the plain data that kinds make. */
export type MadeBy<List extends Readonly<Record<string, { make(values: never): unknown }>>> = ReturnType<
  List[keyof List]['make']
>;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
/** The hyperparameters of all kinds. */
export type RowsOf<List extends Kinds> = Intersection<List[keyof List]['hyperparameters']>;

/** The kinds that read a hyperparameter. */
export function readersOf(kinds: Kinds, name: string): readonly string[] {
  return Object.keys(kinds).filter((kind) => name in kinds[kind]!.hyperparameters);
}

/**
 * The hyperparameters of all kinds in one table, in the order of the kinds.
 * @throws Error when two kinds have different entries for one name: they must share one entry.
 */
export function rowsOf<List extends Kinds>(kinds: List): RowsOf<List> & HyperparameterTable {
  const rows: Record<string, Hyperparameter> = {};
  for (const { hyperparameters } of Object.values(kinds)) {
    for (const [name, entry] of Object.entries(hyperparameters)) {
      if ((rows[name] ??= entry) !== entry) throw new Error(`two kinds describe ${name} differently`);
    }
  }
  return rows as RowsOf<List> & HyperparameterTable;
}

/**
 * Refuses values that the chosen kind would ignore.
 * @param what the kinds are, for instance `optimizer`. @param values of all hyperparameters.
 * @throws UsageError for a value that differs from its default although the chosen kind does not read it.
 */
export function refuseForeign(
  kinds: Kinds,
  { what, chosen }: { readonly what: string; readonly chosen: string },
  values: Readonly<Record<string, unknown>>,
): void {
  const own = kinds[chosen]!.hyperparameters;
  for (const [name, entry] of Object.entries(rowsOf(kinds))) {
    if (name in own || values[name] === entry.default) continue;
    const readers = readersOf(kinds, name).join(' and ');
    throw new UsageError(`${name} ${String(values[name])} is for ${what} ${readers} only, the ${what} is ${chosen}`);
  }
}
