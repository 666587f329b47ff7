/** Notices that a worker has had nothing to do for some seconds, and tells why: once for each reason. */
import type { Database } from './database.ts';
import { type LiveStudy, readLiveStudies } from './sql/studies.ts';

/** How long a worker is idle before its user hears of it (ms). */
const quietMs = 5_000;

type Tell = (event: { readonly type: 'idle'; readonly studies: readonly LiveStudy[] }) => void;

export class IdleWatch {
  readonly #database: Database;
  readonly #tell: Tell;
  #since: number | undefined;
  #isRead = false;
  /** The reason that was told last. */
  #told: string | undefined;

  constructor(database: Database, tell: Tell) {
    this.#database = database;
    this.#tell = tell;
  }

  /** The worker has something to do. */
  end(): void {
    this.#since = undefined;
    this.#isRead = false;
  }

  /** The worker has nothing to do. Call it again while that lasts. */
  async look(now = performance.now()): Promise<void> {
    this.#since ??= now;
    if (this.#isRead || now - this.#since < quietMs) return;
    this.#isRead = true;
    // Without an answer there is nothing to tell; the worker's next query waits for the database.
    const studies = await readLiveStudies(this.#database).catch(() => undefined);
    const reason = JSON.stringify(studies?.map(({ id, status: { parallel } }) => [id, parallel]));
    if (!studies || reason === this.#told) return;
    this.#told = reason;
    this.#tell({ type: 'idle', studies });
  }
}
