import { expect, test } from 'vitest';
import { superviseJobs } from './supervision.ts';

test('after an outage workers have six seconds for a heartbeat before jobs are given to others', async () => {
  let now = 0;
  const stopper = new AbortController();
  const supervised: number[] = [];
  const fromDatabase = (answer: () => void) => {
    if (now > 3_000 && now <= 300_000) return Promise.reject(new Error('ECONNREFUSED'));
    answer();
    return Promise.resolve();
  };
  await superviseJobs({
    supervise: () => fromDatabase(() => supervised.push(now)),
    probe: () => fromDatabase(() => {}),
    signal: stopper.signal,
    now: () => now,
    wait(ms) {
      now += ms;
      if (now > 310_000) stopper.abort();
      return Promise.resolve();
    },
  });
  expect(supervised).toEqual([1_000, 2_000, 3_000, 307_000, 308_000, 309_000, 310_000]);
});
