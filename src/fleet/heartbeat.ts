/** Says every two seconds that a worker and its attempts are alive, and stops attempts that others have now. */
import type { Database } from './database.ts';
import type { Work } from './job-work.ts';
import { pause } from './pause.ts';
import type { Queue } from './queue.ts';
import { readResultOf } from './sql/read-results.ts';
import { type Doing, sayDoing } from './sql/workers.ts';

/** Time between two heartbeats (ms); a job without them for 10 s is given to another worker. */
const beatMs = 2_000;

/** The most trainings of a worker that the database hears of. */
const mostSaid = 1_000;

export interface HeartbeatOptions {
  /** The worker's name in the database. */
  readonly worker: string;
  readonly database: Database;
  readonly queue: Queue;
  /** The trainings at work now. */
  readonly working: ReadonlySet<Work>;
  /** How many trainings the worker has ended. */
  readonly ended: () => number;
}

/** Beats until the signal is aborted. Errors are left to the next beat: the training itself needs no database. */
export async function beat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(beatMs, signal);
    await beatOnce(options).catch(() => {});
  }
}

async function beatOnce({ worker, database, queue, working, ended }: HeartbeatOptions): Promise<void> {
  const old = [...working].filter(({ began }) => performance.now() - began > beatMs);
  const ours = await queue.touch(old.map(({ attempt }) => attempt));
  for (const work of old) {
    if (ours.has(work.attempt.id) || !working.has(work)) continue;
    const { study, key } = work.attempt.job;
    // Another worker has this training now. The first of both is welcome, a later one is a check.
    work.isTakenOver = true;
    if (await readResultOf(database, study, key)) work.stopper.abort();
  }
  await sayDoing(database, worker, { doing: doingOf(working), ended: ended() });
}

function doingOf(working: ReadonlySet<Work>): Doing[] {
  const now = performance.now();
  return [...working].slice(0, mostSaid).map(({ attempt, began, share, changed }) => ({
    study: attempt.job.study,
    key: attempt.job.key,
    seconds: (now - began) / 1000,
    share,
    silentSeconds: (now - changed) / 1000,
  }));
}
