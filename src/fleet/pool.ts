/** The pool of workers on many machines, seen from the coordinator: performs what coordinator.ts decides. */
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import type { FleetStatus } from '../runner/fleet-status.ts';
import { secondsOf } from '../study/trial.ts';
import type { Pool, RunningTrial, TrialMessage, TrialOrder } from '../tasks/task.ts';
import { type CoordinatorAction, type CoordinatorMessage, coordinate, emptyCoordinator } from './coordinator.ts';
import { type Database, type Patience, patiently } from './database.ts';
import type { FleetEvent } from './fleet-event.ts';
import { FleetWatch } from './fleet-watch.ts';
import { Inbox } from './inbox.ts';
import { outageTeller } from './outage.ts';
import { endsAfter, pause } from './pause.ts';
import type { Queue } from './queue.ts';
import type { WorkResult } from './result.ts';
import { cancelJobs } from './sql/cancel-jobs.ts';
import { lostKeys } from './sql/lost-keys.ts';
import { channels } from './sql/names.ts';
import { dropProgress } from './sql/progress.ts';
import { readTakenResults } from './sql/read-results.ts';
import { saveStudy } from './sql/save-study.ts';
import { wakeWorkers } from './sql/wake-workers.ts';
import { forgetWorkers } from './sql/workers.ts';
import { WaitingTrials } from './waiting-trials.ts';
import type { Assignment, FleetJob } from './work-order.ts';

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
  /** The most trainings that the study's search has in flight; null (default) for other studies. */
  readonly parallel?: number | null;
  /** About how many trainings the study still needs. Default: those that it waits for. */
  readonly left?: () => number;
  /** Called every two seconds, and when the database goes away. */
  readonly show?: (status: FleetStatus) => void;
}

/** Time between two looks for lost jobs (ms). */
const lostMs = 10_000;
/** The longest wait for the last word on a study (ms). */
const lastMs = 1_000;

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
  readonly #waiting = new WaitingTrials();
  #state = emptyCoordinator;
  #messages: CoordinatorMessage[] = [];
  #begun: Promise<unknown> | undefined;
  #isDeciding = false;
  #watch: FleetWatch | undefined;
  #inbox: Inbox | undefined;

  constructor(options: FleetPoolOptions) {
    this.#options = options;
    const { tell } = options;
    const outage = outageTeller((event) => {
      tell(event);
      if (event.type === 'away') this.#watch?.show(event.why);
    });
    this.#patience = { signal: this.#closing.signal, ...outage };
  }

  get checks(): number {
    return this.#state.checks;
  }

  start(order: TrialOrder, listen: (message: TrialMessage) => void): RunningTrial {
    const { assignment, audit } = this.#options;
    const key = this.#waiting.add(order, listen, assignment);
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
    // The last look may be two seconds old. Without an answer the study counts as silent.
    await endsAfter(this.#lastWord(), this.#closing.signal, { ms: lastMs, late: () => new Error('late') }).catch(
      () => {},
    );
    await this.#options.database.close();
  }

  /** How the study stands at the end, for the page and for the other machines. */
  async #lastWord(): Promise<void> {
    this.#watch?.show();
    await this.#watch?.say();
  }

  async #begin(): Promise<void> {
    const { database, study, name, assignment, prepare } = this.#options;
    const id = study();
    const watch = this.#watchOf(id);
    this.#watch = watch;
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
    database.listen(channels.results, (payload) => {
      if (payload === '' || payload === id) inbox.wake();
    });
    const { signal } = this.#closing;
    const looking = [inbox.follow(signal), watch.run(signal), this.#lookForLost(id)];
    await Promise.all([...looking.map((one) => one.catch(this.#unlessClosed)), this.#decide(true)]);
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
    const jobs: FleetJob[] = [];
    for (const action of actions) {
      const job = action.type === 'send' ? this.#waiting.job(action, study()) : undefined;
      if (job) jobs.push(job);
      if (job?.kind === 'copy') this.#watch?.copy(this.#waiting.get(job.key)!.order.number);
    }
    const ends = actions.filter((action) => action.type === 'end');
    const runs: string[] = [];
    for (const { key, heard } of ends) {
      const run = await this.#end(key, heard.id);
      if (run) runs.push(run);
    }
    for (const action of actions) if (action.type === 'alarm') this.#alarm(action);
    if (this.#closing.signal.aborted) return;
    await queue.send(jobs);
    if (jobs.length > 0) await this.#try(() => wakeWorkers(database));
    const ended = ends.map(({ key }) => key);
    // Copies, and attempts of workers that were thought to be dead.
    if (ended.length > 0) await this.#try(() => cancelJobs(database, study(), ended));
    if (runs.length > 0) await this.#try(() => dropProgress(database, study(), runs));
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
    const { order, run } = waiting;
    if (order.again && result.end.state === 'finished') await this.#options.keep?.(order, result);
    if (!this.#waiting.has(key)) return undefined;
    this.#watch?.end(secondsOf({ curve: result.points }));
    this.#waiting.end(key, result);
    return result.end.state === 'paused' ? undefined : run;
  }

  #watchOf(study: string): FleetWatch {
    const { database, parallel = null, left = () => 0, tell, show = () => {} } = this.#options;
    return new FleetWatch({
      ...{ database, study, patience: this.#patience, trials: this.#waiting, parallel, left, tell, show },
      checks: () => this.#state.checks,
      say: (message) => this.#say(message),
    });
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
    this.#waiting.fail(error instanceof Error ? error.message : String(error));
  }

  #workerName(id: string): string {
    return this.#watch?.nameOf(id) ?? id;
  }

  async #lookForLost(study: string): Promise<void> {
    const { database } = this.#options;
    while (!this.#closing.signal.aborted) {
      await pause(lostMs, this.#closing.signal);
      const keys = [...this.#state.wanted.keys()];
      const lost = await this.#try(() => lostKeys(database, study, keys));
      for (const key of lost) this.#say({ type: 'lost', key });
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
