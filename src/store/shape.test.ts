/** Guards for JSON: values that they accept, and values that they refuse. */
import { expect, test } from 'vitest';
import { either, type Guard, isBoolean, isInteger, isNumber, isText, listOf, mapOf, object, oneOf } from './shape.ts';

const pair = object<{ a: number; b?: string }>({ a: isNumber }, { b: isText });

test.each<[string, Guard<unknown>, unknown[], unknown[]]>([
  ['text', isText, ['', 'a'], [1, null, undefined]],
  ['number', isNumber, [0, -0.5], ['0', null, undefined]],
  ['integer', isInteger, [0, -3, 2 ** 53 - 1], [0.5, 2 ** 53, '1', Number.NaN]],
  ['boolean', isBoolean, [true, false], [0, 'true', null]],
  ['one of', oneOf(['x', null]), ['x', null], ['y', undefined, '']],
  ['list', listOf(isNumber), [[], [1, 2]], [{}, 'a', null, [1, 'a']]],
  ['map', mapOf(isNumber), [{}, { x: 1 }], [[], null, 'a', { x: 1, y: 'a' }]],
  [
    'object',
    pair,
    [{ a: 1 }, { a: 1, b: 'x' }, { a: 1, c: 2 }],
    [{}, { a: '1' }, { a: 1, b: 2 }, { a: 1, b: null }, [1]],
  ],
  ['either', either<[string, number]>(isText, isNumber), ['a', 1], [null, true]],
])('%s', (_, guard, allowed, refused) => {
  expect(allowed.map((value) => guard(value))).toEqual(allowed.map(() => true));
  expect(refused.map((value) => guard(value))).toEqual(refused.map(() => false));
});
