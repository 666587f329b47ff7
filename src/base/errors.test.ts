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

  test('for names of two letters nothing is suggested: without synonyms lr does not suggest l2', () => {
    expect(nearest('lr', names)).toBeUndefined();
    expect(nearest('lr', ['l2', 'lo'])).toBeUndefined();
  });

  test('a suggestion differs by at most one letter up to five letters, and by at most a third of longer names', () => {
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

test('the caller’s mistakes exit with 2, failures of disk and data with 1', () => {
  expect([new UsageError('').exitCode, new WorldError('').exitCode]).toEqual([2, 1]);
});
