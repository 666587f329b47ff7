import { expect, test } from 'vitest';
import { nearest, UsageError, unknownChoice, WorldError } from './errors.ts';

test.each([
  ['adm', 'adam'],
  ['ADAMW', 'adamw'],
  ['adabeleif', 'adabelief'],
  ['nadma', 'nadam'],
  ['momentum', undefined],
  ['', undefined],
])('nearest optimizer to %j is %s', (given, expected) => {
  expect(nearest(given, ['sgd', 'adam', 'adamw', 'nadam', 'adabelief'])).toBe(expected);
});

test('an unknown choice lists what is allowed', () => {
  expect(unknownChoice('optimizer', 'lion', ['sgd', 'adam']).message).toBe(
    'unknown optimizer "lion": allowed are sgd, adam.',
  );
});

test('exit codes tell the caller’s mistakes from the world’s', () => {
  expect([new UsageError('').exitCode, new WorldError('').exitCode]).toEqual([2, 1]);
});
