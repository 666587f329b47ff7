/** Stages, shared trials, selection and comparisons, on trials made by hand. */
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { analyseStage, compareLevels, compareSteps } from './compare.ts';
import {
  checkExtends,
  gridLevels,
  labelOf,
  type Settings,
  type StudyDefinition,
  sampleLevels,
  valueText,
} from './definition.ts';
import { configurationKey, followStudy, type Identify, selectedLevels, type Trial } from './plan.ts';

const level = (settings: Settings) => ({ label: labelOf(settings), settings });
const definition: StudyDefinition = {
  ...{ name: 's', protocol: 'post', objective: 'accuracy', plan: 'one-factor-at-a-time' },
  base: { size: 1, decay: 0, optimizer: 'a' },
  stages: [
    { name: 'size', levels: [1, 2, 3].map((size) => level({ size })) },
    { name: 'decay', levels: [0, 0.1].map((decay) => level({ decay })) },
    { name: 'optimizer', levels: ['a', 'alias', 'b'].map((optimizer) => level({ optimizer })) },
  ],
  seeds: [1, 2],
};
/** `alias` computes the same as `a`. */
const identify: Identify = (settings) => (settings.optimizer === 'alias' ? { ...settings, optimizer: 'a' } : settings);

let count = 0;
function trial(settings: Settings, seed: number, accuracy: number | 'failed', wrong: number[] = []): Trial {
  const key = configurationKey(identify({ ...definition.base, ...settings }));
  const metrics = { loss: 1, accuracy: accuracy === 'failed' ? 0 : accuracy };
  const curve = [{ epoch: 1, train: metrics, selection: metrics, seconds: { train: 1, evaluate: 1 } }];
  const state = accuracy === 'failed' ? ('failed' as const) : ('complete' as const);
  return { number: count++, key, seed, state, curve, wrong: Uint8Array.from(wrong) };
}
const both = (settings: Settings, a: number, b: number) => [trial(settings, 1, a), trial(settings, 2, b)];
const sizes = [...both({ size: 1 }, 0.5, 0.52), ...both({ size: 2 }, 0.9, 0.92), ...both({ size: 3 }, 0.7, 0.72)];
const decays = both({ size: 2, decay: 0.1 }, 0.8, 0.82);
const optimizers = both({ size: 2, optimizer: 'b' }, 0.95, 0.96);

