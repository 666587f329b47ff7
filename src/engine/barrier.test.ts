/** The barrier between real threads (the built code, in worker threads): nobody passes before all have arrived. */
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { Barrier, barrierWords } from './barrier.ts';

const shared = (words: number) => new Int32Array(new SharedArrayBuffer(words * 4));
const workers: Worker[] = [];
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())));

interface Passed {
  readonly early: number;
  readonly error?: string;
}

function passRounds(threads: number, rounds: number, failAt?: number): Promise<{ arrived: number; passed: Passed[] }> {
  const arrivals = shared(1);
  const words = shared(barrierWords);
  const passed = Array.from({ length: threads }, (_, index) => {
    const workerData = { words, arrivals, threads, index, rounds, failAt };
    const worker = new Worker(new URL('../../test/barrier-worker.mjs', import.meta.url), { workerData });
    workers.push(worker);
    return new Promise<Passed>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  });
  return Promise.all(passed).then((results) => ({ arrived: arrivals[0]!, passed: results }));
}

test.each([2, 3, 4, 5])('%i threads, 500 rounds', { timeout: 60_000 }, async (threads) => {
  const { arrived, passed } = await passRounds(threads, 500);
  expect(passed).toEqual(Array.from({ length: threads }, () => ({ early: 0, error: undefined })));
  expect(arrived).toBe(500 * threads);
});

test('when one thread fails, the others get an error instead of waiting', { timeout: 30_000 }, async () => {
  const { passed } = await passRounds(4, 500, 100);
  expect(passed.map(({ error }) => error)).toEqual(
    [0, 1, 2, 3].map((index) =>
      index === 1
        ? 'Error: this thread fails'
        : expect.stringContaining('WorldError: a thread of the engine has ended'),
    ),
  );
});

test('a single thread never waits', () => {
  const words = shared(barrierWords);
  new Barrier(words, 1).wait();
  expect([...words]).toEqual([0, 0, 0, 0]);
});

test('a thread that ended without an error is noticed, and the barrier cannot be used again', {
  timeout: 10_000,
}, () => {
  const asked: number[] = [];
  const barrier = new Barrier(shared(barrierWords), 2, () => asked.push(0) < 2);
  expect(() => barrier.wait()).toThrow(WorldError);
  expect(asked).toHaveLength(2);
  expect(() => barrier.wait()).toThrow(WorldError);
});
