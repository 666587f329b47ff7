import { expect, test } from 'vitest';
import { checkOptions, isEqualData, shown } from './argument.ts';

test.each<[unknown, string]>([
  ['adam', '"adam"'],
  ['x'.repeat(50), `"${'x'.repeat(40)}..."`],
  [5n, '5n'],
  [Number.NaN, 'NaN'],
  [null, 'null'],
  [Symbol('secret'), 'a symbol'],
  [new Float64Array(3), 'a Float64Array of 3'],
  [new Uint8Array(3), 'a Uint8Array of 3'],
  [new Map([[1, 2]]), 'a Map of 1'],
  [new Date(0), 'a Date'],
  [{}, 'an object without fields'],
  [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, 'an object { a, b, c, d, e, f, ... }'],
  [Object.create(null), 'an object without fields'],
])('%o is shown as %s', (value, text) => expect(shown(value)).toBe(text));

test('names of Object.prototype are refused as options', () => {
  const options = JSON.parse('{ "constructor": 1 }') as { rate?: number };
  expect(() => checkOptions('f()', options, { rate: true })).toThrow(
    'unknown option of f() "constructor": allowed are rate.',
  );
});

test('plain data are compared by value; an undefined field counts as absent', () => {
  expect(isEqualData({ a: [1, { b: 'x' }], c: undefined }, { a: [1, { b: 'x' }] })).toBe(true);
  expect(isEqualData({ a: [1, 2] }, { a: [1, 3] })).toBe(false);
  expect(isEqualData([1], { 0: 1, length: 1 })).toBe(false);
  expect(isEqualData({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
