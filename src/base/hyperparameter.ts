/**
 * Hyperparameters as data: what each may be, its default, and a sentence about it. Help, checks and study files are
 * made from it.
 */
import { integersAllowed, shown } from './argument.ts';
import { UsageError, unknownChoice } from './errors.ts';
import { contentIn } from './named-content.ts';

interface Common<T> {
  readonly default: T;
  /** For help and reports. Starts with a capital letter and has no full stop. */
  readonly sentence: string;
}
export interface Choice<T extends string> extends Common<T> {
  readonly kind: 'choice';
  readonly choices: readonly T[];
  /** For a choice that may also be the content of a file (named-content.ts): which file, in words. */
  readonly file?: string;
}
export interface Numeric extends Common<number> {
  readonly kind: 'integer' | 'number';
  readonly least: number;
  readonly most: number;
  /** Whether `least` itself is excluded. */
  readonly above?: boolean;
  /** `most` in words, for a number whose digits are hard to read. */
  readonly mostIs?: string;
}
export interface Flag extends Common<boolean> {
  readonly kind: 'flag';
  /** For a flag that is on by default: what switching it off does. */
  readonly off?: string;
}
export interface Limit extends Common<number | null> {
  readonly kind: 'limit';
}
/** One of some words, or a list of numbers above 0 as text: `1,2,0.5`. */
export interface List extends Common<string> {
  readonly kind: 'list';
  readonly words: readonly string[];
}
/** Names separated by commas as text, `conv1,conv2`, or `none`. */
export interface Names extends Common<string> {
  readonly kind: 'names';
}
export type Hyperparameter = Choice<string> | Numeric | Flag | Limit | List | Names;
/** Hyperparameters by name. */
export type HyperparameterTable = Readonly<Record<string, Hyperparameter>>;
/** A value of every hyperparameter of a table. */
export type ValuesOf<Table> = { readonly [Name in keyof Table]: Table[Name] extends Common<infer T> ? T : never };

export function choice<T extends string>(value: T, choices: readonly T[], sentence: string): Choice<T> {
  return { kind: 'choice', default: value, choices, sentence };
}

export function integer(value: number, least: number, most: number, sentence: string): Numeric {
  return { kind: 'integer', default: value, least, most, sentence };
}

export type NumericRange = Pick<Numeric, 'least' | 'most' | 'above' | 'mostIs'>;

export const positive: NumericRange = { least: 0, most: Number.MAX_VALUE, above: true };
export const notNegative: NumericRange = { least: 0, most: Number.MAX_VALUE };
/**
 * From 0 to the largest float32 below 1. The kernels compute in float32, in which a larger number would be rounded to
 * 1.
 */
export const fraction: NumericRange = { least: 0, most: 1 - 2 ** -24, mostIs: 'the largest 32-bit number below 1' };

export function number(value: number, range: NumericRange, sentence: string): Numeric {
  return { kind: 'number', default: value, ...range, sentence };
}

/** A flag that is off by default. */
export function off(sentence: string): Flag {
  return { kind: 'flag', default: false, sentence };
}

/** A flag that is on by default. @param without what switching it off does. */
export function on(sentence: string, without: string): Flag {
  return { kind: 'flag', default: true, sentence, off: without };
}

/** A number of things to use, or null for all of them. */
export function limit(sentence: string): Limit {
  return { kind: 'limit', default: null, sentence };
}

/** One of some words, or a list of numbers. @param words the default among them. */
export function list(value: string, words: readonly string[], sentence: string): List {
  return { kind: 'list', default: value, words, sentence };
}

/** Some names, by default none. */
export function names(sentence: string): Names {
  return { kind: 'names', default: noNames, sentence };
}

const noNames = 'none';
/** What the text of names is, as a regular expression. */
export const namesPattern = '[A-Za-z_][\\w.-]*(?: *, *[A-Za-z_][\\w.-]*)*';

/** The names in the text of names. */
export function namesIn(text: string): readonly string[] {
  return text === noNames ? [] : text.split(',').map((name) => name.trim());
}

