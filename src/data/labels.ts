/** Turns labels as files have them (numbers from any first, or names) into classes 0, 1, 2, ... */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { mostClasses } from './dataset.ts';
import { byCodePoint } from './files.ts';

export interface Classes {
  readonly classes: number;
  /** Undefined where the labels are 0, 1, 2, ... themselves. */
  readonly classNames: readonly string[] | undefined;
  /** The class of each label, for each of the given lists. */
  readonly labels: readonly Uint8Array[];
}

/**
 * The classes of labels that are whole numbers. Numbers from 0 are the classes themselves, also where some number
 * does not occur; otherwise (1 to 26, or 3, 5, 8) each number that occurs is a class, in their order.
 * @param lists the labels of training and test set. @param what names the file in errors.
 * @throws WorldError for a number that is not whole or negative, and for more than 256 classes.
 */
export function numberedClasses(lists: readonly ArrayLike<number>[], what: string): Classes {
  const found = new Set<number>();
  for (const list of lists) {
    for (let at = 0; at < list.length; at++) {
      const label = list[at]!;
      if (!Number.isSafeInteger(label) || label < 0) {
        throw new WorldError(`${what}: label ${at} is ${label}, expected a whole number from 0`);
      }
      found.add(label);
      if (found.size > mostClasses) throw tooMany(what, found.size);
    }
  }
  const values = [...found].sort((a, b) => a - b);
  if (values[0] !== 0) return named(lists, values, what);
  const classes = values.at(-1)! + 1;
  if (classes > mostClasses) throw tooMany(what, classes);
  return { classes, classNames: undefined, labels: lists.map((list) => Uint8Array.from(list)) };
}

/**
 * The classes of labels that are texts, in the order of {@link orderedNames}; texts that are all numbers are read as
 * {@link numberedClasses} reads them. @throws WorldError for more than 256 classes.
 */
export function namedClasses(lists: readonly (readonly string[])[], what: string): Classes {
  const names = new Set(lists.flat());
  if ([...names].every(isNumber))
    return numberedClasses(
      lists.map((list) => list.map(Number)),
      what,
    );
  if (names.size > mostClasses) throw tooMany(what, names.size);
  return named(lists, orderedNames(names), what);
}

/** Names in the order of their code points; numbers, where all names are numbers, by their value. */
export function orderedNames(names: Iterable<string>): readonly string[] {
  const all = [...names];
  return all.every(isNumber) ? all.sort((a, b) => Number(a) - Number(b) || byCodePoint(a, b)) : all.sort(byCodePoint);
}

function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function named<T extends number | string>(lists: readonly ArrayLike<T>[], values: readonly T[], what: string): Classes {
  if (values.length === 0) throw new WorldError(`${what} holds no labels`);
  const classOf = new Map(values.map((value, index) => [value, index]));
  const labels = lists.map((list) => Uint8Array.from({ length: list.length }, (_, at) => classOf.get(list[at]!)!));
  return { classes: values.length, classNames: values.map(String), labels };
}

function tooMany(what: string, classes: number): WorldError {
  return new WorldError(`${what} has ${counted(classes)} classes or more; at most ${mostClasses} are learned here`);
}
