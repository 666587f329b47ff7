import { describe, expect, test } from 'vitest';
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

describe('the nearest name', () => {
  const names = ['learningRate', 'batchSize', 'l2', 'weightDecay', 'output', 'initialization', 'inputSize'];
  const synonyms = { lr: 'learningRate', wd: 'weightDecay', init: 'initialization', gone: 'removed' };
  test.each([
    ['learning_rate', 'learningRate'],
    ['--learning-rate', 'learningRate'],
    ['LEARNINGRATE', 'learningRate'],
    ['lr', 'learningRate'],
    ['LR', 'learningRate'],
    ['wd', 'weightDecay'],
    ['init', 'initialization'],
    ['L2', 'l2'],
    ['l1', undefined],
    ['bachsize', 'batchSize'],
    ['learn', 'learningRate'],
    ['in', 'inputSize'],
    ['dropout', undefined],
    ['gone', undefined],
    ['toString', undefined],
    ['constructor', undefined],
    ['-', undefined],
  ])('to %s is %s', (given, expected) => expect(nearest(given, names, synonyms)).toBe(expected));

  test('of two letters a mistake is no hint: without synonyms lr is nothing, not l2', () => {
    expect(nearest('lr', names)).toBeUndefined();
    expect(nearest('lr', ['l2', 'lo'])).toBeUndefined();
  });

  test('one mistake up to five letters, then one in three', () => {
    expect(nearest('lion', ['lean'])).toBeUndefined();
    expect(nearest('momentun', ['momentum'])).toBe('momentum');
    expect(nearest('mumentun', ['momentum'])).toBe('momentum');
    expect(nearest('mumantun', ['momentum'])).toBeUndefined();
  });
});

test('an unknown choice lists what is allowed', () => {
  expect(unknownChoice('optimizer', 'lion', ['sgd', 'adam']).message).toBe(
    'unknown optimizer "lion": allowed are sgd, adam.',
  );
});

test('exit codes tell the caller’s mistakes from the world’s', () => {
  expect([new UsageError('').exitCode, new WorldError('').exitCode]).toEqual([2, 1]);
});