/** What the text of a list is, as a regular expression: numbers above 0, separated by commas. */
export const listPattern = '[0-9.]+(?:e[+-]?[0-9]+)?(?: *, *[0-9.]+(?:e[+-]?[0-9]+)?)+';

/** The numbers in the text of a list; undefined for a word. */
export function numbersIn(text: string): readonly number[] | undefined {
  return new RegExp(`^${listPattern}$`).test(text) ? text.split(',').map(Number) : undefined;
}

/**
 * Checks one value.
 * @param name of the hyperparameter. @param options label: what the caller calls it, for instance `--batch-size`; say:
 * how the value is shown.
 * @throws UsageError unless the value is allowed.
 */
export function checkValue(
  name: string,
  entry: Hyperparameter,
  value: unknown,
  { label = name, say = shown }: { readonly label?: string; readonly say?: (value: unknown) => string } = {},
): void {
  if (entry.kind === 'choice') {
    const isContent = entry.file !== undefined && contentIn(value) !== undefined;
    if (!isContent && (typeof value !== 'string' || !entry.choices.includes(value)))
      throw unknownChoice(name, typeof value === 'string' ? value : say(value), entry.choices);
  } else if (entry.kind === 'flag') {
    if (typeof value !== 'boolean') throw new UsageError(`${label}: expected true or false, got ${say(value)}`);
  } else if (entry.kind === 'names') {
    if (typeof value !== 'string' || !new RegExp(`^${namesPattern}$`).test(value))
      throw new UsageError(`${label}: expected names separated by commas, or ${noNames}, got ${say(value)}`);
  } else if (entry.kind === 'list') {
    const isFine = typeof value === 'string' && (entry.words.includes(value) || isListOfNumbers(value));
    if (!isFine) throw new UsageError(`${label}: expected ${wordsOf(entry)}, got ${say(value)}`);
  } else if (!(entry.kind === 'limit' && value === null) && !isAllowed(entry, value)) {
    throw new UsageError(`${label}: expected ${allowed(entry, value)}, got ${say(value)}`);
  }
}

/**
 * The value of every hyperparameter of a table: the given one, checked, or the default.
 * @throws UsageError for a value that is not allowed.
 */
export function completeValues<Table extends HyperparameterTable>(
  table: Table,
  given: { readonly [Name in keyof Table]?: unknown },
): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, entry]) => {
    const value: unknown = given[name];
    if (value !== undefined) checkValue(name, entry, value);
    return [name, value ?? entry.default];
  });
  return Object.fromEntries(values);
}

function isListOfNumbers(text: string): boolean {
  return numbersIn(text)?.every((value) => value > 0 && Number.isFinite(value)) ?? false;
}

function wordsOf({ words }: List): string {
  return `${words.join(', ')}, or numbers above 0 separated by commas, such as 1,2,0.5`;
}

function isAllowed(entry: Numeric | Limit, value: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (entry.kind === 'limit') return Number.isSafeInteger(value) && value >= 1;
  if (entry.kind === 'integer' && !Number.isSafeInteger(value)) return false;
  return value <= entry.most && (entry.above ? value > entry.least : value >= entry.least);
}

/** The allowed values of a numeric hyperparameter, in words that say why this value is refused. */
function allowed(entry: Numeric | Limit, value: unknown): string {
  if (entry.kind === 'limit') return integersAllowed(1, Number.MAX_SAFE_INTEGER, value);
  const { kind, least, most, above, mostIs } = entry;
  if (kind === 'integer' && !above && mostIs === undefined) return integersAllowed(least, most, value);
  const what = kind === 'integer' ? 'an integer' : value === Number.POSITIVE_INFINITY ? 'a finite number' : 'a number';
  const isOpen = most >= Number.MAX_SAFE_INTEGER;
  if (isOpen) return `${what} ${above ? 'above' : 'of at least'} ${least}`;
  const end = mostIs === undefined ? `${most}` : `${most} (${mostIs})`;
  return above ? `${what} above ${least} and up to ${end}` : `${what} from ${least} to ${end}`;
}
