/** A worker: takes jobs from the queue, trains, and delivers results. It keeps nothing that others could miss. */
import { randomUUID } from 'node:crypto';
import { connect, type Database, type Patience, patiently } from './database.ts';
import { Deliverer } from './deliverer.ts';
import type { Engine } from './engine.ts';
import { beat } from './heartbeat.ts';
import { IdleWatch } from './idle-watch.ts';
import { JobWork, newWork, type Work } from './job-work.ts';
import { outageTeller } from './outage.ts';
import { endsAfter, laterSignal, onAbort, pause } from './pause.ts';
import type { Performer } from './performer.ts';
import { type Attempt, openQueue, type Queue } from './queue.ts';
import { hasSchema, requireSchema } from './sql/install.ts';
import { channels } from './sql/names.ts';
import { registerWorker, unregisterWorker } from './sql/workers.ts';
import type { WorkerEvent } from './worker-event.ts';

export interface WorkerOptions {
  readonly address: string;
  /** Trainings at once. */
  readonly slots: number;
  /** For people: the name of the machine. */
  readonly name: string;
  readonly cpu: string;
  readonly engine: Engine;
  readonly performer: Performer;
  /** Stops the worker: trainings save themselves and are given back. */
  readonly signal: AbortSignal;
  readonly tell: (event: WorkerEvent) => void;
}

/** The longest time between two looks into an empty queue (ms). */
const lookMs = 1_000;
/** How long a worker that ends waits for a database that is away (ms). */
const partingMs = 2_000;

/** Works until the signal is aborted. @throws UsageError for an engine that does not fit, WorldError for a database that cannot be used. */
export async function work(options: WorkerOptions): Promise<void> {
  const { address, tell } = options;
  const signal = laterSignal(options.signal, partingMs);
  const patience: Patience = { signal, ...outageTeller(tell) };
  try {
    const database = await connect(address, { connections: 3 }, { ...patience, signal: options.signal });
    try {
      await workWith(database, patience, options);
    } finally {
      await database.close();
    }
  } catch (error) {
    // Whoever ends a worker does not ask whether the database is there.
    if (!options.signal.aborted) throw error;
  } finally {
    await options.performer.close();
  }
}

async function workWith(database: Database, patience: Patience, options: WorkerOptions): Promise<void> {
  const { address, tell } = options;
  for (let isTold = false; !(await patiently(() => hasSchema(database), patience)); isTold = true) {
    if (!isTold) tell({ type: 'waiting' });
    if (options.signal.aborted) return;
    await pause(lookMs, options.signal);
  }
  await patiently(() => requireSchema(database), patience);
  const queue = await openQueue(address, 'worker', patience);
  try {
    await new Worker(options, database, queue, patience).run();
  } finally {
    await queue.close();
  }
}

class Worker {
  readonly #id = randomUUID();
  readonly #options: WorkerOptions;
  readonly #database: Database;
  readonly #queue: Queue;
  readonly #patience: Patience;
  readonly #jobs: JobWork;
  readonly #idle: IdleWatch;
  readonly #working = new Set<Work>();
  readonly #beats = new AbortController();
  #ended = 0;
  /** Ends the waiting for work. */
  #wake = new AbortController();
  #failure: unknown;
  /** The time until which nothing is taken, since this machine cannot work now. */
  #restsUntil = 0;

  constructor(options: WorkerOptions, database: Database, queue: Queue, patience: Patience) {
    this.#options = options;
    this.#database = database;
    this.#queue = queue;
    this.#patience = patience;
    const { engine, performer, tell } = options;
    this.#idle = new IdleWatch(database, tell);
    this.#jobs = new JobWork({
      ...{ worker: this.#id, engine, performer, database, queue, patience, tell },
      deliverer: new Deliverer(database, queue, patience),
      rest: (ms) => {
        this.#restsUntil = performance.now() + ms;
      },
    });
  }

  async run(): Promise<void> {
    const { slots, name, cpu, engine, signal, tell } = this.#options;
    const about = { id: this.#id, name, slots, engine, cpu };
    await patiently(() => registerWorker(this.#database, about), this.#patience);
    tell({ type: 'ready', id: this.#id });
    const deafen = onAbort(signal, () => this.#stopAll());
    this.#database.listen(channels.jobs, () => this.#wake.abort());
    const beating = beat(
      {
        ...{ worker: this.#id, database: this.#database, queue: this.#queue, working: this.#working },
        ended: () => this.#ended,
      },
      this.#beats.signal,
    );
    try {
      while (!signal.aborted && this.#failure === undefined) await this.#takeJobs();
    } finally {
      deafen();
      this.#stopAll();
      while (this.#working.size > 0) await pause(20);
      this.#beats.abort();
      const parting = Promise.all([beating, unregisterWorker(this.#database, this.#id)]);
      await endsAfter(parting, this.#beats.signal, { ms: 1_000, late: () => new Error('late') }).catch(() => {});
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #takeJobs(): Promise<void> {
    const isResting = performance.now() < this.#restsUntil;
    const free = isResting ? 0 : this.#options.slots - this.#working.size;
    const taken = free > 0 ? await this.#queue.take(free) : [];
    for (const attempt of taken) this.#begin(attempt);
    if (this.#working.size > 0 || isResting) this.#idle.end();
    else await this.#idle.look();
    this.#wake = new AbortController();
    if (taken.length < free || free === 0) await pause(lookMs, this.#wake.signal);
  }

  #stopAll(): void {
    this.#wake.abort();
    for (const { stopper } of this.#working) stopper.abort();
  }

  #begin(attempt: Attempt): void {
    const work = newWork(attempt);
    this.#working.add(work);
    // A signal may have come while the job was taken.
    if (this.#options.signal.aborted) work.stopper.abort();
    this.#jobs
      .do(work)
      .then((isDone) => {
        if (isDone) this.#ended++;
      })
      .catch((error: unknown) => {
        if (this.#patience.signal?.aborted) this.#options.tell({ type: 'left behind', key: attempt.job.key });
        else this.#failure ??= error;
      })
      .finally(() => {
        this.#working.delete(work);
        this.#wake.abort();
      });
  }
}
