/** Node's worker threads as the crew of one model. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { UsageError } from '../base/errors.ts';
import type { CrewPlan, Threads } from '../train/crew.ts';

/** What each worker is told. */
export interface ThreadOrder {
  readonly plan: CrewPlan;
  readonly index: number;
}

/** The number of cores this process may use. */
export function coreCount(): number {
  return availableParallelism();
}

/**
 * `count` threads to train or evaluate one model with (the calling thread is one of them).
 * Results are the same for any count. @throws UsageError unless count is an integer from 1 to 256.
 */
export function nodeThreads(count: number = coreCount()): Threads {
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new UsageError(`threads: expected an integer from 1 to 256, got ${count}`);
  }
  return { count, start: (plan) => startWorkers(plan) };
}

async function startWorkers(plan: CrewPlan): Promise<{ close(): Promise<void> }> {
  const workers = Array.from({ length: plan.threads - 1 }, (_, i) => {
    const workerData: ThreadOrder = { plan, index: i + 1 };
    return new Worker(new URL('./thread.js', import.meta.url), { workerData });
  });
  // A worker that cannot start would leave the others waiting for it, so all must be there before the first order.
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.once('message', () => resolve());
          worker.once('error', reject);
        }),
    ),
  );
  const ended = workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
  return {
    async close() {
      await Promise.all(ended);
    },
  };
}
