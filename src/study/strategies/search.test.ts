/** The strategy `search`: what is proposed, paused, promoted, chosen and confirmed, as a function of numbers alone. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../base/random.ts';
import type { TrialRequest } from '../contest.ts';
import type { SearchPlan, Settings, StudyDefinition } from '../definition.ts';
import { checkExtends, followStudy } from '../strategies.ts';
import type { StudyView } from '../strategy.ts';
import { type Trial, TrialTable } from '../trial.ts';

const plan: SearchPlan = {
  kind: 'search',
  sampler: 'tpe',
  trainings: 30,
  earlyStopping: 'none',
  confirm: 3,
  parallel: 4,
  seed: 1,
};
const defaults: Settings = { rate: 0.1, size: 8, kind: 'adam', momentum: 0.9, epochs: 9 };
const definition: StudyDefinition = {
  name: 's',
  objective: 'accuracy',
  base: { epochs: 9 },
  defaults,
  plan,
  space: {
    rate: { kind: 'float', low: 0.001, high: 1, log: true },
    size: { kind: 'int', low: 1, high: 16, step: 1 },
    kind: { kind: 'choices', values: ['sgd', 'adam'] },
    momentum: { kind: 'float', low: 0, high: 0.99, when: { kind: ['sgd'] } },
  },
  seeds: [1],
};
const early: StudyDefinition = { ...definition, plan: { ...plan, earlyStopping: 'halving' } };

const complete = (settings: Settings): Settings => ({ ...defaults, ...settings });
const canonical = (settings: Settings): Settings => {
  const { momentum, ...rest } = complete(settings);
  const all: Settings = rest.kind === 'sgd' ? { ...rest, momentum: momentum! } : rest;
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== defaults[name]));
};

/** The score after an epoch: a hill in the rate, with the noise of seed and settings. */
function scoreOf(settings: Settings, seed: number, epoch: number): number {
  const { rate, size, kind } = complete(settings);
  const hill = (Math.log10(Number(rate)) + 1.5) ** 2 + Math.abs(Number(size) - 5) / 20 + (kind === 'sgd' ? 0.1 : 0);
  const noise = randomStream(seed, 'noise', JSON.stringify(settings)).uniform() / 10;
  return 90 + epoch / 9 - hill + noise;
}

/** Whether a training fails. */
type Fails = (settings: Settings, seed: number) => boolean;

/**
 * Runs a study in memory. @param jobs trials that run at once. @param order says which of the running trials moves on by
 * an epoch: the study must not depend on it.
 */
function simulate(
  of: StudyDefinition,
  {
    jobs = 1,
    order = () => 0,
    fails = () => false,
    before = [],
  }: { jobs?: number; order?: (running: number) => number; fails?: Fails; before?: readonly Trial[] } = {},
): { view: StudyView; trials: Trial[]; epochs: number } {
  const trials: Trial[] = [...before];
  const table = new TrialTable({ canonical, complete }, trials);
  const running = new Map<number, TrialRequest>();
  let epochs = 0;
  const change = (trial: Trial) => {
    trials[trial.number] = trial;
    table.set(trial);
  };
  const follow = () => {
    const view = followStudy(of, table);
    for (const trial of view.toStop ?? []) change({ ...trial, state: 'pruned', reason: 'stopped' });
    return view.toStop?.length ? followStudy(of, table) : view;
  };
  let view = follow();
  const start = ({ ...request }: TrialRequest) => {
    const found = table.find(request.key, request.seed);
    const known = found?.state === 'pruned' ? undefined : found;
    if (known && running.has(known.number)) return;
    const { configuration, seed, proposal } = request;
    const number = known?.number ?? trials.length;
    const proposed = proposal === undefined ? {} : { proposal };
    if (!known) change({ number, configuration, seed, ...proposed, state: 'running', curve: [] });
    running.set(number, request);
  };
  for (;;) {
    for (const request of view.pending) if (running.size < jobs) start(request);
    if (running.size === 0) return { view, trials, epochs };
    const [number, { until }] = [...running][order(running.size) % running.size]!;
    const trial = trials[number]!;
    const epoch = trial.curve.length + 1;
    const score = scoreOf(trial.configuration, trial.seed, epoch);
    const curve = [...trial.curve, { epoch, score }];
    const failed = fails(trial.configuration, trial.seed);
    epochs++;
    if (failed) change({ ...trial, state: 'failed', reason: 'diverged' });
    else change(epoch === 9 ? { ...trial, curve, state: 'complete', score } : { ...trial, curve });
    if (!failed && epoch < 9 && epoch !== until) continue;
    running.delete(number);
    view = follow();
  }
}

