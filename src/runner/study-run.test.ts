/** Whole studies of a noisy function in memory: the same for any number of jobs and after any crash. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { MemoryStore } from '../store/memory.ts';
import type { StudyStore } from '../store/store.ts';
import { labelOf, type Plan, type Settings, type StudyDefinition } from '../study/definition.ts';
import { followStudy } from '../study/strategies.ts';
import { selectedTrials } from '../study/strategy.ts';
import { TrialTable } from '../study/trial.ts';
import { functionTask } from '../tasks/function.ts';
import type { Pool, Task } from '../tasks/task.ts';
import { dying } from './dying-store.testing.ts';
import { runStudy, type StudyEvent } from './study-run.ts';

const parameters = { size: 1, decay: 0, kind: 'a' };

/** Best at size 3, decay 0.1 and kind b. Waits a number of turns set by the seed, so that trials end out of order. */
function noisyTask({
  turns = (seed: number) => seed % 3,
  noise = 0.2,
  fails = (_size: number, _seed: number): boolean => false,
} = {}): Task {
  return functionTask({
    parameters,
    async run(settings, { seed, random, report, signal }) {
      for (let turn = 0; turn < turns(seed); turn++) {
        await Promise.resolve();
        if (signal.aborted) throw new Error('stopped');
      }
      if (fails(Number(settings.size), seed)) throw new Error('failed');
      const level = -((Number(settings.size) - 3) ** 2) - Math.abs(Number(settings.decay) - 0.1);
      const shared = randomStream(seed, 'shared').uniform();
      report(1, level - 1);
      return level + (settings.kind === 'b' ? 0.3 : 0) + shared + noise * random.uniform();
    },
  });
}

const level = (settings: Settings) => ({ label: labelOf(settings), settings });
const stages: Plan = {
  kind: 'stages',
  stages: [
    { factors: ['size'], levels: [1, 2, 3, 4].map((size) => level({ size })) },
    { factors: ['decay'], levels: [0, 0.1, 0.5].map((decay) => level({ decay })) },
    { factors: ['kind'], levels: ['a', 'b'].map((kind) => level({ kind })) },
  ],
};
const base: StudyDefinition = {
  name: 'noisy',
  objective: 'score',
  base: {},
  plan: stages,
  space: {},
  seeds: [1, 2, 3],
};

interface Ended {
  readonly trials: readonly string[];
  readonly winner: Settings | undefined;
  readonly events: readonly StudyEvent[];
}

async function run(
  definition: StudyDefinition,
  options: { task?: Task; store?: StudyStore; jobs?: number } = {},
): Promise<Ended> {
  const { task = noisyTask(), store = new MemoryStore(), jobs = 1 } = options;
  const events: StudyEvent[] = [];
  for await (const event of runStudy({ definition, task, store, jobs })) events.push(event);
  return { ...(await findings(store, task, definition)), events };
}

async function findings(store: StudyStore, task: Task, definition: StudyDefinition): Promise<Omit<Ended, 'events'>> {
  const { trials } = (await store.read())!;
  const view = followStudy(definition, new TrialTable(task.settings, trials));
  const lines = trials.map(({ configuration, seed, state, score }) =>
    JSON.stringify([configuration, seed, state, score]),
  );
  return { trials: lines, winner: view.winner?.configuration };
}

const resolving: StudyDefinition = { ...base, seeds: { atLeast: 3, atMost: 12, resolve: 0.1 } };

describe.each([
  ['a list of seeds', base],
  ['a seed rule', resolving],
  [
    'a grid',
    {
      ...base,
      plan: {
        kind: 'grid',
        factors: [
          { name: 'size', levels: [level({ size: 2 }), level({ size: 3 })] },
          { name: 'kind', levels: [level({ kind: 'a' }), level({ kind: 'b' })] },
        ],
      },
    },
  ],
  [
    'a random search',
    {
      ...base,
      plan: { kind: 'random', trials: 20, seed: 1 },
      space: { size: { kind: 'int', low: 1, high: 5, step: 1 }, kind: { kind: 'choices', values: ['a', 'b'] } },
    },
  ],
] as [string, StudyDefinition][])('with %s', (_, definition) => {
  test('finds the best level, with the same trial numbers for any number of jobs', async () => {
    const expected = await run(definition);
    expect(expected.winner).toMatchObject({ size: 3, kind: 'b' });
    expect(expected.events.at(-1)!.type).toBe('finished');
    for (const jobs of [2, 3, 7]) {
      const { trials, winner } = await run(definition, { jobs });
      expect(trials).toEqual(expected.trials);
      expect(winner).toEqual(expected.winner);
    }
  });
});

