/** Guards for values that were read from JSON: each tells whether a value has a type. */

export type Guard<T> = (value: unknown) => value is T;

type Optional<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];

export const isText: Guard<string> = (value) => typeof value === 'string';
export const isNumber: Guard<number> = (value) => typeof value === 'number';
export const isInteger: Guard<number> = (value): value is number => Number.isSafeInteger(value);
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';

export function oneOf<const T>(values: readonly T[]): Guard<T> {
  return (value): value is T => values.some((allowed) => allowed === value);
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

/** A record with any keys, whose values all pass the guard. */
export function mapOf<T>(guard: Guard<T>): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(guard);
}

/** An object with these fields. Further fields are allowed. */
export function object<T extends object>(
  required: { readonly [K in Exclude<keyof T, Optional<T>>]: Guard<T[K]> },
  optional: { readonly [K in Optional<T>]: Guard<Exclude<T[K], undefined>> },
): Guard<T> {
  const needed = Object.entries<Guard<unknown>>(required);
  const allowed = Object.entries<Guard<unknown>>(optional);
  return (value): value is T =>
    isObject(value) &&
    needed.every(([key, guard]) => guard(value[key])) &&
    allowed.every(([key, guard]) => value[key] === undefined || guard(value[key]));
}

export function either<T extends readonly unknown[]>(
  ...guards: { readonly [I in keyof T]: Guard<T[I]> }
): Guard<T[number]> {
  return (value): value is T[number] => guards.some((guard) => guard(value));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
