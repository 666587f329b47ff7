/** Argument checks of public functions. Each error names the argument, what was given and what is allowed. */
import { UsageError, unknownChoice } from './errors.ts';
import { synonymsOf } from './synonyms.ts';

const mostShown = 40;

/**
 * The kind of an object as the language names it: `Float64Array`, `Map`, `Object`. The same for objects of another
 * window or realm.
 */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** What was given, for a message: `"adam"`, `NaN`, `a Float64Array of 12`, `an object { lr, momentum }`. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > mostShown ? `${value.slice(0, mostShown)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = kindOf(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value) && 'length' in value) return `${article(kind)} of ${value.length}`;
  if (value instanceof Map || value instanceof Set) return `${article(kind)} of ${value.size}`;
  if (kind !== 'Object') return article(kind);
  const names = Object.keys(value);
  if (names.length === 0) return 'an object without fields';
  return `an object { ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', ...' : ''} }`;
}

function article(kind: string): string {
  return `${/^(?:[AEIO]|Un)/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** Whether the value is an object with named fields: no array, no Map, no function. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && kindOf(value) === 'Object';
}

/** @param what names the argument, for instance `fit: train`. @param wanted for instance `a data set`. */
export function wrong(what: string, wanted: string, got: unknown): UsageError {
  return new UsageError(`${what}: expected ${wanted}, got ${shown(got)}`);
}

/** @throws UsageError unless the value is an object with named fields. */
export function checkRecord(what: string, value: unknown, wanted = 'an object'): void {
  if (!isRecord(value)) throw wrong(what, wanted, value);
}

/** Every option of an options object; the compiler says which is missing. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Refuses values that are not an options object, and unknown options, which would be ignored silently.
 * @param what names the function or object, for instance `adam()`.
 * @throws UsageError with the nearest known name.
 */
export function checkOptions<Options extends object>(
  what: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  const names = Object.keys(known);
  const wanted = `an object of options (${names.join(', ')})`;
  if (!isRecord(options)) throw wrong(what, wanted, options);
  const foreign = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (foreign !== undefined) throw unknownChoice(`option of ${what}`, foreign, names, synonymsOf(names));
}

/** @throws UsageError unless the value is an integer from `least` to `most`. */
export function checkInteger(what: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
  throw wrong(what, integersAllowed(least, most, value), value);
}

/** The allowed integers in words. Where `most` is the largest safe integer, it is named only if the value exceeds it. */
export function integersAllowed(least: number, most: number, value: unknown): string {
  const isTooLarge = typeof value === 'number' && value > most;
  if (most >= Number.MAX_SAFE_INTEGER && !isTooLarge) return `an integer of at least ${least}`;
  return `an integer from ${least} to ${most}`;
}

/** @throws UsageError unless the value is a finite number. */
export function checkFinite(what: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(what, 'a finite number', value);
}

/** @throws UsageError unless the value is a text that is not empty. */
export function checkText(what: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw wrong(what, 'a text that is not empty', value);
}

/** @throws UsageError unless the value can name a file or folder. */
export function checkPath(what: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw wrong(what, 'a path (a text that is not empty)', value);
  }
}

/** @throws UsageError unless the value is true or false. */
export function checkFlag(what: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(what, 'true or false', value);
}

/** @throws UsageError unless the value is a function. */
export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(what, 'a function', value);
}

/** @throws UsageError unless the value is one of the texts. */
export function checkChoice(what: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  if (typeof value === 'string') throw unknownChoice(what, value, choices);
  throw wrong(what, `one of ${choices.join(', ')}`, value);
}

/** @throws UsageError unless the value is an AbortSignal, or undefined. */
export function checkSignal(what: string, value: unknown): void {
  if (value === undefined) return;
  const isSignal = typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
  if (!isSignal) throw wrong(what, 'an AbortSignal', value);
}

/** @throws UsageError unless all the named fields are functions: what a class or object of an interface must have. */
export function checkMethods(what: string, value: unknown, names: readonly string[], wanted: string): void {
  if (typeof value !== 'object' || value === null) throw wrong(what, wanted, value);
  const object: object = value;
  const missing = names.find((name) => typeof Reflect.get(object, name) !== 'function');
  if (missing !== undefined)
    throw new UsageError(`${what}: expected ${wanted}, got ${shown(value)} without ${missing}()`);
}

/**
 * Whether two pieces of plain data (numbers, texts, arrays, objects with fields) are equal. A field that is undefined
 * counts as absent.
 */
export function isEqualData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqualData(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => isEqualData(a[name], b[name]));
}
