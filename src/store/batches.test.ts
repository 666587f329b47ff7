import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environment } from '../runner/environment.ts';
import type { StudyDefinition } from '../study/definition.ts';
import { JournalStore } from './journal-store.ts';

const definition: StudyDefinition = {
  name: 'batches',
  objective: 'score',
  base: {},
  plan: { kind: 'random', trials: 3, seed: 1 },
  space: { x: { kind: 'float', low: 0, high: 1 } },
  seeds: [1],
};

test('calls of one turn are recorded in their order, numbered as if one had waited for the other, in one write', async () => {
  let writes = 0;
  const store = new JournalStore(join(mkdtempSync(join(tmpdir(), 'lenet-batches-')), 'study.journal'), () => {
    writes++;
  });
  await store.open({ definition, dataHash: 'data', environment: environment(1) }, () => {});
  writes = 0;
  const starts = [1, 2, 3].map((seed) => store.startTrial({ configuration: { x: 0.5 }, seed, parameters: [] }));
  expect(await Promise.all(starts)).toEqual([0, 1, 2]);
  expect(writes).toBe(1);
  await Promise.all([
    store.reportEpoch(2, { epoch: 1, score: 7 }),
    store.endTrial(2, { state: 'pruned', reason: 'stopped' }),
    store.reportEpoch(0, { epoch: 1, score: 5 }),
    store.endTrial(0, { state: 'complete', score: 5 }),
  ]);
  expect(writes).toBe(2);
  const { trials } = (await store.read())!;
  expect(trials.map(({ seed, state, curve }) => [seed, state, curve.at(-1)?.score])).toEqual([
    [1, 'complete', 5],
    [2, 'running', undefined],
    [3, 'pruned', 7],
  ]);
  await store.close();
});

test('closing waits for what was called before', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lenet-batches-')), 'study.journal');
  const store = new JournalStore(path);
  await store.open({ definition, dataHash: 'data', environment: environment(1) }, () => {});
  void store.startTrial({ configuration: {}, seed: 1, parameters: [] });
  await store.close();
  expect((await new JournalStore(path).read())?.trials).toHaveLength(1);
});
