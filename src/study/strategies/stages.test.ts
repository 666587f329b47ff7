/** Stages, shared trials, selection, and rounds under a seed rule, on trials made by hand. */
import { describe, expect, test } from 'vitest';
import type { Settings, StudyDefinition } from '../definition.ts';
import { labelOf } from '../definition.ts';
import { followStudy } from '../strategies.ts';
import { selectedTrials } from '../strategy.ts';
import { configurationKey, type Trial, TrialTable } from '../trial.ts';

const level = (settings: Settings) => ({ label: labelOf(settings), settings });
const definition: StudyDefinition = {
  name: 's',
  protocol: 'post',
  objective: 'accuracy',
  space: {},
  base: { size: 1, decay: 0, optimizer: 'a' },
  plan: {
    kind: 'stages',
    stages: [
      { factors: ['size'], levels: [1, 2, 3].map((size) => level({ size })) },
      { factors: ['decay'], levels: [0, 0.1].map((decay) => level({ decay })) },
      { factors: ['optimizer'], levels: ['a', 'alias', 'b'].map((optimizer) => level({ optimizer })) },
    ],
  },
  seeds: [1, 2],
};
const defaults: Settings = { size: 1, decay: 0, optimizer: 'a' };
/** `alias` computes the same as `a`; defaults are left out. */
const canonical = (settings: Settings): Settings =>
  Object.fromEntries(
    Object.entries(settings.optimizer === 'alias' ? { ...settings, optimizer: 'a' } : settings).filter(
      ([name, value]) => value !== defaults[name],
    ),
  );

let count = 0;
function trial(settings: Settings, seed: number, score: number | 'failed' | 'running'): Trial {
  const common = { number: count++, configuration: canonical({ ...definition.base, ...settings }), seed };
  if (typeof score === 'string') return { ...common, state: score, curve: [] };
  return { ...common, state: 'complete', curve: [{ epoch: 1, score }], score };
}
const both = (settings: Settings, a: number, b: number) => [trial(settings, 1, a), trial(settings, 2, b)];
const sizes = [...both({ size: 1 }, 50, 52), ...both({ size: 2 }, 90, 92), ...both({ size: 3 }, 70, 72)];
const decays = both({ size: 2, decay: 0.1 }, 80, 82);
const optimizers = both({ size: 2, optimizer: 'b' }, 95, 96);
const follow = (trials: readonly Trial[], of = definition) =>
  followStudy(of, new TrialTable({ canonical, complete: canonical }, trials));

