/** Looks at the fleet every two seconds: who came and left, how far trainings are, which take too long; says how it stands. */
import type { FleetStatus } from '../runner/fleet-status.ts';
import type { TrialMessage } from '../tasks/task.ts';
import type { CoordinatorMessage } from './coordinator.ts';
import { type Database, type Patience, patiently } from './database.ts';
import type { FleetEvent } from './fleet-event.ts';
import { Pace } from './pace.ts';
import { pause } from './pause.ts';
import { SeenWorkers } from './seen-workers.ts';
import { countJobs } from './sql/cancel-jobs.ts';
import { type StudyStatus, sayStatus } from './sql/studies.ts';
import { readWorkers, type WorkerSeen } from './sql/workers.ts';
import { stragglersIn } from './stragglers.ts';

/** Time between two looks (ms). */
const lookMs = 2_000;

/** A trial that the study waits for. */
export interface WatchedTrial {
  readonly order: { readonly number: number };
  readonly listen: (message: TrialMessage) => void;
}

export interface FleetWatchOptions {
  readonly database: Database;
  /** The study's name in the database. */
  readonly study: string;
  readonly patience: Patience;
  /** What the study waits for now, by key. */
  readonly trials: ReadonlyMap<string, WatchedTrial>;
  /** The most trainings that the study's search has in flight; null for other studies. */
  readonly parallel: number | null;
  /** How many second results were equal to the first. */
  readonly checks: () => number;
  /** About how many trainings the study still needs. */
  readonly left: () => number;
  /** Hears what the coordinator should decide about. */
  readonly say: (message: CoordinatorMessage) => void;
  readonly tell: (event: FleetEvent) => void;
  /** Called after each look, and when the database goes away. */
  readonly show: (status: FleetStatus) => void;
}

export class FleetWatch {
  readonly #options: FleetWatchOptions;
  readonly #workers: SeenWorkers;
  readonly #pace = new Pace(performance.now());
  #copies = 0;
  #queued = 0;
  #isIdleTold = false;
  #isNobodyTold = false;

  constructor(options: FleetWatchOptions) {
    this.#options = options;
    this.#workers = new SeenWorkers(options.study);
  }

  /** Looks until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { database, patience } = this.#options;
    while (!signal.aborted) {
      const seen = await patiently(() => readWorkers(database), patience);
      this.#queued = (await patiently(() => countJobs(database), patience)).queued;
      this.#meet(seen);
      this.#tellProgress();
      this.#lookForStragglers();
      await patiently(() => this.say(), patience);
      this.show();
      await pause(lookMs, signal);
    }
  }

  /** Says in the database how the study stands. */
  say(): Promise<void> {
    const { database, study } = this.#options;
    return sayStatus(database, study, this.#statusNow());
  }

  /** The name of a worker for messages, also of one that has left. */
  nameOf(worker: string): string {
    return this.#workers.name(worker);
  }

  /** A training has ended. @param seconds that it took; 0 where that is unknown. */
  end(seconds: number): void {
    this.#pace.end(performance.now(), seconds);
  }

  /** A copy of a straggler was sent. */
  copy(number: number): void {
    this.#copies++;
    this.#options.tell({ type: 'straggler', number });
  }

  /** @param away why the database is away; null where it answers. */
  show(away: string | null = null): void {
    const { trials, show } = this.#options;
    const { parallel: _, ...pace } = this.#statusNow();
    const workers = this.#workers.shown((key) => trials.get(key)?.order.number);
    show({ at: Date.now(), away, queued: this.#queued, workers, pace });
  }

  #meet(seen: readonly WorkerSeen[]): void {
    const { say, tell, trials } = this.#options;
    const { came, left } = this.#workers.see(seen);
    const { count } = this.#workers;
    for (const worker of came) {
      say({ type: 'worker came', worker: worker.id, slots: worker.slots });
      tell({ type: 'worker came', worker, workers: count });
    }
    for (const worker of left) {
      say({ type: 'worker left', worker: worker.id });
      tell({ type: 'worker left', worker, workers: count });
    }
    const isNobody = count === 0 && trials.size > 0;
    if (isNobody && !this.#isNobodyTold) tell({ type: 'no worker' });
    this.#isNobodyTold = isNobody;
  }

  #tellProgress(): void {
    for (const { key, share } of this.#workers.atWork) {
      this.#options.trials.get(key)?.listen({ type: 'progress', share: Math.min(share, 0.99) });
    }
  }

  #lookForStragglers(): void {
    const { say, tell, trials, parallel } = this.#options;
    const { idle, atWork } = this.#workers;
    const [queued, wanted] = [this.#queued, trials.size];
    const slow = stragglersIn({ queued, idle, atWork, ended: this.#pace.seconds });
    for (const key of slow) say({ type: 'straggler', key });
    const isIdle = queued === 0 && idle > 0 && wanted > 0;
    if (isIdle && !this.#isIdleTold) tell({ type: 'idle', places: idle, wanted, parallel });
    this.#isIdleTold = isIdle;
  }

  #statusNow(): StudyStatus {
    const { trials, checks, left: leftNow, parallel } = this.#options;
    const now = performance.now();
    const wanted = trials.size;
    const left = Math.max(wanted, leftNow());
    return {
      wanted,
      ended: this.#pace.ended,
      left,
      checks: checks(),
      copies: this.#copies,
      perMinute: this.#pace.perMinute(now),
      secondsLeft: this.#pace.secondsFor(left, now),
      parallel,
    };
  }
}
