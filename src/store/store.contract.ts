/** The contract of every store. */
import { describe, expect, test } from 'vitest';
import type { StudyDefinition } from '../study/definition.ts';
import type { EpochPoint } from '../study/trial.ts';
import type { Environment, StudyStore } from './store.ts';

export const definition: StudyDefinition = {
  name: 's',
  protocol: 'post',
  objective: 'accuracy',
  base: {},
  plan: { kind: 'grid', factors: [{ name: 'a', levels: [{ label: '1', settings: { a: 1 } }] }] },
  space: { a: { kind: 'choices', values: [1, 2], numeric: 'int' } },
  seeds: [1],
};
export const environment: Environment = {
  cpu: 'c',
  cores: 2,
  memoryBytes: 1,
  os: 'o',
  node: 'v',
  version: '0',
  jobs: 1,
};
export const point = (epoch: number, accuracy: number): EpochPoint => ({
  epoch,
  score: accuracy * 100,
  train: { loss: 1, accuracy },
  selection: { loss: 2, accuracy },
  seconds: { train: 1, evaluate: 0.5 },
});

/** Writes two trials that ended, one pruned, and one that runs. */
export async function writeExample(store: StudyStore): Promise<void> {
  await store.open({ definition, dataHash: 'h', environment }, () => {});
  const number = await store.startTrial({ configuration: { a: 1 }, seed: 1, parameters: [] });
  for (const epoch of [0, 1]) await store.reportEpoch(number, point(epoch, 0.5));
  await store.endTrial(number, { state: 'complete', score: 50, wrong: Uint8Array.of(15, 15) });
  const second = await store.startTrial({ configuration: { a: 1 }, seed: 2, parameters: [] });
  await store.endTrial(second, { state: 'failed', reason: 'diverged' });
  const third = await store.startTrial({ configuration: { a: 2 }, seed: 1, parameters: [] });
  await store.reportEpoch(third, point(0, 0.25));
  await store.endTrial(third, { state: 'pruned', reason: 'far behind' });
  await store.startTrial({ configuration: { a: 2 }, seed: 2, parameters: [] });
}

/** @param fresh makes an empty store, and a function that opens it as another process would. */
export function testStore(name: string, fresh: () => { store: StudyStore; reopen: () => StudyStore }): void {
  describe(`${name} as a study’s store`, () => {
    test('holds nothing before it is opened', async () => {
      expect(await fresh().store.read()).toBeUndefined();
    });

    test('returns the records that were written', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      const record = (await reopen().read())!;
      expect(record).toMatchObject({ definition, dataHash: 'h', looks: [], foreign: [] });
      expect(record.trials).toEqual([
        {
          number: 0,
          configuration: { a: 1 },
          seed: 1,
          state: 'complete',
          score: 50,
          curve: [point(0, 0.5), point(1, 0.5)],
          wrong: Uint8Array.of(15, 15),
        },
        { number: 1, configuration: { a: 1 }, seed: 2, state: 'failed', reason: 'diverged', curve: [] },
        { number: 2, configuration: { a: 2 }, seed: 1, state: 'pruned', reason: 'far behind', curve: [point(0, 0.25)] },
        { number: 3, configuration: { a: 2 }, seed: 2, state: 'running', curve: [] },
      ]);
    });

    test('is continued by the next process: trial numbers continue, and both sessions are recorded', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      await store.close();
      const next = reopen();
      let seen = 0;
      const { record } = await next.open({ definition, dataHash: 'h', environment }, ({ trials }) => {
        seen = trials.length;
      });
      expect([seen, record.trials.length]).toEqual([4, 4]);
      await next.reportEpoch(3, point(0, 0.75));
      await next.endTrial(3, { state: 'complete', score: 75 });
      expect(await next.startTrial({ configuration: { a: 3 }, seed: 1, parameters: [] })).toBe(4);
      const after = (await reopen().read())!;
      expect(after.sessions).toHaveLength(2);
      expect(after.trials[3]).toMatchObject({ state: 'complete', score: 75, curve: [point(0, 0.75)] });
      await next.close();
    });

    test('a refused call changes nothing', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      await store.close();
      const refuse = () => {
        throw new Error('no');
      };
      const changed = { ...definition, seeds: [1, 2, 3] };
      await expect(reopen().open({ definition: changed, dataHash: 'h', environment }, refuse)).rejects.toThrow('no');
      expect(await reopen().read()).toMatchObject({ definition, sessions: [{}] });
    });

    test('an extended definition is recorded', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      await store.close();
      const grown = { ...definition, seeds: [1, 2, 3] };
      const next = reopen();
      await next.open({ definition: grown, dataHash: 'h', environment }, () => {});
      expect((await reopen().read())!.definition).toEqual(grown);
      await next.close();
    });

    test('decisions about the files of ended trials are recorded; the last one counts', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      const results = async () => (await reopen().read())!.trials.map((trial) => trial.results);
      expect(await results()).toEqual([undefined, undefined, undefined, undefined]);
      await store.recordResults(0, 'dropped');
      await store.recordResults(2, 'kept');
      expect(await results()).toEqual(['dropped', undefined, 'kept', undefined]);
      await store.close();
      const next = reopen();
      const { record } = await next.open({ definition, dataHash: 'h', environment }, () => {});
      expect(record.trials.map((trial) => trial.results)).toEqual(['dropped', undefined, 'kept', undefined]);
      await next.recordResults(0, 'whole');
      await next.recordResults(2, 'dropped');
      expect(await results()).toEqual([undefined, undefined, 'dropped', undefined]);
      await next.close();
    });

    test('every look at the test set is recorded', async () => {
      const { store, reopen } = fresh();
      await writeExample(store);
      const look = { trial: 0, configuration: { a: 1 }, seed: 1, loss: 0.1, accuracy: 0.9 };
      await store.recordLook(look);
      await store.recordLook({ ...look, trial: 1, seed: 2 });
      expect((await reopen().read())!.looks).toEqual([look, { ...look, trial: 1, seed: 2 }]);
    });
  });
}
