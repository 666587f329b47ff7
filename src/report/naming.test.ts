/** The notation of each hyperparameter, and the settings that distinguish a trial. */
import { describe, expect, test } from 'vitest';
import type { Level, Settings, Stage } from '../study/definition.ts';
import { labelOf } from '../study/definition.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { levelLabel, namingOf, settingsText, shortLabel } from './naming.ts';
import { definitionOf } from './study.testing.ts';

const level = (settings: Settings): Level => ({ label: labelOf(settings), settings });
const naming = (stages: readonly Stage[], base: Settings = {}) =>
  namingOf(definitionOf(stages, { base }), lenetSettings);
const labels = (levels: readonly Level[], base?: Settings) => {
  const found = naming([{ factors: ['learningRate'], levels }], base);
  return levels.map((item) => levelLabel(item, found));
};

describe('levels', () => {
  test.each<[string, number[], string[]]>([
    ['plain where four decimals do', [1e-3, 0.003, 0.01, 3e-4], ['0.001', '0.003', '0.01', '0.0003']],
    ['with exponents where some number needs them', [1e-6, 0.003, 0.25, 2], ['1e-6', '3e-3', '2.5e-1', '2e0']],
    ['with exponents where some number is huge', [1e-3, 1e30], ['1e-3', '1e30']],
    ['zero is zero', [0, 1e-6, 1e-2], ['0', '1e-6', '1e-2']],
    ['whole numbers are plain', [32, 1_000_000], ['32', '1000000']],
  ])('numbers of one hyperparameter have one notation: %s', (_, values, expected) => {
    expect(labels(values.map((value) => level({ learningRate: value })))).toEqual(expected);
  });

  test('the base counts for the notation as well', () => {
    expect(labels([level({ learningRate: 0.003 })], { learningRate: 1e-6 })).toEqual(['3e-3']);
  });

  test('a label given by the user is kept', () => {
    const own = { label: 'one thousandth', settings: { learningRate: 1e-3 } };
    expect(labels([own, level({ learningRate: 1e-6 })])).toEqual(['one thousandth', '1e-6']);
  });

  test('levels of a random search keep their number, which is their short name', () => {
    const settings = { learningRate: 0.002437, batchSize: 32 };
    const drawn = { label: `#3 ${labelOf(settings)}`, settings, short: '#3' };
    const found = naming([{ factors: ['learningRate', 'batchSize'], levels: [drawn] }]);
    expect(levelLabel(drawn, found)).toBe('#3 learningRate=2.437e-3 batchSize=32');
    expect(shortLabel(drawn, found)).toBe('#3');
  });
});

describe('settings of a trial in words', () => {
  test('varied settings are always named, other settings of a level only if they are not the default', () => {
    const stages: Stage[] = [
      { factors: ['batchSize'], levels: [level({ batchSize: 32 }), level({ batchSize: 64 })] },
      { factors: ['optimizer'], levels: [{ label: 'fast', settings: { optimizer: 'nadam', learningRate: 2e-3 } }] },
    ];
    const found = naming(stages);
    expect(settingsText({ batchSize: 64, optimizer: 'nadam', learningRate: 2e-3 }, found)).toBe(
      'optimizer nadam, learningRate 0.002, batchSize 64',
    );
    expect(settingsText({ batchSize: 32 }, found)).toBe('optimizer adam, batchSize 32');
  });

  test('a hyperparameter that does not count under the others is left out', () => {
    const stages: Stage[] = [
      {
        factors: ['optimizer', 'momentum'],
        levels: [level({ optimizer: 'adam' }), level({ optimizer: 'sgd', momentum: 0.9 })],
      },
    ];
    const found = naming(stages);
    expect(settingsText({ optimizer: 'adam' }, found)).toBe('optimizer adam');
    expect(settingsText({ optimizer: 'sgd' }, found)).toBe('optimizer sgd, momentum 0');
  });
});
