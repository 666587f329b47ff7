/** The pool of workers on many machines, seen from the coordinator: performs what coordinator.ts decides. */
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { sha256Of } from '../disk/sha256.ts';
import type { FleetPace, FleetStatus } from '../runner/fleet-status.ts';
import { secondsOf } from '../study/trial.ts';
import type { Pool, RunningTrial, TrialMessage, TrialOrder } from '../tasks/task.ts';
import { type CoordinatorAction, type CoordinatorMessage, coordinate, emptyCoordinator } from './coordinator.ts';
import { type Database, type Patience, patiently } from './database.ts';
import { Inbox } from './inbox.ts';
import { Pace } from './pace.ts';
import { pause } from './pause.ts';
import type { Queue } from './queue.ts';
import type { WorkResult } from './result.ts';
import { SeenWorkers } from './seen-workers.ts';
import { cancelJobs, countJobs } from './sql/cancel-jobs.ts';
import { lostKeys } from './sql/lost-keys.ts';
import { dropProgress } from './sql/progress.ts';
import { readTakenResults } from './sql/read-results.ts';
import { saveStudy } from './sql/save-study.ts';
import { sayStatus } from './sql/studies.ts';
import { forgetWorkers, readWorkers, type WorkerSeen } from './sql/workers.ts';
import { stragglersIn } from './stragglers.ts';
import { type Assignment, type FleetJob, namesOf, type OrderNames } from './work-order.ts';

export interface FleetPoolOptions {
  readonly database: Database;
  readonly queue: Queue;
  /** The study's name in the database (a UUID), made when the first trial starts. */
  readonly study: () => string;
  /** For people. */
  readonly name: string;
  readonly assignment: Assignment;
  /** The share of trainings that are done twice, 0 to 1. */
  readonly audit: number;
  /** Brings to the database what workers need, before the first job is sent. */
  readonly prepare?: (study: string) => Promise<void>;
  /** Refuses a result that cannot be of this order, by throwing a WorldError. */
  readonly check?: (order: TrialOrder, result: WorkResult) => void;
  /** Called with the result of a training that is made again, before the study hears of it. */
  readonly keep?: (order: TrialOrder, result: WorkResult) => Promise<void>;
  readonly tell: (event: FleetEvent) => void;
  /** About how many trainings the study still needs. Default: those that it waits for. */
  readonly left?: () => number;
  /** Called every two seconds, and when the database goes away. */
  readonly show?: (status: FleetStatus) => void;
}

/** What a user may want to know. */
export type FleetEvent =
  | { readonly type: 'worker came' | 'worker left'; readonly worker: WorkerSeen; readonly workers: number }
  | { readonly type: 'straggler'; readonly number: number }
  | { readonly type: 'refused result'; readonly why: string }
  | { readonly type: 'idle'; readonly places: number; readonly wanted: number }
  | { readonly type: 'away'; readonly why: string };

/** A trial that the study waits for. */
interface Waiting {
  readonly order: TrialOrder;
  readonly names: OrderNames;
  readonly listen: (message: TrialMessage) => void;
}

/** The longest time between two looks for workers, and for lost jobs (ms). */
const [workersMs, lostMs] = [2_000, 10_000];

/** A pool for `runStudy`. Nothing is sent before the first trial starts. */
export function fleetPool(options: FleetPoolOptions): Pool & { readonly checks: number } {
  const coordinator = new Coordinator(options);
  return {
    start: (order, listen) => coordinator.start(order, listen),
    close: () => coordinator.close(),
    get checks() {
      return coordinator.checks;
    },
  };
}

class Coordinator {
  readonly #options: FleetPoolOptions;
  readonly #closing = new AbortController();
  readonly #patience: Patience;
  readonly #waiting = new Map<string, Waiting>();
  #state = emptyCoordinator;
  #messages: CoordinatorMessage[] = [];
  #begun: Promise<unknown> | undefined;
  #isDeciding = false;
  readonly #pace = new Pace(performance.now());
  #copies = 0;
  #isIdleTold = false;
  #workers: SeenWorkers | undefined;
  #inbox: Inbox | undefined;
  #queued = 0;

  constructor(options: FleetPoolOptions) {
    this.#options = options;
    const { tell } = options;
    const onAway = (why: string) => {
      tell({ type: 'away', why });
      this.#show(why);
    };
    this.#patience = { signal: this.#closing.signal, onAway };
  }

  get checks(): number {
    return this.#state.checks;
  }

