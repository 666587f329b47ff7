/** A worker: takes jobs from the queue, trains, and delivers results. It keeps nothing that others could miss. */
import { randomUUID } from 'node:crypto';
import { WorldError } from '../base/errors.ts';
import { connect, type Database, type Patience, patiently } from './database.ts';
import { Deliverer } from './deliverer.ts';
import { type Engine, requireSameEngine } from './engine.ts';
import { endsAfter, laterSignal, pause } from './pause.ts';
import type { Performed, Performer } from './performer.ts';
import { type Attempt, openQueue, type Queue } from './queue.ts';
import { digestOfResult, mostFileBytes, mostResultText } from './result.ts';
import { getBlob, putBlob } from './sql/blobs.ts';
import { hasSchema, requireSchema } from './sql/install.ts';
import { readProgress, saveProgress } from './sql/progress.ts';
import { readAssignment } from './sql/read-assignment.ts';
import { readResultOf } from './sql/read-results.ts';
import { countOthers, type Doing, registerWorker, sayDoing, unregisterWorker } from './sql/workers.ts';
import type { Assignment } from './work-order.ts';

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

export type WorkerEvent =
  /** No coordinator has used this database yet. */
  | { readonly type: 'waiting' }
  | { readonly type: 'ready'; readonly id: string }
  | { readonly type: 'began'; readonly key: string; readonly epoch: number }
  | { readonly type: 'ended'; readonly key: string; readonly seconds: number; readonly state: string }
  /** Another worker has taken the training over, or nobody needs it any more. */
  | { readonly type: 'taken over'; readonly key: string }
  | { readonly type: 'gave back'; readonly key: string; readonly why: string }
  /** The worker ends and could not say so, since the database is away. Another takes it over after 10 s. */
  | { readonly type: 'left behind'; readonly key: string }
  | { readonly type: 'away'; readonly why: string };

/** Heartbeats and signs of life (ms); a job without them for 10 s is given to another worker. */
const beatMs = 2_000;
/** The longest time between two looks into an empty queue (ms). */
const lookMs = 1_000;
/** How long a worker waits after a job that it cannot do (ms). */
const unableMs = 5_000;
/** How long a worker that ends waits for a database that is away (ms). */
const partingMs = 2_000;

/** Works until the signal is aborted. @throws UsageError for an engine that does not fit, WorldError for a database that cannot be used. */
export async function work(options: WorkerOptions): Promise<void> {
  const { address, tell } = options;
  const signal = laterSignal(options.signal, partingMs);
  const patience: Patience = { signal, onAway: (why) => tell({ type: 'away', why }) };
  const database = await connect(address, { connections: 3 });
  try {
    for (let isTold = false; !(await patiently(() => hasSchema(database), patience)); isTold = true) {
      if (!isTold) tell({ type: 'waiting' });
      if (options.signal.aborted) return;
      await pause(lookMs, options.signal);
    }
    await requireSchema(database);
    const queue = await openQueue(address, 'worker', patience);
    try {
      await new Worker(options, database, queue, patience).run();
    } finally {
      await queue.close();
    }
  } finally {
    await options.performer.close();
    await database.close();
  }
}

/** A training at work. */
interface Work {
  readonly attempt: Attempt;
  readonly stopper: AbortController;
  readonly began: number;
  share: number;
  changed: number;
  isTakenOver: boolean;
}

