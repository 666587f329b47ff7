/** Spaces: conditions, stepped values to the last digit, and Optuna's distributions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countingSettings, distributionOf, recordedParameters, type Space, stepCount, steppedValue } from './space.ts';

const space: Space = {
  optimizer: { kind: 'choices', values: ['sgd', 'adam'] },
  momentum: { kind: 'float', low: 0.5, high: 0.9, step: 0.1, when: { optimizer: ['sgd'] } },
  size: { kind: 'choices', values: [64, 16, 32], numeric: 'int' },
};

describe('hyperparameters that count', () => {
  test('a hyperparameter is left out if another one lacks the value that it depends on', () => {
    const definition = { base: {}, space };
    expect(countingSettings({ optimizer: 'sgd', momentum: 0.9 }, definition)).toEqual({
      optimizer: 'sgd',
      momentum: 0.9,
    });
    expect(countingSettings({ optimizer: 'adam', momentum: 0.9 }, definition)).toEqual({ optimizer: 'adam' });
  });

  test('a level overrides the base, and the base overrides the defaults', () => {
    const counts = (base: { optimizer?: string }, own: { optimizer?: string }) =>
      'momentum' in countingSettings({ ...own, momentum: 0.9 }, { base, defaults: { optimizer: 'adam' }, space });
    expect(counts({}, {})).toBe(false);
    expect(counts({ optimizer: 'sgd' }, {})).toBe(true);
    expect(counts({ optimizer: 'sgd' }, { optimizer: 'adam' })).toBe(false);
    expect(counts({}, { optimizer: 'sgd' })).toBe(true);
  });

  test('the journal gets the hyperparameters that count, categorical ones by index', () => {
    const recorded = (settings: Record<string, string | number>) =>
      recordedParameters(space, settings).map(({ name, internal }) => [name, internal]);
    expect(recorded({ optimizer: 'sgd', momentum: 0.7, size: 32 })).toEqual([
      ['optimizer', 0],
      ['momentum', 0.7],
      ['size', 32],
    ]);
    expect(recorded({ optimizer: 'adam', momentum: 0.7, size: 32 })).toEqual([
      ['optimizer', 1],
      ['size', 32],
    ]);
  });
});

describe('steps', () => {
  test.each([
    [{ low: 0.1, step: 0.2 }, 3, 0.7],
    [{ low: 0, step: 0.1 }, 3, 0.3],
    [{ low: 1e-7, step: 1e-7 }, 2, 3e-7],
    [{ low: 16, step: 16 }, 3, 64],
    [{ low: 0, step: 1e-120 }, 2, 2e-120],
    [{ low: 1e21, step: 1e21 }, 1, 2e21],
  ])('%j, step %i: %d', (range, index, value) => expect(steppedValue(range, index)).toBe(value));

  // Twelve digits at most, as people write them: the value is then the number that is written so.
  const written = fc.record({
    places: fc.integer({ min: 0, max: 9 }),
    low: fc.integer({ min: -1e6, max: 1e6 }),
    step: fc.integer({ min: 1, max: 1e5 }),
    index: fc.integer({ min: 0, max: 1000 }),
  });
  test('a value is the decimal number low + index x step', () => {
    fc.assert(
      fc.property(written, ({ places, low, step, index }) => {
        const decimal = (units: number) => Number(`${units}e-${places}`);
        expect(steppedValue({ low: decimal(low), step: decimal(step) }, index) + 0).toBe(
          decimal(low + index * step) + 0,
        );
      }),
    );
  });

  test('the count includes high if it is a whole number of steps from low', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 1e5 }), ({ places, low, step, index }, rest) => {
        const decimal = (units: number) => Number(`${units}e-${places}`);
        const beyond = rest % step;
        const range = { low: decimal(low), step: decimal(step), high: decimal(low + index * step + beyond) };
        expect(stepCount(range)).toBe(index + 1);
      }),
    );
  });

  test('the count of tiny steps is found without a long loop', () => {
    expect(stepCount({ low: 0, high: 1, step: 1e-7 })).toBe(10_000_001);
    expect(stepCount({ low: 0, high: 1e300, step: 1e-300 })).toBeGreaterThan(2 ** 53);
  });
});

test('Optuna’s distributions: declared ranges, the span of a list of numbers, fixed choices', () => {
  const float = (low: number, high: number, more = {}) => ({
    name: 'FloatDistribution',
    attributes: { step: null, low, high, log: false, ...more },
  });
  expect(distributionOf(space.optimizer!)).toEqual({
    name: 'CategoricalDistribution',
    attributes: { choices: ['sgd', 'adam'] },
  });
  expect(distributionOf(space.size!)).toEqual({
    name: 'IntDistribution',
    attributes: { log: false, step: 1, low: 16, high: 64 },
  });
  expect(distributionOf(space.momentum!)).toEqual(float(0.5, 0.9, { step: 0.1 }));
  expect(distributionOf({ kind: 'float', low: 1e-4, high: 0.1, log: true })).toEqual(float(1e-4, 0.1, { log: true }));
  // No step meets 1: Optuna would lower it to 0.9 and warn.
  expect(distributionOf({ kind: 'float', low: 0.1, high: 1, step: 0.4 })).toEqual(float(0.1, 0.9, { step: 0.4 }));
});