const linesOf = (trials: readonly Trial[]) => trials.map((trial) => JSON.stringify(trial));

test('search, finals and confirmation spend their parts of the budget', () => {
  const { view, trials } = simulate(definition);
  const { search } = view;
  expect(search?.phase).toBe('finished');
  expect(search?.proposals).toHaveLength(21);
  expect(search?.proposals[0]?.configuration).toEqual({});
  expect(search?.finals?.rounds.reduce((sum, { trainings }) => sum + trainings, 0)).toBeLessThanOrEqual(9);
  const { winner, runnerUp, base, seeds } = search!.confirmation!;
  expect(seeds).toEqual([30001, 30002, 30003]);
  for (const level of [winner, runnerUp, base]) expect(level?.summary?.n).toBe(3);
  expect(view.expected).toBe(trials.length);
  expect(view.winner).toBe(winner);
});

test('TPE finds a better rate than the base', () => {
  const { winner } = simulate({ ...definition, plan: { ...plan, trainings: 60 } }).view;
  expect(Math.abs(Math.log10(Number(complete(winner!.configuration).rate)) + 1.5)).toBeLessThan(0.3);
});

describe.each([
  ['without early stopping', definition],
  ['with early stopping', early],
])('%s', (_, of) => {
  test('trials are the same for any number of jobs, whoever ends first', () => {
    const one = simulate(of);
    for (const jobs of [2, 3, 5, 9]) {
      const random = randomStream(jobs, 'order');
      const other = simulate(of, { jobs, order: (running) => random.below(running) });
      expect(linesOf(other.trials)).toEqual(linesOf(one.trials));
      expect(other.view.winner?.key).toBe(one.view.winner?.key);
    }
  });

  test('trials are the same when some fail', () => {
    const fails: Fails = (settings) => Number(complete(settings).size) > 12;
    const one = simulate(of, { fails });
    expect(one.trials.some(({ state }) => state === 'failed')).toBe(true);
    const random = randomStream(1, 'order');
    const other = simulate(of, { fails, jobs: 5, order: (running) => random.below(running) });
    expect(linesOf(other.trials)).toEqual(linesOf(one.trials));
    expect(one.view.search?.phase).toBe('finished');
  });

  test('a search continues from its record without another proposal', () => {
    const whole = simulate(of);
    // As after a kill: some trials are running, later ones are not there.
    for (const kept of [1, 7, 15, 22]) {
      const before = whole.trials
        .slice(0, kept)
        .map((trial): Trial => ({ ...trial, state: 'running', curve: [], score: undefined }));
      const again = simulate(of, { before, jobs: 2 });
      expect(again.trials.map(({ configuration, seed, score }) => [configuration, seed, score])).toEqual(
        whole.trials.map(({ configuration, seed, score }) => [configuration, seed, score]),
      );
    }
  });

  test('a larger budget keeps all proposals, and is confirmed on new seeds', () => {
    const small = simulate(of);
    const larger = { ...of, plan: { ...(of.plan as SearchPlan), trainings: 45 } };
    checkExtends(of, larger);
    const grown = simulate(larger, { before: small.trials });
    expect(linesOf(grown.trials.slice(0, 21)).map((line) => JSON.parse(line).configuration)).toEqual(
      small.trials.slice(0, 21).map(({ configuration }) => configuration),
    );
    const first = of === early ? 49001 : 45001;
    expect(grown.view.search?.confirmation?.seeds).toEqual([first, first + 1, first + 2]);
    expect(grown.view.search?.phase).toBe('finished');
  });
});

