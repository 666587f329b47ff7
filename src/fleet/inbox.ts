/** The results that workers deliver: read as they come, checked, and kept until the study is told of them. */
import { WorldError } from '../base/errors.ts';
import type { CoordinatorMessage } from './coordinator.ts';
import { type Database, type Patience, patiently } from './database.ts';
import { pause } from './pause.ts';
import { parseResult, type WorkResult } from './result.ts';
import { dropResult } from './sql/drop-result.ts';
import { readResult } from './sql/read-results.ts';
import { type ResultRow, takeResults } from './sql/take-results.ts';

/** The most results that are read at once. */
const mostResults = 500;
/** The longest time between two looks (ms). */
const lookMs = 1_000;

export interface InboxOptions {
  readonly database: Database;
  /** The study's name in the database. */
  readonly study: string;
  readonly patience: Patience;
  /** The name of a worker for messages. */
  readonly nameOf: (worker: string) => string;
  /**
   * Whether the study waits for a result of this key, which is then kept. @throws WorldError for one that cannot be true.
   */
  readonly isWanted: (key: string, result: WorkResult) => boolean;
  /** Hears of each result, and of keys whose result was refused. */
  readonly say: (message: CoordinatorMessage) => void;
  /** A result was refused, and is removed. */
  readonly onRefused: (why: string) => void;
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #kept = new Map<string, WorkResult>();
  /** The ids of the results that were read last: the next look marks them as taken. */
  #heard: readonly string[] = [];
  #wake = new AbortController();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Reads what has come. */
  async readAll(): Promise<void> {
    while ((await this.#read()) === mostResults);
  }

  /** Reads what comes, until the signal is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      if ((await this.#read()) < mostResults && !signal.aborted) await pause(lookMs, this.#wake.signal);
    }
  }

  /** Something may have come. */
  wake(): void {
    this.#wake.abort();
  }

  /** A result that was read, which is not kept any longer; undefined where it was removed from the database. */
  async take(id: string): Promise<WorkResult | undefined> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept) return kept;
    const { database, patience, nameOf } = this.#options;
    const row = await patiently(() => readResult(database, id), patience);
    return row && parseResult(row.body, row.digest, nameOf(row.worker));
  }

  /** @returns how many results it has read. */
  async #read(): Promise<number> {
    const { database, study, patience } = this.#options;
    const heard = this.#heard;
    const rows = await patiently(() => takeResults(database, study, { heard, most: mostResults }), patience);
    for (const row of rows) await this.#hear(row);
    this.#heard = rows.map(({ id }) => id);
    return rows.length;
  }

  async #hear({ id, key, worker, digest, body }: ResultRow): Promise<void> {
    const { database, patience, nameOf, isWanted, say, onRefused } = this.#options;
    try {
      const result = parseResult(body, digest, nameOf(worker));
      if (isWanted(key, result)) this.#kept.set(id, result);
      say({ type: 'result', key, heard: { id, worker, digest } });
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      onRefused(error.message);
      await patiently(() => dropResult(database, id), patience);
      say({ type: 'lost', key });
    }
  }
}