class Worker {
  readonly #id = randomUUID();
  readonly #options: WorkerOptions;
  readonly #database: Database;
  readonly #queue: Queue;
  readonly #patience: Patience;
  readonly #deliverer: Deliverer;
  readonly #working = new Set<Work>();
  readonly #assignments = new Map<string, Assignment>();
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
    this.#deliverer = new Deliverer(database, queue, patience);
  }

  async run(): Promise<void> {
    const { slots, name, cpu, engine, signal, tell } = this.#options;
    await registerWorker(this.#database, { id: this.#id, name, slots, engine, cpu });
    tell({ type: 'ready', id: this.#id });
    const onAbort = () => this.#stopAll();
    signal.addEventListener('abort', onAbort);
    this.#database.listen('lenet_job', () => this.#wake.abort());
    const beating = this.#beat();
    try {
      while (!signal.aborted && this.#failure === undefined) {
        const free = performance.now() < this.#restsUntil ? 0 : slots - this.#working.size;
        const taken = free > 0 ? await this.#queue.take(free) : [];
        for (const attempt of taken) this.#begin(attempt);
        this.#wake = new AbortController();
        if (taken.length < free || free === 0) await pause(lookMs, this.#wake.signal);
      }
    } catch (error) {
      // Whoever ends a worker does not ask whether the database is there.
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#stopAll();
      while (this.#working.size > 0) await pause(20);
      this.#beats.abort();
      const parting = Promise.all([beating, unregisterWorker(this.#database, this.#id)]);
      await endsAfter(parting, this.#beats.signal, { ms: 1_000, late: () => new Error('late') }).catch(() => {});
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  readonly #beats = new AbortController();

  #stopAll(): void {
    this.#wake.abort();
    for (const { stopper } of this.#working) stopper.abort();
  }

  #begin(attempt: Attempt): void {
    const now = performance.now();
    const work: Work = {
      attempt,
      stopper: new AbortController(),
      began: now,
      share: 0,
      changed: now,
      isTakenOver: false,
    };
    this.#working.add(work);
    // A signal may have come while the job was taken.
    if (this.#options.signal.aborted) work.stopper.abort();
    this.#do(work)
      .catch((error: unknown) => {
        if (this.#patience.signal?.aborted) this.#options.tell({ type: 'left behind', key: attempt.job.key });
        else this.#failure ??= error;
      })
      .finally(() => {
        this.#working.delete(work);
        this.#wake.abort();
      });
  }

  async #do(work: Work): Promise<void> {
    const { tell, performer } = this.#options;
    const { attempt } = work;
    const { study, key, run, kind, notBy, configuration, seed, until } = attempt.job;
    if (notBy === this.#id && (await patiently(() => countOthers(this.#database, this.#id), this.#patience)) > 0) {
      await this.#giveBack(attempt, 'another worker should audit this result');
      this.#restsUntil = performance.now() + lookMs;
      return;
    }
    const assignment = await this.#assignmentOf(study);
    if (assignment === undefined) {
      await this.#queue.complete([attempt]);
      return;
    }
    try {
      requireSameEngine(this.#options.engine, assignment.engine, 'this machine');
    } catch (error) {
      await this.#giveBack(attempt, 'this machine has another engine');
      throw error;
    }
    // An audit trusts no checkpoint of others.
    const saved =
      kind === 'audit' ? undefined : await patiently(() => readProgress(this.#database, study, run), this.#patience);
    tell({ type: 'began', key, epoch: saved?.epoch ?? 0 });
    let performed: Performed;
    try {
      performed = await performer.perform(
        assignment,
        { configuration, seed, until },
        {
          signal: work.stopper.signal,
          saved,
          progress: (share) => {
            if (share > work.share) work.changed = performance.now();
            work.share = share;
          },
          save: (progress) =>
            patiently(() => saveProgress(this.#database, { study, run, worker: this.#id }, progress), this.#patience),
          fetch: (name) => patiently(() => getBlob(this.#database, study, name), this.#patience),
        },
      );
    } catch (error) {
      // A full disk may have room again; wrong settings or a fault of the program stay.
      if (!(error instanceof WorldError)) {
        await this.#giveBack(attempt, error instanceof Error ? error.message : String(error));
        throw error;
      }
      performed = { type: 'unable', why: error.message };
    }
    await this.#end(work, performed);
  }

  async #end(work: Work, performed: Performed): Promise<void> {
    const { tell } = this.#options;
    const { attempt } = work;
    const { study, key } = attempt.job;
    if (performed.type === 'interrupted') {
      if (work.isTakenOver) tell({ type: 'taken over', key });
      else await this.#giveBack(attempt, 'the worker stops');
      return;
    }
    if (performed.type === 'unable') {
      await this.#giveBack(attempt, performed.why);
      this.#restsUntil = performance.now() + unableMs;
      return;
    }
    const { result, files } = performed;
    if (files.some(({ length }) => length > mostFileBytes)) {
      throw new WorldError(`a file of ${key} is larger than a fleet takes (${mostFileBytes} bytes)`);
    }
    for (const bytes of files) await patiently(() => putBlob(this.#database, study, bytes), this.#patience);
    const body = JSON.stringify(result);
    if (body.length > mostResultText) throw new WorldError(`the result of ${key} is too long to be sent`);
    const delivery = { id: randomUUID(), study, key, worker: this.#id, digest: digestOfResult(result), body };
    await this.#deliverer.deliver(delivery, attempt);
    this.#ended++;
    tell({ type: 'ended', key, seconds: (performance.now() - work.began) / 1000, state: result.end.state });
  }

  async #giveBack(attempt: Attempt, why: string): Promise<void> {
    await this.#queue.giveBack(attempt);
    this.#options.tell({ type: 'gave back', key: attempt.job.key, why });
  }

  async #assignmentOf(study: string): Promise<Assignment | undefined> {
    const known = this.#assignments.get(study);
    if (known) return known;
    const found = await patiently(() => readAssignment(this.#database, study), this.#patience);
    if (found) this.#assignments.set(study, found);
    return found;
  }

  /** Says every two seconds that this worker and its attempts are alive, and stops attempts that others have now. */
  async #beat(): Promise<void> {
    const { signal } = this.#beats;
    while (!signal.aborted) {
      await pause(beatMs, signal);
      const old = [...this.#working].filter(({ began }) => performance.now() - began > beatMs);
      try {
        const ours = await this.#queue.touch(old.map(({ attempt }) => attempt));
        for (const work of old) {
          if (ours.has(work.attempt.id) || !this.#working.has(work)) continue;
          const { study, key } = work.attempt.job;
          // Another worker has this training now. The first of both is welcome, a later one is a check.
          work.isTakenOver = true;
          if (await readResultOf(this.#database, study, key)) work.stopper.abort();
        }
        await sayDoing(this.#database, this.#id, { doing: this.#doing(), ended: this.#ended });
      } catch {
        // The next beat tries again; the training itself needs no database.
      }
    }
  }

  #doing(): Doing[] {
    const now = performance.now();
    return [...this.#working].slice(0, 1000).map(({ attempt, began, share, changed }) => ({
      study: attempt.job.study,
      key: attempt.job.key,
      seconds: (now - began) / 1000,
      share,
      silentSeconds: (now - changed) / 1000,
    }));
  }
}