describe('what a proposal knows', () => {
  test('the last `parallel` proposals before it do not change it', () => {
    const whole = simulate(definition);
    const proposed = (trials: readonly Trial[], count: number) =>
      trials.slice(0, count).map(({ configuration }) => configuration);
    const [best] = [10, 11, 12, 13, 14].sort((a, b) => whole.trials[b]!.score! - whole.trials[a]!.score!);
    const fails: Fails = (settings) => JSON.stringify(settings) === JSON.stringify(whole.trials[best!]!.configuration);
    const other = simulate(definition, { fails });
    // The result is first known to the proposal `parallel` after it.
    expect(proposed(other.trials, best! + 4)).toEqual(proposed(whole.trials, best! + 4));
    expect(proposed(other.trials, 21)).not.toEqual(proposed(whole.trials, 21));
  });

  test('no settings are proposed twice', () => {
    const { trials } = simulate(definition);
    expect(new Set(trials.slice(0, 21).map(({ configuration }) => JSON.stringify(configuration))).size).toBe(21);
  });

  test('a small space ends the search early, and its trainings go to the finals', () => {
    const small: StudyDefinition = {
      ...definition,
      space: { size: { kind: 'int', low: 1, high: 6, step: 1 }, kind: { kind: 'choices', values: ['sgd', 'adam'] } },
    };
    const { view } = simulate(small);
    // Twelve settings, and the base with a size of 8.
    expect(view.search?.proposals).toHaveLength(13);
    expect(view.search?.exhausted).toBe(true);
    expect(view.search?.phase).toBe('finished');
  });
});

describe('early stopping', () => {
  const { view, trials, epochs } = simulate(early);
  const { proposals, rungs, finals } = view.search!;
  const finalists = finals!.finalists.map(({ proposal }) => proposal);

  test('all settings are trained for the first rung, and the finalists to the end', () => {
    expect(rungs).toEqual([1, 9]);
    expect(proposals).toHaveLength(30);
    for (const { number, rung, trial, state } of proposals) {
      const isFinalist = finalists.includes(number);
      expect([rung, trial?.curve.length, state]).toEqual(isFinalist ? [1, 9, 'complete'] : [0, 1, 'stopped']);
    }
  });

  test('finalists are the best of all settings at the first rung, and the base', () => {
    const ranked = [...proposals].sort((a, b) => b.scores[0]! - a.scores[0]!).map(({ number }) => number);
    expect(finalists).toEqual(ranked.slice(0, 3).includes(0) ? ranked.slice(0, 3) : [...ranked.slice(0, 2), 0]);
  });

  test('ties at the first rung are decided by the loss', () => {
    const tied = (loss: (number: number) => number) => {
      const table = new TrialTable({ canonical, complete });
      for (const { number, configuration, seed, proposal, curve } of simulate(early).trials.slice(0, 30)) {
        const selection = { loss: loss(number), accuracy: 0.9 };
        const [point] = curve;
        table.set({
          number,
          configuration,
          seed,
          proposal,
          state: 'running',
          curve: [{ ...point!, score: 90, selection }],
        });
      }
      return followStudy(early, table).search!.finals!.finalists.map(({ proposal }) => proposal);
    };
    expect(tied((number) => number)).toEqual([0, 1, 2]);
    expect(tied((number) => -number)).toEqual([29, 28, 0]);
  });

  test('the first round of the finals finishes the trainings that were paused, the others have new seeds', () => {
    const [first, ...others] = finals!.rounds;
    expect([first!.seeds, first!.resumed, first!.finalists.length]).toEqual([[1], true, 3]);
    expect(others.length).toBeGreaterThan(0);
    for (const { seeds, resumed } of others) expect([resumed, seeds.includes(1)]).toEqual([false, false]);
  });

  test('settings that are no finalists are stopped when the finals begin, and not before', () => {
    const stops = trials.filter(({ state }) => state === 'pruned').map(({ number }) => number);
    expect(stops).toHaveLength(27);
    const table = new TrialTable(
      { canonical, complete },
      trials.slice(0, 29).map(({ number, configuration, seed, proposal, curve }) => ({
        ...{ number, configuration, seed, proposal },
        state: 'running',
        curve: curve.slice(0, 1),
      })),
    );
    const searching = followStudy(early, table);
    expect([searching.search?.phase, searching.toStop]).toEqual(['search', []]);
  });

  test('a stopped setting that an extended search takes for a finalist is trained again', () => {
    const of = (trainings: number): StudyDefinition => ({
      ...early,
      plan: { ...(early.plan as SearchPlan), sampler: 'random', trainings },
    });
    const before = simulate(of(30));
    const first = before.view.search!.finals!.finalists.map(({ proposal }) => proposal);
    const grown = simulate(of(60), { before: before.trials });
    const chosen = grown.view.search!.finals!.finalists.map(({ proposal }) => proposal);
    const again = chosen.filter((number) => number < 30 && !first.includes(number));
    expect(again.length).toBeGreaterThan(0);
    for (const number of again) expect(grown.view.search!.proposals[number]!.state).toBe('complete');
  });

  test('a trial is a prefix of the whole training', () => {
    for (const { curve, configuration, seed } of trials) {
      for (const { epoch, score } of curve) expect(score).toBe(scoreOf(configuration, seed, epoch));
    }
  });

  test('search and finals spend a third of the epochs of the budget', () => {
    const whole = trials.slice(30);
    expect(whole.every(({ state }) => state === 'complete')).toBe(true);
    const confirmed = 9 * 9;
    expect(epochs).toBe(30 + 3 * 8 + 9 * whole.length);
    expect(epochs - confirmed).toBeLessThanOrEqual(0.32 * 30 * 9);
  });
});