describe('following a study', () => {
  test('an empty study requests the first stage, seed by seed', () => {
    const { pending, stages, expected, finished } = follow([]);
    expect(pending.map(({ settings, seed }) => [settings.size, seed])).toEqual([
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

  test('a stage starts when the one before is decided, from the level with the best mean, and shares its trials', () => {
    const { stages, pending } = follow(sizes);
    expect(stages[0]).toMatchObject({ finished: true, selected: 1 });
    expect(stages[1]!.base).toMatchObject({ size: 2 });
    expect(stages[1]!.levels[0]!.sameAs).toEqual({ stage: 0, level: 1 });
    expect(pending.map(({ configuration, settings, seed }) => [configuration, settings, seed])).toEqual([
      [{ size: 2, decay: 0.1 }, { size: 2, decay: 0.1, optimizer: 'a' }, 1],
      [{ size: 2, decay: 0.1 }, { size: 2, decay: 0.1, optimizer: 'a' }, 2],
    ]);
  });

  test('levels of one configuration are trained once, and the later level refers to the earlier one', () => {
    const view = follow([...sizes, ...decays, ...optimizers]);
    expect(view.finished).toBe(true);
    expect(view.stages[2]!.levels.map(({ sameAs }) => sameAs)).toEqual([
      { stage: 0, level: 1 },
      { stage: 2, level: 0 },
      undefined,
    ]);
    expect(view.stages[2]!.levels[1]!.trials).toEqual(view.stages[2]!.levels[0]!.trials);
    expect(view.winner!.settings).toEqual({ size: 2, decay: 0, optimizer: 'b' });
    expect([view.trials.length, view.expected]).toEqual([10, 10]);
    // Both seeds of size 2, which two stages use, and both of optimizer b.
    expect(selectedTrials(view)).toEqual([...sizes.slice(2, 4), ...optimizers]);
  });

  test('the order in which trials ended changes nothing', () => {
    const trials = [...sizes, ...decays, ...optimizers];
    const [a, b] = [follow(trials), follow([...trials].reverse())];
    expect(b.stages).toEqual(a.stages);
    expect(b.winner).toEqual(a.winner);
  });

  test('a level with a failed seed is not selected; if all have one, the study is stuck', () => {
    const failed = sizes.map((item) =>
      item.seed === 2 && item.configuration.size === 2 ? trial({ size: 2 }, 2, 'failed') : item,
    );
    const { stages } = follow(failed);
    expect(stages[0]!.selected).toBe(2);
    expect(stages[0]!.levels[1]!.failed).toHaveLength(1);
    const all = [1, 2, 3].flatMap((size) => [trial({ size }, 1, 'failed'), trial({ size }, 2, 'failed')]);
    expect(follow(all)).toMatchObject({ stuck: 0, finished: false, winner: undefined, pending: [] });
  });

  test('a pruned trial has ended, but has no score', () => {
    const pruned = sizes.map((item): Trial => {
      if (item.configuration.size !== 2 || item.seed !== 2) return item;
      const { score: _, ...rest } = item;
      return { ...rest, state: 'pruned', reason: 'stopped early' };
    });
    const { stages } = follow(pruned);
    expect(stages[0]).toMatchObject({ finished: true, selected: 2 });
    expect(stages[0]!.levels[1]!.summary!.n).toBe(1);
  });

  test('among equal means the first level is selected', () => {
    const equal = [1, 2, 3].flatMap((size) => both({ size }, 90, 90));
    expect(follow(equal).stages[0]!.selected).toBe(0);
  });

  test('a loss is minimized', () => {
    const trials = sizes.map((item, i): Trial => ({ ...item, score: i < 2 ? 0.1 : 0.5 }));
    expect(follow(trials, { ...definition, objective: 'loss' }).stages[0]!.selected).toBe(0);
  });

  test('a repeated trial replaces the failed one, in any order of the records', () => {
    const [failed, again] = [trial({ size: 2 }, 1, 'failed'), trial({ size: 2 }, 1, 91)];
    for (const trials of [
      [failed, again],
      [again, failed],
    ]) {
      expect(follow(trials).stages[0]!.levels[1]!.trials[0]).toBe(again);
    }
  });
});

test('a key sorts the settings by name, so the order of the table does not matter', () => {
  expect(configurationKey({ b: 1, a: 'x' })).toBe('{"a":"x","b":1}');
  expect(configurationKey({ a: 'x', b: 1 })).toBe('{"a":"x","b":1}');
});

describe('under a seed rule', () => {
  const ruled: StudyDefinition = { ...definition, seeds: { atLeast: 3, atMost: 6, resolve: 1 } };
  /** Scores far apart by size, with a little noise that is the same for all. */
  const play = (of: StudyDefinition, scoreOf: (settings: Settings, seed: number) => number | 'failed') => {
    const trials: Trial[] = [];
    const rounds: string[][] = [];
    for (let turn = 0; turn < 200; turn++) {
      const view = follow(trials, of);
      if (view.pending.length === 0) return { view, trials, rounds };
      rounds.push(view.pending.map(({ settings, seed }) => `${labelOf(settings)}/${seed}`));
      for (const { settings, seed } of view.pending) trials.push(trial(settings, seed, scoreOf(settings, seed)));
    }
    throw new Error('it does not end');
  };
  const noise = (seed: number) => [0.3, -0.2, 0.1, 0.25, -0.3, 0.05][seed % 6]!;
  const clear = (settings: Settings, seed: number) =>
    10 * Number(settings.size) - Number(settings.decay) * 30 + (settings.optimizer === 'b' ? -5 : 0) + noise(seed);

  test('all levels start with atLeast seeds, levels far behind leave, and the best is carried on', () => {
    const { view, rounds } = play(ruled, clear);
    expect(rounds[0]).toHaveLength(9);
    expect(view.finished).toBe(true);
    expect(view.winner!.settings).toEqual({ size: 3, decay: 0, optimizer: 'a' });
    expect(view.stages[0]!.rounds).toMatchObject({ finished: true, in: [2] });
  });

  test('each stage has seeds of its own: the level carried on is judged anew', () => {
    const { view } = play(ruled, clear);
    expect(view.stages.map(({ seeds }) => seeds[0])).toEqual([1, 1001, 2001]);
    expect(view.stages[1]!.levels[0]!.sameAs).toEqual({ stage: 0, level: 2 });
    expect(view.stages[1]!.levels[0]!.trials.map((item) => item?.seed)).toEqual(view.stages[1]!.seeds);
  });

  test('levels within resolve stay or leave, but the study ends at atMost', () => {
    const close = (settings: Settings, seed: number) =>
      90 + 0.01 * Number(settings.size) + noise(seed * 7 + Number(settings.size));
    const { view, trials } = play({ ...ruled, seeds: { atLeast: 3, atMost: 6, resolve: 0.001 } }, close);
    expect(view.finished).toBe(true);
    expect(Math.max(...trials.map(({ seed }) => seed % 1000))).toBeLessThanOrEqual(6);
  });

  test('a level whose trial fails is excluded after that round; earlier decisions stay', () => {
    // The best level fails in round 5, after others have left.
    const wide = ({ size }: Settings, seed: number) =>
      size === 1 ? 20 + noise(seed) : 42 + Number(size) / 100 + 4 * noise(seed * 5 + Number(size));
    const of: StudyDefinition = { ...ruled, seeds: { atLeast: 3, atMost: 9, resolve: 0.5 } };
    const { view } = play(of, (settings, seed) =>
      settings.size === 3 && seed === 5 ? 'failed' : wide(settings, seed),
    );
    const { rounds, levels, selected } = view.stages[0]!;
    expect(rounds!.withdrawn).toEqual([undefined, undefined, 5]);
    expect(rounds!.left[0]).toMatchObject({ round: 3 });
    expect(levels[2]!.failed).toHaveLength(1);
    expect(levels[2]!.trials).toHaveLength(5);
    expect(selected).toBe(1);
  });

  test('after a failure in the first round the other trials of that round are still requested, in any order', () => {
    const failing = (settings: Settings, seed: number) =>
      settings.size === 2 && seed === 1 ? ('failed' as const) : clear(settings, seed);
    const { rounds } = play(ruled, failing);
    expect(rounds[0]).toHaveLength(9);
    // The failed trial has ended, the others of its level have not begun.
    const { pending } = follow([trial({ size: 2 }, 1, 'failed')], ruled);
    expect(pending).toHaveLength(8);
    expect(pending.filter(({ settings }) => settings.size === 2).map(({ seed }) => seed)).toEqual([2, 3]);
  });

  test('before the first round ends, every level is expected to train the most seeds', () => {
    const first = trial({ size: 2 }, 1, clear({ size: 2 }, 1));
    // Two later stages of two and three levels, which share no trial under a seed rule.
    const most = (3 + 2 + 3) * (ruled.seeds as { atMost: number }).atMost;
    expect(follow([], ruled).expected).toBe(most);
    expect(follow([first], ruled).expected).toBe(most);
  });

  test('if all trials fail the study is stuck, and every trial is in the table', () => {
    const { view } = play(ruled, () => 'failed');
    expect(view).toMatchObject({ stuck: 0, finished: false, winner: undefined });
    expect(view.trials).toHaveLength(9);
    expect(view.stages[0]!.levels.map(({ failed }) => failed.length)).toEqual([3, 3, 3]);
  });

  test('a pruned trial also excludes its level', () => {
    const trials = [1, 2, 3].flatMap((size) =>
      [1, 2, 3].map((seed) => trial({ size }, seed, clear({ size, decay: 0, optimizer: 'a' }, seed))),
    );
    const { score: _, ...rest } = trials[7]!;
    const { stages } = follow(
      [...trials.slice(0, 7), { ...rest, state: 'pruned', reason: 'far behind' }, trials[8]!],
      ruled,
    );
    expect(stages[0]).toMatchObject({ finished: true, selected: 1 });
  });

  test('for a loss the deviation has no lower bound of one image', () => {
    const losses = (settings: Settings, seed: number) => 0.05 + 0.004 * Number(settings.size) + 0.0001 * noise(seed);
    const of: StudyDefinition = {
      ...ruled,
      objective: 'loss',
      plan: { kind: 'stages', stages: [{ factors: ['size'], levels: [1, 2].map((size) => level({ size })) }] },
      seeds: { atLeast: 3, atMost: 9, resolve: 0.001 },
    };
    const trials = [1, 2].flatMap((size) =>
      [1, 2, 3].map(
        (seed): Trial => ({ ...trial({ size }, seed, losses({ size }, seed)), wrong: new Uint8Array(125) }),
      ),
    );
    expect(follow(trials, of).stages[0]!.rounds).toMatchObject({ rounds: 3, finished: true, in: [0] });
  });

  test('trials trained before a level was added are kept and judged again', () => {
    const { trials } = play(ruled, clear);
    const { plan } = ruled;
    if (plan.kind !== 'stages') throw new Error('stages');
    const [first, ...rest] = plan.stages;
    const grown: StudyDefinition = {
      ...ruled,
      plan: { kind: 'stages', stages: [{ ...first!, levels: [...first!.levels, level({ size: 9 })] }, ...rest] },
    };
    const { pending } = follow(trials, grown);
    expect(pending.map(({ settings, seed }) => [settings.size, seed])).toEqual([
      [9, 1],
      [9, 2],
      [9, 3],
    ]);
  });
});