test('a study with a seed rule trains more seeds of close levels, and fewer in total', async () => {
  const { trials, events } = await run(resolving);
  const bySize = (size: number) => trials.filter((line) => JSON.parse(line)[0].size === size).length;
  expect(bySize(4)).toBe(3);
  expect(trials.length).toBeLessThan((4 + 3 + 2) * 12);
  expect(events.filter(({ type }) => type === 'round').length).toBeGreaterThan(2);
});

const levels = (name: string, values: readonly (number | string)[]) => values.map((value) => level({ [name]: value }));
const anyStage = fc.oneof(
  fc
    .uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
    .map((values) => ({ factors: ['size'], levels: levels('size', values) })),
  fc
    .uniqueArray(fc.constantFrom(0, 0.1, 0.3), { minLength: 1 })
    .map((values) => ({ factors: ['decay'], levels: levels('decay', values) })),
  fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
    .map((values) => ({ factors: ['kind'], levels: levels('kind', values) })),
);
const anyDefinition = fc
  .record({
    stages: fc.array(anyStage, { minLength: 1, maxLength: 3 }),
    seeds: fc.oneof(
      fc.constantFrom([1], [1, 2, 3], [5, 2]),
      fc
        .record({
          atLeast: fc.integer({ min: 3, max: 5 }),
          extra: fc.integer({ min: 0, max: 6 }),
          resolve: fc.constantFrom(0.05, 0.3, 2),
        })
        .map(({ atLeast, extra, resolve }) => ({ atLeast, atMost: atLeast + extra, resolve })),
    ),
  })
  .map(
    ({ stages: planned, seeds }): StudyDefinition => ({ ...base, plan: { kind: 'stages', stages: planned }, seeds }),
  );

test('any plan gives the same trials and winner for any number of jobs and after any crashes', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyDefinition,
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 6 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 8 })), { maxLength: 6 }),
      async (definition, jobs, crashes, failing) => {
        const fails = (size: number, seed: number) =>
          failing.some(([failed, round]) => failed === size && round === seed % 1000);
        const task = noisyTask({ fails });
        const expected = await run(definition, { task });
        const store = new MemoryStore();
        for (const calls of crashes) {
          await run(definition, { task, store: dying(store, calls), jobs }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(WorldError);
          });
        }
        const { trials, winner } = await run(definition, { task, store, jobs });
        expect([...trials].sort()).toEqual([...expected.trials].sort());
        expect(winner).toEqual(expected.winner);
        if (jobs === 1) expect(trials).toEqual(expected.trials);
      },
    ),
    { numRuns: 60 },
  );
});

test('an interrupt stops after the running calls, and the same call continues the study', async () => {
  const store = new MemoryStore();
  const stopper = new AbortController();
  const events: StudyEvent[] = [];
  const task = noisyTask({ turns: () => 5 });
  for await (const event of runStudy({ definition: base, task, store, jobs: 2, signal: stopper.signal })) {
    events.push(event);
    if (event.type === 'trial-end' && event.ended === 4) stopper.abort();
  }
  expect(events.at(-1)!.type).toBe('interrupted');
  const expected = await run(base, { task });
  const continued = await run(base, { task, store });
  expect([...continued.trials].sort()).toEqual([...expected.trials].sort());
});

test('a trial that throws or returns no number counts as failed, and the study continues', async () => {
  const task = functionTask({
    parameters,
    run(settings) {
      if (settings.size === 1) throw new Error('too small');
      return settings.size === 2 ? Number.NaN : 5;
    },
  });
  const store = new MemoryStore();
  const { winner } = await run(
    { ...base, plan: { kind: 'stages', stages: [{ factors: ['size'], levels: levels('size', [1, 2, 3]) }] } },
    { task, store },
  );
  expect(winner).toEqual({ size: 3 });
  const reasons = (await store.read())!.trials.map(({ reason }) => reason);
  expect(new Set(reasons)).toEqual(new Set(['too small', 'epoch 1: expected a finite score, got NaN', undefined]));
});