describe('the base', () => {
  test('is a finalist and is confirmed, even if it is bad', () => {
    const bad = { ...definition, base: { epochs: 9, rate: 0.001, size: 16, kind: 'sgd' } };
    const { view } = simulate(bad);
    expect(view.search?.finals?.finalists.some(({ proposal }) => proposal === 0)).toBe(true);
    expect(view.search?.confirmation?.base.configuration).toMatchObject({ rate: 0.001, size: 16 });
    expect(view.tested?.map(({ key }) => key)).toEqual([view.winner?.key, view.search?.confirmation?.base.key]);
  });

  test('may win', () => {
    const good = { ...definition, base: { epochs: 9, rate: 0.0316, size: 5 } };
    const { view } = simulate(good, { fails: (settings) => complete(settings).rate !== 0.0316 });
    expect(view.search?.confirmation?.winner.configuration).toEqual(view.search?.confirmation?.base.configuration);
    expect(view.search?.phase).toBe('finished');
  });
});

test('where every training fails the study is stuck', () => {
  const { view } = simulate(definition, { fails: () => true });
  expect([view.finished, view.stuck]).toEqual([false, 0]);
});

test('hyperparameters that do not count are left out', () => {
  for (const { values } of simulate(definition).view.search!.proposals) {
    expect('momentum' in values).toBe(values.kind === 'sgd');
  }
});

describe('a changed definition', () => {
  test.each<[string, Partial<StudyDefinition>, string]>([
    ['space', { space: { rate: { kind: 'float', low: 0.01, high: 1 } } }, 'search.space.rate'],
    ['sampler', { plan: { ...plan, sampler: 'random' } }, 'search.sampler was tpe, is random'],
    ['parallel', { plan: { ...plan, parallel: 8 } }, 'search.parallel was 4, is 8'],
    ['smaller budget', { plan: { ...plan, trainings: 20 } }, 'search.trainings was 30, is 20'],
    ['first seed', { seeds: [2] }, 'seeds was 1, is 2'],
    ['confirmation', { plan: { ...plan, confirm: 9 } }, 'search.confirm was 3, is 9'],
  ])('of the %s is refused by name', (_, change, message) => {
    expect(() => checkExtends(definition, { ...definition, ...change })).toThrow(message);
  });
});
