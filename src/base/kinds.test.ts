import { expect, test } from 'vitest';
import { number, off, positive } from './hyperparameter.ts';
import { readersOf, refuseForeign, rowsOf } from './kinds.ts';

const decay = number(0.5, positive, 'Decay');
const kinds = {
  plain: { hyperparameters: {} },
  one: { hyperparameters: { decay, ahead: off('Look ahead') } },
  two: { hyperparameters: { decay } },
};

test('the rows hold every entry of all kinds once, in the order of the kinds', () => {
  expect(Object.keys(rowsOf(kinds))).toEqual(['decay', 'ahead']);
  expect(readersOf(kinds, 'decay')).toEqual(['one', 'two']);
  expect(readersOf(kinds, 'ahead')).toEqual(['one']);
});

test('two different entries of one name are an error of the program', () => {
  const other = { hyperparameters: { decay: number(0.1, positive, 'Other') } };
  expect(() => rowsOf({ ...kinds, other })).toThrow('two kinds describe decay differently');
});

test('a value that the chosen kind ignores is refused, unless it is the default', () => {
  const refuse = (chosen: string, values: object) => () =>
    refuseForeign(kinds, { what: 'method', chosen }, { decay: 0.5, ahead: false, ...values });
  expect(refuse('plain', {})).not.toThrow();
  expect(refuse('one', { decay: 0.1, ahead: true })).not.toThrow();
  expect(refuse('plain', { decay: 0.1 })).toThrow('decay 0.1 is for method one and two only, the method is plain');
  expect(refuse('two', { ahead: true })).toThrow('ahead true is for method one only, the method is two');
});
