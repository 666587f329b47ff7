/** The queue of jobs, on pg-boss: delivery at least once, heartbeats, and a fence against attempts that were taken over. */
import type { PgBoss } from 'pg-boss';
import { networkPatience, type Patience, patiently } from './database.ts';
import { missingPeers } from './database-error.ts';
import { trackSockets } from './sockets.ts';
import { queueName } from './sql/names.ts';
import { putFirst } from './sql/put-first.ts';
import { superviseJobs } from './supervision.ts';
import { type FleetJob, type JobKind, parseJob, singletonKey } from './work-order.ts';

/** Seconds without a heartbeat after which a job is given to another worker; pg-boss allows no fewer. */
const heartbeatSeconds = 10;
/** A job may run for a day (pg-boss's most); a worker that is lost is noticed by its heartbeat. */
const expireInSeconds = 86_000;
/** Attempts are lost with machines, not with trials: a failed training is a result. */
const retryLimit = 10_000;

/** Completed jobs say nothing that results do not say. */
const deleteAfterSeconds = 60;

/** An attempt at a job. The number of the attempt is the fence: an older one can neither complete nor fail the job. */
export interface Attempt {
  readonly id: string;
  readonly retryCount: number;
  readonly job: FleetJob;
}

/** The queue as coordinator and workers use it. Every method waits while the database is away. */
export interface Queue {
  /** Puts jobs into the queue. A job of which an equal one waits or runs is left out. */
  send(jobs: readonly FleetJob[]): Promise<void>;
  /** Takes up to so many jobs. */
  take(most: number): Promise<readonly Attempt[]>;
  /** Says that the attempts are alive. @returns the ids of those that are still ours. */
  touch(attempts: readonly Attempt[]): Promise<ReadonlySet<string>>;
  complete(attempts: readonly Attempt[]): Promise<void>;
  /** Gives a job back: another worker, or this one later, begins it again. */
  giveBack(attempt: Attempt): Promise<void>;
  close(): Promise<void>;
}

/** Copies and audits wait until no training waits. */
const priorities: Readonly<Record<JobKind, number>> = { training: 0, audit: -1, copy: -2 };
/** Trainings that were begun before go before all others. */
const returnedPriority = 1;

/** @param role the coordinator makes the tables and looks after lost jobs; workers do neither. */
export async function openQueue(address: string, role: 'coordinator' | 'worker', waiting: Patience): Promise<Queue> {
  const isCoordinator = role === 'coordinator';
  const closing = new AbortController();
  const signals = waiting.signal ? [waiting.signal, closing.signal] : [closing.signal];
  const patience: Patience = { ...waiting, signal: AbortSignal.any(signals) };
  const sockets = trackSockets();
  const options = {
    connectionString: address,
    max: 2,
    application_name: 'lenet-lab queue',
    // pg-boss hands these to pg. Without a time limit, a connection that is cut silently would stop heartbeats for ever.
    ...networkPatience,
    ...{ stream: sockets.stream },
    schedule: false,
    supervise: false,
    migrate: isCoordinator,
    createSchema: isCoordinator,
    registerInstance: false,
    openTelemetry: { enabled: false },
    monitorIntervalSeconds: 1,
    monitorVacuum: false,
  };
  const boss = await patiently(() => startBoss(options), patience);
  if (isCoordinator) {
    const limits = { heartbeatSeconds, expireInSeconds, retryLimit, retryDelay: 0, deleteAfterSeconds };
    await patiently(() => boss.createQueue(queueName, { policy: 'exclusive', ...limits }), patience);
    const { signal } = closing;
    const supervise = async () => {
      await boss.supervise(queueName);
      await putFirst(boss.getDb(), { from: priorities.training, to: returnedPriority });
    };
    void superviseJobs({ supervise, probe: () => boss.getQueue(queueName), signal });
  }
  const fenced = (attempts: readonly Attempt[]) => attempts.map(({ id, retryCount }) => ({ id, retryCount }));
  return {
    async send(jobs) {
      if (jobs.length === 0) return;
      const rows = jobs.map((data) => ({ data, priority: priorities[data.kind], singletonKey: singletonKey(data) }));
      await patiently(() => boss.insert(queueName, rows), patience);
    },
    async take(most) {
      const options = { batchSize: most, includeMetadata: true } as const;
      const found = await patiently(() => boss.fetch<unknown>(queueName, options), patience);
      const attempts: Attempt[] = [];
      for (const { id, retryCount, data } of found) {
        const job = parseJob(data);
        if (job) attempts.push({ id, retryCount, job });
        // Anybody with the role of a worker may put anything into the queue.
        else await patiently(() => boss.deleteJob(queueName, id), patience);
      }
      return attempts;
    },
    async touch(attempts) {
      const alive = await Promise.all(
        fenced(attempts).map(async (attempt) => {
          // pg-boss declares its answer without fields.
          const answer: object = await boss.touch(queueName, attempt);
          return 'affected' in answer && answer.affected === 0 ? [] : [attempt.id];
        }),
      );
      return new Set(alive.flat());
    },
    async complete(attempts) {
      if (attempts.length > 0) await patiently(() => boss.complete(queueName, fenced(attempts)), patience);
    },
    async giveBack({ id, retryCount }) {
      await patiently(() => boss.fail(queueName, { id, retryCount }), patience);
    },
    close() {
      closing.abort();
      return sockets.close(boss.stop({ graceful: false, close: true }));
    },
  };
}

async function startBoss(options: ConstructorParameters<typeof PgBoss>[0] & object): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss').catch((error: unknown) => {
    throw missingPeers(error);
  });
  const boss = new PgBoss(options);
  // The next call meets the same trouble and waits; without a listener the process would end.
  boss.on('error', () => {});
  await boss.start();
  return boss;
}
