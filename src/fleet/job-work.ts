/** One job on a worker: trains, and delivers the result or gives the job back. */
import { randomUUID } from 'node:crypto';
import { WorldError } from '../base/errors.ts';
import { type Database, type Patience, patiently } from './database.ts';
import type { Deliverer } from './deliverer.ts';
import { type Engine, requireSameEngine } from './engine.ts';
import type { Performed, Performer } from './performer.ts';
import type { Attempt, Queue } from './queue.ts';
import { digestOfResult, mostFileBytes, mostResultText } from './result.ts';
import { getBlob, putBlob } from './sql/blobs.ts';
import { readProgress, saveProgress } from './sql/progress.ts';
import { readAssignment } from './sql/read-assignment.ts';
import { countOthers } from './sql/workers.ts';
import type { Assignment } from './work-order.ts';
import type { WorkerEvent } from './worker-event.ts';

/** How long a worker takes no job after one that it cannot do, and after one that others should do (ms). */
const [unableMs, leftToOthersMs] = [5_000, 1_000];

/** A training at work. Times are those of a monotonic clock (ms). */
export interface Work {
  readonly attempt: Attempt;
  readonly stopper: AbortController;
  readonly began: number;
  /** The part that is done, 0 to 1, and when it last grew. */
  share: number;
  changed: number;
  /** Whether another worker has the job now. */
  isTakenOver: boolean;
}

export function newWork(attempt: Attempt): Work {
  const now = performance.now();
  return { attempt, stopper: new AbortController(), began: now, share: 0, changed: now, isTakenOver: false };
}

export interface JobWorkOptions {
  /** The worker's name in the database. */
  readonly worker: string;
  readonly engine: Engine;
  readonly performer: Performer;
  readonly database: Database;
  readonly queue: Queue;
  readonly deliverer: Deliverer;
  readonly patience: Patience;
  readonly tell: (event: WorkerEvent) => void;
  /** The worker should take no jobs for so long (ms). */
  readonly rest: (ms: number) => void;
}

export class JobWork {
  readonly #options: JobWorkOptions;
  readonly #assignments = new Map<string, Assignment>();

  constructor(options: JobWorkOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the job is done, given back, or somebody else's. @returns whether it gave a result.
   * @throws UsageError for another engine, and any error that would meet every job; the job is given back before.
   */
  async do(work: Work): Promise<boolean> {
    const { attempt } = work;
    const { study, notBy } = attempt.job;
    const { worker, database, queue, engine, rest } = this.#options;
    if (notBy === worker && (await this.#patiently(() => countOthers(database, worker))) > 0) {
      await this.#giveBack(attempt, 'another worker should audit this result');
      rest(leftToOthersMs);
      return false;
    }
    const assignment = await this.#assignmentOf(study);
    if (assignment === undefined) {
      await queue.complete([attempt]);
      return false;
    }
    try {
      requireSameEngine(engine, assignment.engine, 'this machine');
    } catch (error) {
      await this.#giveBack(attempt, 'this machine has another engine');
      throw error;
    }
    return this.#end(work, await this.#train(work, assignment));
  }

  async #train(work: Work, assignment: Assignment): Promise<Performed> {
    const { worker, database, performer, tell } = this.#options;
    const { attempt, stopper } = work;
    const { study, key, run, kind, configuration, seed, until } = attempt.job;
    // An audit trusts no checkpoint of others.
    const saved = kind === 'audit' ? undefined : await this.#patiently(() => readProgress(database, study, run));
    tell({ type: 'began', key, epoch: saved?.epoch ?? 0 });
    try {
      return await performer.perform(
        assignment,
        { configuration, seed, until },
        {
          signal: stopper.signal,
          saved,
          progress(share) {
            if (share > work.share) work.changed = performance.now();
            work.share = share;
          },
          save: (progress) => this.#patiently(() => saveProgress(database, { study, run, worker }, progress)),
          fetch: (name) => this.#patiently(() => getBlob(database, study, name)),
        },
      );
    } catch (error) {
      // A full disk may have room again; wrong settings or a fault of the program stay.
      if (error instanceof WorldError) return { type: 'unable', why: error.message };
      await this.#giveBack(attempt, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  async #end({ attempt, began, isTakenOver }: Work, performed: Performed): Promise<boolean> {
    const { tell, rest, database, worker, deliverer } = this.#options;
    const { study, key } = attempt.job;
    if (performed.type === 'interrupted') {
      if (isTakenOver) tell({ type: 'taken over', key });
      else await this.#giveBack(attempt, 'the worker stops');
      return false;
    }
    if (performed.type === 'unable') {
      await this.#giveBack(attempt, performed.why);
      rest(unableMs);
      return false;
    }
    const { result, files } = performed;
    if (files.some(({ length }) => length > mostFileBytes)) {
      throw new WorldError(`a file of ${key} is larger than a fleet takes (${mostFileBytes} bytes)`);
    }
    for (const bytes of files) await this.#patiently(() => putBlob(database, study, bytes));
    const body = JSON.stringify(result);
    if (body.length > mostResultText) throw new WorldError(`the result of ${key} is too long to be sent`);
    await deliverer.deliver({ id: randomUUID(), study, key, worker, digest: digestOfResult(result), body }, attempt);
    tell({ type: 'ended', key, seconds: (performance.now() - began) / 1000, state: result.end.state });
    return true;
  }

  async #giveBack(attempt: Attempt, why: string): Promise<void> {
    await this.#options.queue.giveBack(attempt);
    this.#options.tell({ type: 'gave back', key: attempt.job.key, why });
  }

  async #assignmentOf(study: string): Promise<Assignment | undefined> {
    const known = this.#assignments.get(study);
    if (known) return known;
    const found = await this.#patiently(() => readAssignment(this.#options.database, study));
    if (found) this.#assignments.set(study, found);
    return found;
  }

  #patiently<T>(act: () => Promise<T>): Promise<T> {
    return patiently(act, this.#options.patience);
  }
}