test('unknown settings and other data are refused', async () => {
  const unknown: StudyDefinition = { ...base, base: { sise: 2 } };
  await expect(run(unknown)).rejects.toThrow(new UsageError('unknown parameter sise: there are size, decay, kind'));
  const store = new MemoryStore();
  await run(base, { store });
  const other = functionTask({ parameters, dataHash: 'other', run: () => 1 });
  await expect(run(base, { store, task: other })).rejects.toThrow(
    'the study was run on other data (hash function, the hash of these is other)',
  );
});

test('a recorded trial with settings unknown to the task is reported as damage by its number; nothing is written', async () => {
  const store = new MemoryStore();
  await run(base, { store });
  const number = await store.startTrial({ configuration: { size: 'x' }, seed: 1, parameters: [] });
  await expect(run(base, { store })).rejects.toThrow(
    new WorldError(`trial ${number} of the study: size: expected a number, got "x"; its record is damaged`),
  );
  expect((await store.read())!.sessions).toHaveLength(1);
});

test.each<[string, Partial<StudyDefinition>, string]>([
  [
    'an unknown objective',
    { objective: 'foo' as 'loss' },
    'unknown objective "foo": allowed are accuracy, balanced-accuracy, loss, score',
  ],
  [
    'an unknown plan',
    { plan: { kind: 'foo' } as unknown as Plan },
    'unknown plan.kind "foo": allowed are stages, grid, random',
  ],
  ['no stage', { plan: { kind: 'stages', stages: [] } }, 'plan.stages is empty: at least one is needed'],
  [
    'a stage without levels',
    { plan: { kind: 'stages', stages: [{ factors: ['x'], levels: [] }] } },
    'plan.stages[0].levels is empty: at least one is needed',
  ],
  [
    'a number of seeds',
    { seeds: 3 as unknown as number[] },
    'seeds: expected a list or { atLeast, atMost, resolve }, got 3',
  ],
  ['no seeds', { seeds: [] }, 'seeds is empty'],
  ['a repeated seed', { seeds: [1, 1] }, 'seeds: expected different integers, 1 stands twice'],
  [
    'too few seeds',
    { seeds: { atLeast: 2, atMost: 5, resolve: 1 } },
    'seeds.atLeast: expected an integer from 3, got 2',
  ],
  [
    'a crossed rule',
    { seeds: { atLeast: 5, atMost: 4, resolve: 1 } },
    'seeds.atMost: expected an integer from 5 to 1000, got 4',
  ],
  [
    'nothing to resolve',
    { seeds: { atLeast: 3, atMost: 4, resolve: 0 } },
    'seeds.resolve: expected a number above 0, got 0',
  ],
])('%s in a definition is refused by name', async (_, wrong, message) => {
  await expect(run({ ...base, ...wrong })).rejects.toThrow(UsageError);
  await expect(run({ ...base, ...wrong })).rejects.toThrow(message);
});

test.each([0, Number.NaN, 1.5, -1])('%d jobs are refused', async (jobs) => {
  await expect(run(base, { jobs })).rejects.toThrow(`jobs: expected an integer of at least 1, got ${jobs}`);
});

test('with an aborted signal no trial is started', async () => {
  let calls = 0;
  const task = functionTask({ parameters, run: () => ++calls });
  const types: string[] = [];
  for await (const { type } of runStudy({
    definition: base,
    task,
    store: new MemoryStore(),
    signal: AbortSignal.abort(),
  })) {
    types.push(type);
  }
  expect([types, calls]).toEqual([['start', 'interrupted'], 0]);
});

test('the overhead of a study grows linearly with the number of trials', async () => {
  const task = functionTask({ parameters, run: ({ size }, { random }) => Number(size) + random.uniform() });
  // The work is measured by the number of reads of levels of the plan, not by time.
  const reads = async (trials: number, seeds: StudyDefinition['seeds']) => {
    let count = 0;
    const values = Array.from({ length: trials }, (_, index) => index);
    const counted = new Proxy(levels('size', values), {
      get(target, name, receiver) {
        if (typeof name === 'string' && /^\d+$/.test(name)) count++;
        return Reflect.get(target, name, receiver);
      },
    });
    await run(
      { ...base, seeds, plan: { kind: 'stages', stages: [{ factors: ['size'], levels: counted }] } },
      { task, jobs: 2 },
    );
    return count;
  };
  expect(await reads(1, [1])).toBeGreaterThan(0);
  for (const seeds of [[1], [1, 2, 3], { atLeast: 3, atMost: 6, resolve: 0.5 }]) {
    const [small, large] = [await reads(20, seeds), await reads(160, seeds)];
    expect(large / small, JSON.stringify(seeds)).toBeLessThan(9);
  }
});