  start(order: TrialOrder, listen: (message: TrialMessage) => void): RunningTrial {
    const { assignment, audit } = this.#options;
    const { configuration, seed, until = null, again } = order;
    const names = namesOf(assignment, { configuration, seed, until });
    // Results that are made again must not be those that were lost.
    const key = again ? sha256Of(`${names.key} ${crypto.randomUUID()}`) : names.key;
    this.#waiting.set(key, { order, names: { ...names, key }, listen });
    this.#say({ type: 'ordered', key, isAudited: isAudited(key, audit) });
    this.#begun ??= this.#begin().catch((error: unknown) => this.#fail(error));
    const end = (message?: TrialMessage) => {
      if (!this.#waiting.delete(key)) return;
      this.#say({ type: 'withdrawn', key });
      if (message) setImmediate(() => listen(message));
    };
    return {
      stop: () => end({ type: 'interrupted' }),
      kill: () => Promise.resolve(end()),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#inbox?.wake();
    // The queue first: it ends the waiting for a database that is away.
    await this.#options.queue.close();
    await this.#begun;
    await this.#options.database.close();
  }

  async #begin(): Promise<void> {
    const { database, study, name, assignment, prepare } = this.#options;
    const id = study();
    this.#workers = new SeenWorkers(id);
    const inbox = this.#inboxOf(id);
    this.#inbox = inbox;
    await this.#try(() => saveStudy(database, { id, name, assignment }));
    await this.#try(() => prepare?.(id) ?? Promise.resolve());
    await this.#try(() => forgetWorkers(database));
    const before = await this.#try(() => readTakenResults(database, id));
    const known = before.map(({ id: delivery, key, worker, digest }): CoordinatorMessage => {
      return { type: 'result', key, heard: { id: delivery, worker, digest } };
    });
    const ordered = this.#messages.splice(0);
    this.#messages = known;
    await inbox.readAll();
    // Earlier results come first: what has one is not sent again.
    this.#messages = [...this.#messages, ...ordered];
    database.listen('lenet_result', (payload) => {
      if (payload === '' || payload === id) inbox.wake();
    });
    const following = inbox.follow(this.#closing.signal).catch(this.#unlessClosed);
    await Promise.all([following, this.#lookAtWorkers(id), this.#lookForLost(id), this.#decide(true)]);
  }

  #try<T>(act: () => Promise<T>): Promise<T> {
    return patiently(act, this.#patience);
  }

  #say(...messages: CoordinatorMessage[]): void {
    this.#messages.push(...messages);
    // A turn later, so that many orders become one insert.
    setImmediate(() => void this.#decide().catch((error: unknown) => this.#fail(error)));
  }

  #isReady = false;

  async #decide(isFirst = false): Promise<void> {
    this.#isReady ||= isFirst;
    if (!this.#isReady || this.#isDeciding) return;
    this.#isDeciding = true;
    try {
      while (this.#messages.length > 0) {
        const messages = this.#messages.splice(0);
        const { state, actions } = coordinate(this.#state, messages);
        this.#state = state;
        await this.#perform(actions);
      }
    } finally {
      this.#isDeciding = false;
    }
  }

  async #perform(actions: readonly CoordinatorAction[]): Promise<void> {
    const { database, queue, study } = this.#options;
    const jobs = actions.flatMap((action) => (action.type === 'send' ? (this.#jobOf(action) ?? []) : []));
    const ends = actions.filter((action) => action.type === 'end');
    const runs: string[] = [];
    for (const { key, heard } of ends) {
      const ended = await this.#end(key, heard.id);
      if (ended) runs.push(ended);
    }
    for (const action of actions) if (action.type === 'alarm') this.#alarm(action);
    if (this.#closing.signal.aborted) return;
    await queue.send(jobs);
    if (jobs.length > 0) await this.#try(() => database.query("select pg_notify('lenet_job', '')"));
    // Copies, and attempts of workers that were thought to be dead.
    if (ends.length > 0)
      await this.#try(() =>
        cancelJobs(
          database,
          study(),
          ends.map(({ key }) => key),
        ),
      );
    if (runs.length > 0) await this.#try(() => dropProgress(database, study(), runs));
  }

  #jobOf({ key, kind, notBy }: CoordinatorAction & { type: 'send' }): FleetJob | undefined {
    const waiting = this.#waiting.get(key);
    if (!waiting) return undefined;
    const { configuration, seed, until = null, number } = waiting.order;
    if (kind === 'copy') {
      this.#copies++;
      this.#options.tell({ type: 'straggler', number });
    }
    const { run } = waiting.names;
    return { study: this.#options.study(), key, run, kind, notBy: notBy ?? null, configuration, seed, until };
  }

  /** Tells the study a result. @returns the name of a training that has ended for good. */
  async #end(key: string, id: string): Promise<string | undefined> {
    const waiting = this.#waiting.get(key);
    const result = await this.#inbox?.take(id);
    if (!waiting) return undefined;
    if (!result) {
      const { number } = waiting.order;
      throw new WorldError(`the result of trial ${number} was removed from the database; run the same command again`);
    }
    const { order, names, listen } = waiting;
    if (order.again && result.end.state === 'finished') await this.#options.keep?.(order, result);
    if (!this.#waiting.delete(key)) return undefined;
    this.#pace.end(performance.now(), secondsOf({ curve: result.points }));
    for (const point of result.points) listen({ type: 'epoch', point, share: 1 });
    listen(endMessage(result));
    return result.end.state === 'paused' ? undefined : names.run;
  }

  #inboxOf(study: string): Inbox {
    const { database, check, tell } = this.#options;
    return new Inbox({
      database,
      study,
      patience: this.#patience,
      nameOf: (worker) => this.#workerName(worker),
      isWanted: (key, result) => {
        const waiting = this.#waiting.get(key);
        if (waiting) check?.(waiting.order, result);
        return waiting !== undefined;
      },
      say: (message) => this.#say(message),
      onRefused: (why) => tell({ type: 'refused result', why }),
    });
  }

  #alarm({ key, first, second }: CoordinatorAction & { type: 'alarm' }): void {
    const [a, b] = [first, second].map(({ worker }) => this.#workerName(worker));
    const number = this.#waiting.get(key)?.order.number;
    const which = number === undefined ? `the training ${shortHash(key)}` : `trial ${number}`;
    this.#fail(
      new WorldError(
        `${a} and ${b} gave different results for ${which} (digests ${shortHash(first.digest)} and ${shortHash(second.digest)}). One of the two machines computes wrongly or lies: take it out of the fleet, remove the study's wrong trials by running it in another folder, then run the same command again`,
      ),
    );
  }

  /** Ends the study with an error. */
  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { listen } of all) listen({ type: 'failed', kind: 'world', message });
  }

  #workerName(id: string): string {
    return this.#workers?.name(id) ?? id;
  }

  async #lookAtWorkers(study: string): Promise<void> {
    const { database } = this.#options;
    while (!this.#closing.signal.aborted) {
      const seen = await this.#try(() => readWorkers(database)).catch(this.#unlessClosed);
      const jobs = await this.#try(() => countJobs(database)).catch(this.#unlessClosed);
      if (!seen || !jobs || !this.#workers) return;
      this.#queued = jobs.queued;
      this.#meet(this.#workers, seen);
      this.#showProgress(this.#workers);
      this.#lookForStragglers(this.#workers);
      await this.#try(() => sayStatus(database, study, this.#paceNow())).catch(this.#unlessClosed);
      this.#show(null);
      await pause(workersMs, this.#closing.signal);
    }
  }

  #meet(workers: SeenWorkers, seen: readonly WorkerSeen[]): void {
    const { came, left } = workers.see(seen);
    const { count } = workers;
    for (const worker of came) {
      this.#say({ type: 'worker came', worker: worker.id, slots: worker.slots });
      this.#options.tell({ type: 'worker came', worker, workers: count });
    }
    for (const worker of left) {
      this.#say({ type: 'worker left', worker: worker.id });
      this.#options.tell({ type: 'worker left', worker, workers: count });
    }
  }

  #showProgress({ atWork }: SeenWorkers): void {
    for (const { key, share } of atWork) {
      this.#waiting.get(key)?.listen({ type: 'progress', share: Math.min(share, 0.99) });
    }
  }

  #lookForStragglers({ idle, atWork }: SeenWorkers): void {
    const [queued, wanted] = [this.#queued, this.#waiting.size];
    const slow = stragglersIn({ queued, idle, atWork, ended: this.#pace.seconds });
    for (const key of slow) this.#say({ type: 'straggler', key });
    const isIdle = queued === 0 && idle > 0 && wanted > 0;
    if (isIdle && !this.#isIdleTold) this.#options.tell({ type: 'idle', places: idle, wanted });
    this.#isIdleTold = isIdle;
  }

  #paceNow(): FleetPace {
    const now = performance.now();
    const wanted = this.#waiting.size;
    const left = Math.max(wanted, this.#options.left?.() ?? 0);
    return {
      wanted,
      ended: this.#pace.ended,
      left,
      checks: this.#state.checks,
      copies: this.#copies,
      perMinute: this.#pace.perMinute(now),
      secondsLeft: this.#pace.secondsFor(left, now),
    };
  }

  #show(away: string | null): void {
    this.#options.show?.({
      at: Date.now(),
      away,
      queued: this.#queued,
      workers: this.#workers?.shown((key) => this.#waiting.get(key)?.order.number) ?? [],
      pace: this.#paceNow(),
    });
  }

  async #lookForLost(study: string): Promise<void> {
    const { database } = this.#options;
    while (!this.#closing.signal.aborted) {
      await pause(lostMs, this.#closing.signal);
      const keys = [...this.#state.wanted.keys()];
      const lost = await this.#try(() => lostKeys(database, study, keys)).catch(this.#unlessClosed);
      for (const key of lost ?? []) this.#say({ type: 'lost', key });
    }
  }

  /** An error of a query that the closing of the pool cut off means nothing. */
  readonly #unlessClosed = (error: unknown): undefined => {
    if (!this.#closing.signal.aborted) throw error;
  };
}

/** Whether a training is done twice: chosen by its key, so that the choice does not depend on the fleet. */
function isAudited(key: string, share: number): boolean {
  return Number.parseInt(key.slice(0, 8), 16) < share * 2 ** 32;
}

function endMessage({ end }: WorkResult): TrialMessage {
  switch (end.state) {
    case 'finished':
      return end.wrong === undefined
        ? { type: 'finished' }
        : { type: 'finished', wrong: new Uint8Array(Buffer.from(end.wrong, 'base64')) };
    case 'paused':
      return { type: 'paused' };
    case 'failed':
      return { type: 'failed', kind: 'trial', message: end.message };
  }
}
