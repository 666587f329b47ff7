/** The levels of grids and random searches, and the allowed extensions of a study. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { labelOf, mostLevels, mostTrials, type Plan, type Settings, type StudyDefinition } from './definition.ts';
import type { Space } from './space.ts';
import { gridLevels } from './strategies/grid.ts';
import { sampleLevels } from './strategies/random.ts';
import { checkDefinition, checkExtends, describePlan, plannedLevels } from './strategies.ts';

const level = (settings: Settings) => ({ label: labelOf(settings), settings });
const factor = (name: string, values: readonly (string | number | boolean)[]) => ({
  name,
  levels: values.map((value) => level({ [name]: value })),
});
const conditional: Space = {
  optimizer: { kind: 'choices', values: ['sgd', 'adam'] },
  momentum: { kind: 'choices', values: [0, 0.9], numeric: 'float', when: { optimizer: ['sgd'] } },
};

describe('grids', () => {
  test('a grid has every combination, with the last factor changing fastest', () => {
    const factors = [factor('a', [1, 2]), factor('b', [true, false])];
    const levels = gridLevels({ kind: 'grid', factors }, { base: {}, space: {} });
    expect(levels.map(({ label }) => label)).toEqual(['a=1 b=true', 'a=1 b=false', 'a=2 b=true', 'a=2 b=false']);
    expect(levels[1]!.settings).toEqual({ a: 1, b: false });
  });

  test('the values 1 and "1" are different levels', () => {
    const factors = [factor('a', [1, '1', '1 b=true']), factor('b', [true])];
    const levels = gridLevels({ kind: 'grid', factors }, { base: {}, space: {} });
    expect(levels.map(({ settings }) => settings.a)).toEqual([1, '1', '1 b=true']);
    expect(levels.map(({ label }) => label)).toEqual(['a=1 b=true', 'a=1 b=true', 'a=1 b=true b=true']);
  });

  test('a grid of one factor keeps its levels and their labels', () => {
    const levels = [{ label: 'small', settings: { a: 1 } }, level({ a: 2 })];
    expect(gridLevels({ kind: 'grid', factors: [{ name: 'a', levels }] }, { base: {}, space: {} })).toEqual(levels);
  });

  test('hyperparameters that do not count are left out of a combination, and equal combinations appear once', () => {
    const factors = [factor('optimizer', ['sgd', 'adam']), factor('momentum', [0, 0.9])];
    const levels = gridLevels({ kind: 'grid', factors }, { base: {}, space: conditional });
    expect(levels.map(({ label }) => label)).toEqual([
      'optimizer=sgd momentum=0',
      'optimizer=sgd momentum=0.9',
      'optimizer=adam',
    ]);
  });
});

describe('a study that is too large is refused before its levels are made', () => {
  const many = (length: number) =>
    factor(
      'a',
      Array.from({ length }, (_, i) => i),
    );
  const check = (plan: Plan, { seeds = [1], space = {} }: Partial<StudyDefinition> = {}) =>
    expect(() => checkDefinition({ name: 's', objective: 'score', base: {}, plan, space, seeds }));
  const count = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  const draws = (trials: number): Plan => ({ kind: 'random', trials, seed: 1 });
  const stages = (...sizes: number[]): Plan => ({
    kind: 'stages',
    stages: sizes.map((size) => ({ factors: ['a'], levels: many(size).levels })),
  });

  test.each<[string, Plan, string]>([
    [
      'a grid of 27 million points',
      { kind: 'grid', factors: [300, 300, 300].map(many) },
      'the grid has 27,000,000 combinations, at most 10,000 are allowed; random draws as many of them as you say',
    ],
    [
      'a grid of more points than numbers reach',
      { kind: 'grid', factors: Array.from({ length: 200 }, () => many(100)) },
      'the grid has ∞ combinations',
    ],
    ['a billion random trials', draws(1e9), 'the random search has 1,000,000,000 trials, at most 10,000 are allowed'],
    ['stages that together are too many', stages(9_999, 2), 'the stages have 10,001 levels, at most 10,000 are'],
    ['half a trial', draws(1.5), 'plan.trials: expected an integer of at least 1, got 1.5'],
    ['no number of trials', draws(Number.NaN), 'plan.trials: expected an integer of at least 1, got NaN'],
  ])('%s', (_, plan, message) => check(plan).toThrow(message));

  test('levels times seeds', () => {
    const message = '10,000 levels with 11 seeds each make 110,000 trainings, at most 100,000 are allowed';
    check(draws(mostLevels), { seeds: count(11) }).toThrow(message);
    check(draws(mostLevels), { seeds: { atLeast: 11, atMost: 12, resolve: 1 } }).toThrow(message);
    check(draws(mostLevels), { seeds: count(mostTrials / mostLevels) }).not.toThrow();
    check(draws(1), { seeds: count(10_001) }).toThrow('seeds: expected at most 10,000, got 10,001');
  });

  test('the largest allowed studies are accepted', () => {
    check({ kind: 'grid', factors: [many(100), many(100)] }).not.toThrow();
    check(stages(9_999, 1)).not.toThrow();
  });

  test.each<[string, Space[string], string]>([
    [
      'more steps than whole numbers',
      { kind: 'float', low: 0, high: 10, step: 1e-16 },
      'steps of 1e-16 make more than',
    ],
    ['no step', { kind: 'float', low: 0, high: 1, step: 0 }, 'a step must be a number above 0, got 0'],
    ['a step that is no number', { kind: 'float', low: 0, high: 1, step: Number.NaN }, 'above 0, got NaN'],
    ['steps between neighbouring numbers', { kind: 'float', low: 1e9, high: 1e9 + 1, step: 1e-9 }, 'too fine between'],
    ['a range upside down', { kind: 'float', low: 1, high: 0 }, 'from low to high, finite numbers, got 1 to 0'],
    ['a range without end', { kind: 'float', low: -1e308, high: 1e308 }, 'finite numbers, got -1e+308 to 1e+308'],
    ['a log range from 0', { kind: 'float', low: 0, high: 1, log: true }, 'a range with log must lie above 0'],
    ['nothing to choose from', { kind: 'choices', values: [] }, 'the list of values is empty'],
  ])('a space with %s', (_, dimension, message) => {
    check(draws(1), { space: { rate: dimension } }).toThrow(UsageError);
    check(draws(1), { space: { rate: dimension } }).toThrow(message);
    check(draws(1), { space: { rate: dimension } }).toThrow('space.rate: ');
  });
});

describe('random searches', () => {
  test('ranges with more than 2^32 steps are drawn from the whole range', () => {
    const fine: Space = { rate: { kind: 'float', low: 0, high: 10, step: 1e-9 } };
    const found = sampleLevels({ kind: 'random', trials: 50, seed: 1 }, { base: {}, space: fine });
    const rates = found.map(({ settings }) => settings.rate as number);
    expect(new Set(rates).size).toBe(50);
    for (const rate of rates) expect(Math.round(rate * 1e9) / 1e9).toBe(rate);
    // A quarter on each side is missed by chance once in 10^6 times.
    expect(Math.min(...rates)).toBeLessThan(2.5);
    expect(Math.max(...rates)).toBeGreaterThan(7.5);
  });

  const space: Space = {
    rate: { kind: 'float', low: 1e-4, high: 1e-2, log: true },
    size: { kind: 'int', low: 8, high: 64, step: 8 },
    kind: { kind: 'choices', values: ['a', 'b'] },
    count: { kind: 'int', low: 1, high: 100, log: true, step: 1 },
    share: { kind: 'float', low: 0.1, high: 0.7, step: 0.2 },
    part: { kind: 'float', low: 0.25, high: 0.5 },
  };
  const draw = (trials: number, seed = 5) => sampleLevels({ kind: 'random', trials, seed }, { base: {}, space });
  const levels = draw(300);
  const drawn = (name: string) => levels.map(({ settings }) => settings[name] as number);
  const distinct = (name: string) => new Set(drawn(name));

  test('more trials keep the first ones, and another seed draws different ones', () => {
    expect(draw(10)).toEqual(levels.slice(0, 10));
    expect(draw(10, 6)).not.toEqual(levels.slice(0, 10));
    expect(levels[6]!.short).toBe('#7');
    expect(levels[6]!.label).toBe(`#7 ${labelOf(levels[6]!.settings)}`);
  });

  test('half of a log range lies below its geometric mean', () => {
    expect(Math.min(...drawn('rate'))).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...drawn('rate'))).toBeLessThanOrEqual(1e-2);
    // 300 draws, within five standard deviations of 150.
    expect(Math.abs(drawn('rate').filter((rate) => rate < 1e-3).length - 150)).toBeLessThan(44);
    expect(Math.abs(drawn('count').filter((count) => count < 10).length - 150)).toBeLessThan(44);
    expect(drawn('count').every((count) => Number.isInteger(count) && count >= 1 && count <= 100)).toBe(true);
  });

  test('half of a plain range lies below its middle', () => {
    expect(Math.min(...drawn('part'))).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...drawn('part'))).toBeLessThanOrEqual(0.5);
    expect(Math.abs(drawn('part').filter((part) => part < 0.375).length - 150)).toBeLessThan(44);
  });

  test('all steps and choices are drawn, as written', () => {
    expect(distinct('size')).toEqual(new Set([8, 16, 24, 32, 40, 48, 56, 64]));
    expect(distinct('share')).toEqual(new Set([0.1, 0.3, 0.5, 0.7]));
    expect(distinct('kind')).toEqual(new Set(['a', 'b']));
  });

  test('hyperparameters that do not count are left out; a missing condition is decided by its default', () => {
    const plan = { kind: 'random' as const, trials: 100, seed: 1 };
    for (const { settings } of sampleLevels(plan, { base: {}, space: conditional })) {
      expect('momentum' in settings).toBe(settings.optimizer === 'sgd');
    }
    const { momentum } = conditional;
    const only = (defaults: Settings) => sampleLevels(plan, { base: {}, defaults, space: { momentum: momentum! } });
    expect(only({ optimizer: 'sgd' }).every(({ settings }) => 'momentum' in settings)).toBe(true);
    expect(only({ optimizer: 'adam' }).some(({ settings }) => 'momentum' in settings)).toBe(false);
  });
});

const stages: StudyDefinition = {
  name: 's',
  protocol: 'post',
  objective: 'accuracy',
  space: {},
  seeds: [1, 2],
  base: { size: 1, decay: 0, optimizer: 'a' },
  plan: {
    kind: 'stages',
    stages: [
      { factors: ['size'], levels: [1, 2, 3].map((size) => level({ size })) },
      { factors: ['decay'], levels: [0, 0.1].map((decay) => level({ decay })) },
    ],
  },
};
const gridOf = (factors: ReturnType<typeof factor>[]): StudyDefinition => ({
  ...stages,
  base: {},
  plan: { kind: 'grid', factors },
});
const randomOf = (trials: number, seed: number, high: number): StudyDefinition => ({
  ...stages,
  base: {},
  space: { rate: { kind: 'float', low: 0.1, high } },
  plan: { kind: 'random', trials, seed },
});

function refused(before: StudyDefinition, after: StudyDefinition) {
  expect(() => checkExtends(before, after)).toThrow(UsageError);
  return expect(() => checkExtends(before, after));
}

describe('a study may grow', () => {
  test('by seeds, levels and stages', () => {
    const first = stages.plan.kind === 'stages' ? stages.plan.stages : [];
    checkExtends(stages, {
      ...stages,
      seeds: [3, 1, 2],
      plan: {
        kind: 'stages',
        stages: [
          { factors: ['size'], levels: [4, 1, 2, 3].map((size) => level({ size })) },
          first[1]!,
          { factors: ['new'], levels: [level({ new: 1 })] },
        ],
      },
    });
    const withStages = (list: typeof first) => ({ ...stages, plan: { kind: 'stages' as const, stages: list } });
    refused(stages, withStages(first.slice(0, 1))).toThrow('stage 2 was decay, is absent');
    const fewer = { factors: ['size'], levels: [1, 3].map((size) => level({ size })) };
    refused(stages, withStages([fewer, first[1]!])).toThrow('the level 2 of stage 1 (size) was there, is absent');
  });

  test('and in no other way', () => {
    refused(stages, { ...stages, name: 'other' }).toThrow('name was s, is other');
    refused(stages, { ...stages, protocol: 'held-out' }).toThrow('protocol was post, is held-out');
    const held = { ...stages, protocol: 'held-out', heldOut: 300 } as const;
    checkExtends(held, { ...held, heldOutSplit: 1 });
    refused(held, { ...stages, protocol: 'held-out' }).toThrow('heldOut was 300, is absent');
    refused(held, { ...held, heldOutSplit: 2 }).toThrow('heldOutSplit was 1, is 2');
    const taught = (file: string, letter: string) => ({
      ...stages,
      distill: { teachers: [{ file, sha256: letter.repeat(64) }], temperature: 2, weight: 1 },
    });
    checkExtends(taught('/here', 'a'), taught('/there', 'a'));
    refused(taught('/here', 'a'), taught('/here', 'b')).toThrow(
      'distill was { teachers with SHA-256 aaaaaaaaaaaa; temperature 2; weight 1 }, is { teachers with SHA-256 bbbbbb',
    );
    refused(stages, taught('/here', 'b')).toThrow('distill was absent, is {');
    refused(stages, { ...stages, objective: 'loss' }).toThrow('objective was accuracy, is loss');
    refused(stages, { ...stages, base: { ...stages.base, size: 7 } }).toThrow('base.size was 1, is 7');
    refused(stages, { ...stages, base: { size: 1, decay: 0 } }).toThrow('base.optimizer was a, is absent');
    refused(stages, { ...stages, plan: { kind: 'random', trials: 1, seed: 1 } }).toThrow(
      'the plan was stages, is random',
    );
  });

  test('by seeds under a rule: up to a higher atMost, or from a list that the rule will use', () => {
    const rule = { atLeast: 3, atMost: 30, resolve: 0.1 };
    const ruled = { ...stages, seeds: rule };
    checkExtends(ruled, { ...stages, seeds: { ...rule, atMost: 40 } });
    const single = {
      ...stages,
      plan: { kind: 'stages', stages: stages.plan.kind === 'stages' ? stages.plan.stages.slice(0, 1) : [] },
    } as const;
    checkExtends(single, { ...single, seeds: rule });
    // Later stages would get new seeds, and their trained seeds would not be used.
    refused(stages, ruled).toThrow('seeds was 1, 2, is 3 to 30');
    refused(stages, { ...stages, seeds: [1] }).toThrow('seeds was 1, 2, is 1');
    refused(ruled, { ...stages, seeds: { ...rule, atMost: 20 } }).toThrow(
      'seeds was 3 to 30, resolving 0.1, is 3 to 20, resolving 0.1',
    );
    refused(ruled, { ...stages, seeds: { ...rule, resolve: 0.2 } }).toThrow('resolving 0.2');
    refused({ ...single, seeds: [1, 31] }, { ...single, seeds: rule }).toThrow('seeds was 1, 31, is 3 to 30');
  });

  test('a grid by levels, whatever the order of its factors', () => {
    const before = gridOf([factor('a', [1, 2]), factor('b', [1])]);
    checkExtends(before, gridOf([factor('a', [2, 3, 1]), factor('b', [1])]));
    checkExtends(before, gridOf([factor('b', [1, 2]), factor('a', [1, 2])]));
    refused(before, gridOf([factor('a', [1]), factor('b', [1])])).toThrow('the level 2 of a was there, is absent');
    refused(before, gridOf([factor('a', [1, 2])])).toThrow('grid was a x b, is a');
  });

  test('a random search by trials, from the same space and seed', () => {
    checkExtends(randomOf(3, 1, 0.5), randomOf(4, 1, 0.5));
    refused(randomOf(3, 1, 0.5), randomOf(2, 1, 0.5)).toThrow('random.trials was 3, is 2');
    refused(randomOf(3, 1, 0.5), randomOf(3, 2, 0.5)).toThrow('random.seed was 1, is 2');
    refused(randomOf(3, 1, 0.5), randomOf(3, 1, 0.6)).toThrow('random.space.rate was');
  });
});

test('plans are described with their levels', () => {
  expect(describePlan(gridOf([factor('a', [1]), factor('b', [1])]))).toBe('every combination of a x b');
  expect(describePlan(randomOf(3, 1, 0.5))).toBe('3 random settings of rate');
  expect(describePlan(stages)).toContain('size, then decay, one after the other');
  expect(plannedLevels(stages).map((levels) => levels.length)).toEqual([3, 2]);
  expect(plannedLevels(randomOf(3, 1, 0.5)).map((levels) => levels.length)).toEqual([3]);
});
