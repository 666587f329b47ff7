/** Searches through the runner and a store: the same record for any number of jobs, and after any number of deaths. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { MemoryStore } from '../store/memory.ts';
import type { StudyRecord, StudyStore } from '../store/store.ts';
import type { SearchPlan, StudyDefinition } from '../study/definition.ts';
import { followStudy } from '../study/strategies.ts';
import { TrialTable } from '../study/trial.ts';
import { functionTask } from '../tasks/function.ts';
import type { Task } from '../tasks/task.ts';
import { dying } from './dying-store.testing.ts';
import { runStudy, type StudyEvent } from './study-run.ts';

const plan: SearchPlan = {
  kind: 'search',
  sampler: 'tpe',
  trainings: 24,
  earlyStopping: 'none',
  confirm: 2,
  parallel: 3,
  seed: 1,
};
const definition: StudyDefinition = {
  name: 's',
  objective: 'score',
  base: { epochs: 9 },
  plan,
  space: {
    x: { kind: 'float', low: -5, high: 5 },
    kind: { kind: 'choices', values: ['a', 'b'] },
  },
  seeds: [1],
};
const early: StudyDefinition = { ...definition, plan: { ...plan, earlyStopping: 'halving' } };

/** A function that reports a score after each epoch. Trials end in another order than they start. */
function task({ calls = [] }: { readonly calls?: number[] } = {}): Task {
  return functionTask({
    parameters: { x: 1, kind: 'a', epochs: 9 },
    async run({ x, kind, epochs }, { random, report, signal }) {
      const noise = random.uniform();
      let score = 0;
      for (let epoch = 1; epoch <= Number(epochs); epoch++) {
        await new Promise((resolve) => setTimeout(resolve, noise < 0.5 ? 1 : 0));
        if (signal.aborted) throw new Error('stopped');
        score = epoch / 9 - Number(x) ** 2 - (kind === 'b' ? 1 : 0) + noise;
        calls.push(epoch);
        if (epoch < Number(epochs)) report(epoch, score);
      }
      return score;
    },
  });
}

async function run(of: StudyDefinition, { jobs = 1, store = new MemoryStore(), own = task() } = {}) {
  const events: StudyEvent[] = [];
  for await (const event of runStudy({ definition: of, task: own, store, jobs })) events.push(event);
  return { events, record: (await store.read())! };
}

const linesOf = ({ trials }: StudyRecord) => trials.map((trial) => JSON.stringify(trial));
const viewOf = (record: StudyRecord) => followStudy(record.definition, new TrialTable(task().settings, record.trials));

describe.each([
  ['without early stopping', definition],
  ['with early stopping', early],
])('a search %s', (_, of) => {
  test('is the same for any number of jobs', async () => {
    const one = await run(of);
    expect(viewOf(one.record).finished).toBe(true);
    for (const jobs of [2, 5]) expect(linesOf((await run(of, { jobs })).record)).toEqual(linesOf(one.record));
  });

  test('is the same after its process died at any moment', async () => {
    const whole = linesOf((await run(of)).record);
    const store = new MemoryStore();
    let deaths = 0;
    for (;;) {
      try {
        await run(of, { store: dying(store, 7 + (deaths % 40)) as MemoryStore, jobs: 1 + (deaths % 4) });
        break;
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        deaths++;
      }
    }
    expect(deaths).toBeGreaterThan(5);
    expect(linesOf((await store.read())!)).toEqual(whole);
  });
});

test('a paused trial is heard no more, and is called again when it goes on', async () => {
  const calls: number[] = [];
  const { record, events } = await run(early, { own: task({ calls }) });
  expect(events.some(({ type }) => type === 'trial-pause')).toBe(true);
  const pruned = record.trials.filter(({ state }) => state === 'pruned');
  expect(pruned.length).toBeGreaterThan(0);
  for (const { curve } of pruned) expect(curve).toHaveLength(1);
  for (const { curve } of record.trials) expect(curve.map(({ epoch }) => epoch)).toEqual(curve.map((_, at) => at + 1));
});

describe('a budget in hours', () => {
  const inHours: StudyDefinition = { ...definition, plan: { ...plan, trainings: undefined!, hours: 1 } };
  const { trainings: _, ...rest } = inHours.plan as SearchPlan;
  const hours: StudyDefinition = { ...inHours, plan: { ...rest, hours: 0.5 / 3600 } };

  test('is turned into trainings once the base is trained, and recorded', async () => {
    const store: StudyStore = new MemoryStore();
    const { record } = await run(hours, { store: store as MemoryStore });
    const { trainings } = record.definition.plan as SearchPlan;
    expect(trainings).toBeGreaterThan(5);
    expect(viewOf(record).finished).toBe(true);
    // The same file goes on with the recorded number.
    const again = await run(hours, { store: store as MemoryStore });
    expect((again.record.definition.plan as SearchPlan).trainings).toBe(trainings);
    expect(again.record.trials).toHaveLength(record.trials.length);
  });
});
