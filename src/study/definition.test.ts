/** Values as people write them, and the seeds of a stage. */
import { describe, expect, test } from 'vitest';
import { isSeedRule, labelOf, resolveOf, seedsOfStage, valueText } from './definition.ts';

describe('values in words', () => {
  test.each([
    [0.0001, '1e-4'],
    [0.01, '1e-2'],
    [0.05, '0.05'],
    [0, '0'],
    [128, '128'],
    [0.00035, '3.5e-4'],
    [-0.01, '-0.01'],
    [true, 'true'],
    [null, 'null'],
    ['adam', 'adam'],
    [0.001, '1e-3'],
    [0.0099, '0.0099'],
    [0.000999, '9.99e-4'],
    [0.1, '0.1'],
    [0.02, '0.02'],
    [1e30, '1e30'],
    [-1e30, '-1e30'],
  ])('%s is written %s', (value, text) => expect(valueText(value)).toBe(text));

  test('a label has the value of one setting, or names and values of several', () => {
    expect(labelOf({ l2: 1e-4 })).toBe('1e-4');
    expect(labelOf({ trainLimit: null })).toBe('null');
    expect(labelOf({ batchSize: 32, l2: 1e-4 })).toBe('batchSize=32 l2=1e-4');
  });
});

describe('seeds', () => {
  const rule = { atLeast: 2, atMost: 4, resolve: 0.2 };

  test('a list of seeds is used in every stage; under a rule no two stages share a seed', () => {
    expect(seedsOfStage({ seeds: [7, 3] }, 2)).toEqual([7, 3]);
    expect(seedsOfStage({ seeds: rule }, 0)).toEqual([1, 2, 3, 4]);
    expect(seedsOfStage({ seeds: rule }, 2)).toEqual([2001, 2002, 2003, 2004]);
  });

  test('the smallest difference that matters is that of the rule, or the objective’s default', () => {
    expect([isSeedRule(rule), isSeedRule([1])]).toEqual([true, false]);
    expect(resolveOf({ seeds: rule, objective: 'accuracy' })).toBe(0.2);
    expect(resolveOf({ seeds: [1], objective: 'accuracy' })).toBe(0.1);
    expect(resolveOf({ seeds: [1], objective: 'loss' })).toBe(0.01);
  });
});