/** The noisy task with a simulated disk: each finished trial leaves a file. */
function withFiles(files: Map<number, 'whole' | 'damaged'>, alive = () => true): Task {
  const task = noisyTask();
  return {
    ...task,
    async open(definition) {
      const opened = await task.open(definition);
      return {
        ...opened,
        pool: {
          start: (order, listen) =>
            opened.pool.start(order, (message) => {
              if (message.type === 'finished') files.set(order.number, 'whole');
              listen(message);
            }),
        },
        results: ({ number }) => {
          const found = files.get(number) ?? 'lost';
          return Promise.resolve(
            found === 'whole' ? { state: found } : { state: found, why: `file ${number} is ${found}` },
          );
        },
        discard(number, what) {
          if (!alive()) throw new WorldError('the process died');
          if (what === 'results') files.delete(number);
        },
      };
    },
  };
}

describe('files kept by finished trials', () => {
  const winners: StudyDefinition = { ...base, keep: 'winners' };
  const stateOf = async (store: StudyStore, definition: StudyDefinition) => {
    const { trials } = (await store.read())!;
    const view = followStudy(definition, new TrialTable(noisyTask().settings, trials));
    const selected = selectedTrials(view).map(({ number }) => number);
    return { trials, selected: selected.sort((a, b) => a - b) };
  };
  /** Trials that were made again, by number, and why. */
  const made = (events: readonly StudyEvent[]) =>
    events
      .flatMap((event) =>
        event.type === 'trial-start' && event.restored ? [[event.number, event.restored.state] as const] : [],
      )
      .sort(([a], [b]) => a - b);

  test('by default all trials keep files; lost and damaged ones are made again and reported', async () => {
    const files = new Map<number, 'whole' | 'damaged'>();
    const store = new MemoryStore();
    const first = await run(base, { store, task: withFiles(files) });
    expect(files.size).toBe(first.trials.length);
    files.delete(2);
    files.set(5, 'damaged');
    const { events, trials } = await run(base, { store, task: withFiles(files), jobs: 2 });
    expect(made(events)).toEqual([
      [2, 'lost'],
      [5, 'damaged'],
    ]);
    expect([...files.values()]).toEqual(first.trials.map(() => 'whole'));
    expect(trials).toEqual(first.trials);
    expect(made((await run(base, { store, task: withFiles(files) })).events)).toEqual([]);
  });

  test('trials that were made again are not killed at the end of the study', async () => {
    const store = new MemoryStore();
    await run(base, { store, task: withFiles(new Map()) });
    const task = withFiles(new Map());
    const killed: number[] = [];
    const open: Task['open'] = async (definition) => {
      const opened = await task.open(definition);
      const start: Pool['start'] = (order, listen) => {
        const trial = opened.pool.start(order, listen);
        return {
          stop: () => trial.stop(),
          kill() {
            killed.push(order.number);
            return trial.kill();
          },
        };
      };
      return { ...opened, pool: { start } };
    };
    const { events, trials } = await run(base, { store, task: { ...task, open } });
    expect(made(events)).toHaveLength(trials.length);
    expect(killed).toEqual([]);
  });

  test.each([
    ['a list of seeds', winners],
    ['a seed rule', { ...resolving, keep: 'winners' } as const],
  ])(
    'under `winners` with %s only selected levels keep files; others are recorded as dropped and not made again',
    async (_, definition) => {
      const files = new Map<number, 'whole' | 'damaged'>();
      const store = new MemoryStore();
      const expected = await run({ ...definition, keep: 'all' });
      const { trials } = await run(definition, { store, task: withFiles(files), jobs: 3 });
      expect(trials).toEqual(expected.trials);
      const found = await stateOf(store, definition);
      expect([...files.keys()].sort((a, b) => a - b)).toEqual(found.selected);
      expect(found.selected.length).toBeLessThan(trials.length / 2);
      for (const { number, results } of found.trials) {
        expect(results, `trial ${number}`).toBe(files.has(number) ? undefined : 'dropped');
      }
      expect(made((await run(definition, { store, task: withFiles(files) })).events)).toEqual([]);
      // A lost file is made again, unlike a dropped one.
      files.delete(found.selected[0]!);
      const again = await run(definition, { store, task: withFiles(files) });
      expect(made(again.events)).toEqual([[found.selected[0], 'lost']]);
    },
  );

  test('dropped files that are requested are made again and then kept; `all` requests all files', async () => {
    const files = new Map<number, 'whole' | 'damaged'>();
    const store = new MemoryStore();
    const task = withFiles(files);
    await run(winners, { store, task });
    const dropped = (await store.read())!.trials.filter(({ results }) => results === 'dropped');
    const { number } = dropped[0]!;
    const asked: StudyEvent[] = [];
    for await (const event of runStudy({ definition: winners, task, store, keep: [number] })) asked.push(event);
    expect(made(asked)).toEqual([[number, 'dropped']]);
    expect(files.get(number)).toBe('whole');
    await run(winners, { store, task });
    expect([files.get(number), (await store.read())!.trials[number]!.results]).toEqual(['whole', 'kept']);
    const all = await run(base, { store, task });
    expect(made(all.events)).toEqual(dropped.slice(1).map((trial) => [trial.number, 'dropped']));
    const { trials } = (await store.read())!;
    expect(trials.map((trial) => trial.results)).toEqual(
      trials.map((trial) => (trial.number === number ? 'kept' : undefined)),
    );
    expect(files.size).toBe(trials.length);
    const wrong = runStudy({ definition: winners, task, store, keep: [1000] });
    await expect(wrong.next().then(() => wrong.next())).rejects.toThrow('keep: trial 1000 is not a finished trial');
  });

  test('if an extended study selects a level, its dropped models are made again', async () => {
    const files = new Map<number, 'whole' | 'damaged'>();
    const store = new MemoryStore();
    // With one seed size 2 is best, with three seeds size 3.
    const scores = new Map([
      [2, [9, 1, 1]],
      [3, [5, 5, 5]],
    ]);
    const task = functionTask({
      parameters,
      run: ({ size }, { seed }) => scores.get(Number(size))![seed - 1]!,
    });
    const filed: Task = { ...withFiles(files), settings: task.settings };
    const open = async (definition: StudyDefinition) => {
      const [opened, own] = [await withFiles(files).open(definition), await task.open(definition)];
      return {
        ...opened,
        pool: {
          start: (...[order, listen]: Parameters<typeof own.pool.start>) =>
            own.pool.start(order, (message) => {
              if (message.type === 'finished') files.set(order.number, 'whole');
              listen(message);
            }),
        },
      };
    };
    const plan: Plan = { kind: 'stages', stages: [{ factors: ['size'], levels: levels('size', [2, 3]) }] };
    const small = { ...winners, plan, seeds: [1] };
    expect((await run(small, { store, task: { ...filed, open } })).winner).toEqual({ size: 2 });
    expect([...files.keys()]).toEqual([0]);
    const { winner, events } = await run({ ...small, seeds: [1, 2, 3] }, { store, task: { ...filed, open } });
    expect(winner).toEqual({ size: 3 });
    expect(made(events)).toEqual([[1, 'dropped']]);
    const { trials, selected } = await stateOf(store, { ...small, seeds: [1, 2, 3] });
    expect([...files.keys()].sort()).toEqual(selected);
    expect(
      trials
        .filter(({ results }) => results === 'dropped')
        .map(({ seed, configuration }) => [seed, configuration.size]),
    ).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  test('after a process dies at any moment, also between record and removal, the next one restores the right files', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(winners, { ...resolving, keep: 'winners' } as const),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
        async (definition, jobs, crashes) => {
          const expected = await run({ ...definition, keep: 'all' });
          const files = new Map<number, 'whole' | 'damaged'>();
          const store = new MemoryStore();
          for (const calls of crashes) {
            let left = calls;
            const alive = () => left-- > 0;
            const dead = dying(store, calls);
            const task = withFiles(files, alive);
            await run(definition, { task, store: dead, jobs }).catch((error: unknown) => {
              expect(error).toBeInstanceOf(WorldError);
            });
            // Only trials that are recorded as dropped have no file.
            const { trials } = (await store.read())!;
            for (const { number, state, results } of trials) {
              if (state === 'complete' && results !== 'dropped') expect(files.get(number)).toBe('whole');
            }
          }
          const { trials, winner } = await run(definition, { task: withFiles(files), store, jobs });
          expect([...trials].sort()).toEqual([...expected.trials].sort());
          expect(winner).toEqual(expected.winner);
          const found = await stateOf(store, definition);
          expect([...files.keys()].sort((a, b) => a - b)).toEqual(found.selected);
        },
      ),
      { numRuns: 40 },
    );
  });
});