describe('following a study', () => {
  test('an empty study asks for the first stage, seed by seed', () => {
    const { pending, stages, expected, finished } = followStudy(definition, [], identify);
    expect(pending.map(({ configuration, seed }) => [configuration.size, seed])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    // 3 sizes; one decay and two optimizers more, since one of each stage was trained before.
    expect([stages.length, expected, finished]).toEqual([1, 2 * (3 + 1 + 2), false]);
  });

  test('a stage starts when the one before is decided, from its best mean, and shares its trials', () => {
    const { stages, pending } = followStudy(definition, sizes, identify);
    expect(stages[0]).toMatchObject({ finished: true, selected: 1 });
    expect(stages[1]!.base).toMatchObject({ size: 2 });
    expect(stages[1]!.levels[0]!.sameAs).toEqual({ stage: 0, level: 1 });
    expect(pending.map(({ configuration, seed }) => [configuration, seed])).toEqual([
      [{ size: 2, decay: 0.1, optimizer: 'a' }, 1],
      [{ size: 2, decay: 0.1, optimizer: 'a' }, 2],
    ]);
  });

  test('what computes the same is trained once, and the study knows whose twin it is', () => {
    const view = followStudy(definition, [...sizes, ...decays, ...optimizers], identify);
    expect(view.finished).toBe(true);
    expect(view.stages[2]!.levels.map(({ sameAs }) => sameAs)).toEqual([
      { stage: 0, level: 1 },
      { stage: 2, level: 0 },
      undefined,
    ]);
    expect(view.stages[2]!.levels[1]!.trials).toEqual(view.stages[2]!.levels[0]!.trials);
    expect(view.winner!.settings).toEqual({ size: 2, decay: 0, optimizer: 'b' });
    expect([view.trials.length, view.expected]).toEqual([10, 10]);
    expect(selectedLevels(view).map(({ configuration }) => configuration)).toEqual([
      { size: 2, decay: 0, optimizer: 'a' },
      { size: 2, decay: 0, optimizer: 'b' },
    ]);
  });

  test('the order in which trials ended changes nothing', () => {
    const trials = [...sizes, ...decays, ...optimizers];
    const a = followStudy(definition, trials, identify);
    const b = followStudy(definition, [...trials].reverse(), identify);
    expect(b.stages).toEqual(a.stages);
    expect(b.winner).toEqual(a.winner);
  });

  test('a level with a failed seed is not selected; if all have one, the study is stuck', () => {
    const failed = sizes.map((item) =>
      item.seed === 2 && item.key.includes('"size":2') ? trial({ size: 2 }, 2, 'failed') : item,
    );
    const { stages } = followStudy(definition, failed, identify);
    expect(stages[0]!.selected).toBe(2);
    expect(stages[0]!.levels[1]!.failed).toHaveLength(1);
    const all = [1, 2, 3].flatMap((size) => [trial({ size }, 1, 'failed'), trial({ size }, 2, 'failed')]);
    expect(followStudy(definition, all, identify)).toMatchObject({
      stuck: 0,
      finished: false,
      winner: undefined,
      pending: [],
    });
  });

  test('of equal means the first level is selected', () => {
    const equal = [1, 2, 3].flatMap((size) => both({ size }, 0.9, 0.9));
    expect(followStudy(definition, equal, identify).stages[0]!.selected).toBe(0);
  });

  test('the loss is minimized', () => {
    const trials = sizes.map((item, i) => {
      const metrics = { loss: i < 2 ? 0.1 : 0.5, accuracy: 0 };
      return { ...item, curve: [{ ...item.curve[0]!, selection: metrics }] };
    });
    expect(followStudy({ ...definition, objective: 'loss' }, trials, identify).stages[0]!.selected).toBe(0);
  });
});

describe('comparing levels', () => {
  test('pairs by seed, and tests by t: differences 20 and 20.5 points', () => {
    const trials = [...both({ size: 1 }, 0.7, 0.71), ...both({ size: 2 }, 0.9, 0.915), ...both({ size: 3 }, 0.9, 0.91)];
    const view = followStudy(definition, trials, identify);
    const [stage] = view.stages;
    const { comparisons, alike } = analyseStage(stage!, 'accuracy')!;
    expect(comparisons.map(({ level: index }) => index)).toEqual([0, 2]);
    expect(comparisons[0]!.difference!.mean).toBeCloseTo(20.25, 10);
    // t = 20.25 / (0.25), one degree of freedom: p = 2/pi atan(1/81).
    expect(comparisons[0]!.p).toBeCloseTo((2 / Math.PI) * Math.atan(1 / 81), 9);
    expect(comparisons[0]!.adjusted).toBeCloseTo(2 * comparisons[0]!.p, 9);
    // Differences 0 and 0.5: t = 1, p = 1/2.
    expect(comparisons[1]!.p).toBeCloseTo(0.5, 9);
    expect(alike).toEqual([1, 2]);
  });

  test('each level against the one before: 20 and 20.5 points up, then 0 and 0.5 down', () => {
    const trials = [...both({ size: 1 }, 0.7, 0.71), ...both({ size: 2 }, 0.9, 0.915), ...both({ size: 3 }, 0.9, 0.91)];
    const steps = compareSteps(followStudy(definition, trials, identify).stages[0]!, 'accuracy');
    expect(steps.map(({ level: index }) => index)).toEqual([1, 2]);
    expect(steps[0]!.difference!.mean).toBeCloseTo(20.25, 10);
    expect(steps[1]!.difference!.mean).toBeCloseTo(-0.25, 10);
    // t = 81 and 1 at one degree of freedom, p = 2/pi atan(1/t); Holm doubles the smaller.
    expect(steps[0]!.adjusted).toBeCloseTo((4 / Math.PI) * Math.atan(1 / 81), 9);
    expect(steps[1]!.adjusted).toBeCloseTo(0.5, 9);
    // The quantile of Student's t at one degree of freedom is tan(0.475 pi) = 12.7062; the standard error is 0.25.
    expect(steps[0]!.difference!.interval![0]).toBeCloseTo(20.25 - 12.7062047 * 0.25, 5);
  });

  test('one seed is judged by the images: 3 bits against 1', () => {
    const one = { ...definition, seeds: [1] };
    const trials = [
      trial({ size: 1 }, 1, 0.5, [0b0111]),
      trial({ size: 2 }, 1, 0.6, [0b1000]),
      trial({ size: 3 }, 1, 0.4, [0]),
    ];
    const { levels } = followStudy(one, trials, identify).stages[0]!;
    const found = compareLevels(levels[1]!, levels[0]!, 'accuracy');
    expect(found).toMatchObject({
      test: 'mcnemar',
      disagreements: [{ seed: 1, onlyFirst: 3, onlySecond: 1 }],
      seedsNeeded: undefined,
    });
    expect(found.p).toBeCloseTo(10 / 16, 12);
  });
});

describe('definitions', () => {
  test('a grid is every combination, the last factor fastest', () => {
    const levels = gridLevels([
      [level({ a: 1 }), level({ a: 2 })],
      [level({ b: true }), level({ b: false })],
    ]);
    expect(levels.map(({ label }) => label)).toEqual(['a=1 b=true', 'a=1 b=false', 'a=2 b=true', 'a=2 b=false']);
  });

  test('random settings stay in their ranges, and more trials keep the first ones', () => {
    const space = { rate: { low: 1e-4, high: 1e-2, log: true }, size: { low: 8, high: 64, step: 8 }, kind: ['a', 'b'] };
    const levels = sampleLevels(space, { trials: 300, seed: 5 });
    expect(sampleLevels(space, { trials: 10, seed: 5 })).toEqual(levels.slice(0, 10));
    const rates = levels.map(({ settings }) => settings.rate as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-2);
    // Half of a log range lies below its geometric mean: 300 draws within 5 standard deviations of 150.
    expect(Math.abs(rates.filter((rate) => rate < 1e-3).length - 150)).toBeLessThan(44);
    expect(new Set(levels.map(({ settings }) => settings.size))).toEqual(new Set([8, 16, 24, 32, 40, 48, 56, 64]));
    expect(new Set(levels.map(({ settings }) => settings.kind))).toEqual(new Set(['a', 'b']));
  });

  test.each([
    [0.0001, '1e-4'],
    [0.01, '1e-2'],
    [0.05, '0.05'],
    [0, '0'],
    [128, '128'],
    [0.00035, '3.5e-4'],
    [true, 'true'],
    [null, 'null'],
  ])('%s is written %s', (value, text) => expect(valueText(value)).toBe(text));

  test('a study may grow by seeds, levels and stages, and by nothing else', () => {
    const grown: StudyDefinition = {
      ...definition,
      seeds: [3, 1, 2],
      stages: [
        { name: 'size', levels: [4, 1, 2, 3].map((size) => level({ size })) },
        ...definition.stages.slice(1),
        { name: 'new', levels: [level({ new: 1 })] },
      ],
    };
    checkExtends(definition, grown);
    const refused = (after: StudyDefinition) => {
      expect(() => checkExtends(definition, after)).toThrow(UsageError);
      return expect(() => checkExtends(definition, after));
    };
    refused({ ...definition, seeds: [1] }).toThrow('seeds was 1, 2, is 1');
    refused({ ...definition, protocol: 'held-out' }).toThrow('protocol was post, is held-out');
    refused({ ...definition, base: { ...definition.base, size: 7 } }).toThrow('base.size was 1, is 7');
    refused({ ...definition, base: { size: 1, decay: 0 } }).toThrow('base.optimizer was a, is absent');
    refused({ ...definition, stages: [definition.stages[0]!] }).toThrow('stage 2 was decay, is absent');
    const fewer = { name: 'size', levels: [1, 3].map((size) => level({ size })) };
    refused({ ...definition, stages: [fewer, ...definition.stages.slice(1)] }).toThrow(
      'the level 2 of stage 1 (size) was there',
    );
    refused({ ...definition, name: 'other' }).toThrow('name was s, is other');
  });
});
