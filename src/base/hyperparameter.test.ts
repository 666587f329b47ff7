import { expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import {
  checkValue,
  choice,
  completeValues,
  fraction,
  type Hyperparameter,
  integer,
  limit,
  list,
  number,
  numbersIn,
  off,
  positive,
} from './hyperparameter.ts';

test.each<[Hyperparameter, unknown, string]>([
  [
    number(0, fraction, ''),
    1,
    'x: expected a number from 0 to 0.9999999403953552 (the largest 32-bit number below 1), got 1',
  ],
  [number(1, { least: 0, most: 5 }, ''), 6, 'x: expected a number from 0 to 5, got 6'],
  [number(1, { least: 0, most: 5, above: true }, ''), 0, 'x: expected a number above 0 and up to 5, got 0'],
  [number(1, positive, ''), '1', 'x: expected a number above 0, got "1"'],
  [integer(1, 1, 9, ''), 1.5, 'x: expected an integer from 1 to 9, got 1.5'],
  [integer(1, 0, Number.MAX_SAFE_INTEGER, ''), -1, 'x: expected an integer of at least 0, got -1'],
  [
    integer(1, 0, Number.MAX_SAFE_INTEGER, ''),
    1e20,
    'x: expected an integer from 0 to 9007199254740991, got 1000000000',
  ],
  [limit(''), 0, 'x: expected an integer of at least 1, got 0'],
  [limit(''), 2 ** 53, 'x: expected an integer from 1 to 9007199254740991, got 9007199254740992'],
  [number(1, positive, ''), Number.POSITIVE_INFINITY, 'x: expected a finite number above 0, got Infinity'],
  [off(''), 0, 'x: expected true or false, got 0'],
  ...['1', '1,0', '1,-2', '1;2', '1,x', '1.2.3,4', '1,1e999', '', 'even', 7, [1, 2]].map(
    (value): [Hyperparameter, unknown, string] => [
      list('none', ['none', 'balanced'], ''),
      value,
      'x: expected none, balanced, or numbers above 0 separated by commas, such as 1,2,0.5, got',
    ],
  ),
  [choice('red', ['red', 'green'], ''), 'gren', 'green'],
])('%o refuses %s and says what is allowed', (entry, value, message) => {
  expect(() => checkValue('x', entry, value)).toThrow(UsageError);
  expect(() => checkValue('x', entry, value)).toThrow(message);
});

test('a range includes or excludes its ends as declared', () => {
  expect(() => checkValue('x', number(0, fraction, ''), 1 - 2 ** -24)).not.toThrow();
  expect(() => checkValue('x', number(0, fraction, ''), 1 - 2 ** -25)).toThrow(UsageError);
  expect(() => checkValue('x', number(0, fraction, ''), 0)).not.toThrow();
  expect(() => checkValue('x', limit(''), null)).not.toThrow();
});

test('a list is one of its words, or numbers above 0', () => {
  const weights = list('none', ['none', 'balanced'], '');
  for (const value of ['none', 'balanced', '1,2', '1, 0.5,2e-3'])
    expect(() => checkValue('x', weights, value)).not.toThrow();
  expect(numbersIn('1, 0.5,2e-3')).toEqual([1, 0.5, 0.002]);
  expect(numbersIn('balanced')).toBeUndefined();
});

test('values that are not given have their defaults', () => {
  const table = { rate: number(0.5, positive, ''), ahead: off('') };
  expect(completeValues(table, { ahead: true })).toEqual({ rate: 0.5, ahead: true });
  expect(() => completeValues(table, { rate: -1 })).toThrow('rate: expected a number above 0, got -1');
});
