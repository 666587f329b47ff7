/** Brings results to the database in batches, until it has them: an outage only delays a result. */
import { type Database, type Patience, patiently } from './database.ts';
import type { Attempt, Queue } from './queue.ts';
import { type Delivery, insertResults } from './sql/insert-results.ts';

/** The most results of a batch. */
const mostAtOnce = 200;

interface Waiting {
  readonly delivery: Delivery;
  readonly attempt: Attempt;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

export class Deliverer {
  readonly #database: Database;
  readonly #queue: Queue;
  readonly #patience: Patience;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(database: Database, queue: Queue, patience: Patience) {
    this.#database = database;
    this.#queue = queue;
    this.#patience = patience;
  }

  /**
   * Resolves when the result is in the database and its job is completed. The result goes first: after a crash in
   * between, the job is done again, and its second result is a check.
   */
  deliver(delivery: Delivery, attempt: Attempt): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ delivery, attempt, done: resolve, fail: reject });
      if (!this.#isBusy) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, mostAtOnce);
        try {
          const deliveries = batch.map(({ delivery }) => delivery);
          await patiently(() => insertResults(this.#database, deliveries), this.#patience);
          await this.#queue.complete(batch.map(({ attempt }) => attempt));
          for (const { done } of batch) done();
        } catch (error) {
          for (const { fail } of batch) fail(error);
        }
      }
    } finally {
      this.#isBusy = false;
    }
  }
}
