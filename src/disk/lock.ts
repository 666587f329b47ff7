/**
 * Locks between processes, for folders that one process writes at a time.
 *
 * A lock is a folder with one file in it. The file's name is the random token of the lock holder. Each transition is
 * one system call that succeeds for only one process, and none needs hard links:
 * - free to held: the process makes the folder (mkdir), then its file.
 * - held to held by another process, after the old holder has gone: the process renames the file from the old token to
 *   its own. Of ten processes that try this at once, only one finds the old name.
 * - held to free: the holder removes its own file, then the folder. It never removes the file of another token.
 * So a process holds the lock exactly as long as its file exists, which one look tells (`assertHeld`).
 *
 * The holder rewrites its file every second (heartbeat.ts). A waiting process judges by the file's content alone: if
 * the content changes, the holder lives; if it does not change for 15 seconds, the holder has gone. The clocks of two
 * machines are never compared. For a holder that has certainly ended (process-record.ts) there is no wait. A holder
 * that was suspended finds its file gone before its next write.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WorldError } from '../base/errors.ts';
import { worldError } from './atomic-file.ts';
import { type Beating, beatInThread, beatMs, type HolderRecord, writeRecord } from './heartbeat.ts';
import { codeOf, retryWhileBusy } from './platform.ts';
import { describeProcess, hasEnded, isProcessRecord, type ProcessRecord, thisProcess } from './process-record.ts';

/** The right to write under a lock, as plain data that can be posted to a thread. */
export interface Claim {
  /** The lock's folder. */
  readonly lock: string;
  readonly token: string;
}

/** The holder of a lock. */
export interface Holder {
  /** The content of the holder's file; undefined while the file is being written. */
  readonly record: HolderRecord | undefined;
}

/** The clock, the heartbeat and the process that a lock uses. Tests replace them. */
export interface Surroundings {
  /** The time of a monotonic clock (milliseconds). */
  now(): number;
  wait(ms: number): Promise<unknown>;
  /** Starts the heartbeat and returns a function that stops it. */
  beat(beating: Beating): () => void;
  readonly process: ProcessRecord;
  /** After this long without a heartbeat (milliseconds) a holder counts as gone. */
  readonly staleMs: number;
}

/**
 * After this long without a heartbeat a holder counts as gone. By then 15 heartbeats are missing: a busy machine or a
 * slow network disk delays a heartbeat by less, and users can still wait for that long.
 */
export const staleMs = 15_000;
const pollMs = 100;
/**
 * One look counts as at most this much silence: after a jump of the clock, or a suspension of this process, no living
 * holder looks dead.
 */
const mostMsPerLook = 500;
/** An empty folder that is this old was left by a killed process: a living one makes its file within microseconds. */
const emptyMs = 500;

const tokenPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Lock {
  readonly path: string;
  readonly #around: Surroundings;
  /** The content of the holder's file while this object holds the lock. */
  #record: HolderRecord | undefined;
  #stopBeating: (() => void) | undefined;

  constructor(path: string, around: Partial<Surroundings> = {}) {
    this.path = path;
    this.#around = {
      now: () => performance.now(),
      wait,
      beat: beatInThread,
      process: thisProcess(),
      staleMs,
      ...around,
    };
  }

  /**
   * Takes the lock, or finds its holder. Needs about a second if a living process holds the lock, and {@link staleMs}
   * if the holder has ended on another machine or in another container. The folder around the lock must exist.
   * @param onWait is called once if two heartbeats of the holder are missing.
   * @returns the other holder, or undefined when this object now holds the lock. @throws WorldError when the disk
   * refuses.
   */
  async acquire(onWait?: (holder: Holder) => void): Promise<Holder | undefined> {
    if (this.#record) return { record: this.#record };
    const watch = new Watch(this.#around);
    let [last, silence, waited, isTold] = [this.#around.now(), 0, 0, false];
    try {
      for (;;) {
        const record = this.#newRecord();
        if (this.#makeFolder() && this.#enter(record)) return undefined;
        const found = occupantsOf(this.path);
        const verdict = watch.look(found, silence);
        if (verdict === 'alive') return firstOf(found);
        if (verdict === 'gone' && (found.size === 0 ? this.#enter(record) : this.#replace([...found.keys()], record))) {
          return undefined;
        }
        // A random interval, so that waiting processes do not collide again and again.
        await this.#around.wait(pollMs * (0.5 + Math.random()));
        const now = this.#around.now();
        silence = Math.min(Math.max(now - last, 0), mostMsPerLook);
        last = now;
        waited += silence;
        if (waited > 2 * beatMs && !isTold) {
          isTold = true;
          onWait?.(firstOf(found));
        }
      }
    } catch (error) {
      throw worldError('make', this.path, error);
    }
  }

  #newRecord(): HolderRecord {
    return {
      token: crypto.randomUUID(),
      ...this.#around.process,
      since: new Date().toISOString(),
      beat: 0,
    };
  }

  /**
   * The probable holder, for display only: one look cannot tell a living process on another machine from one that has
   * just ended. A file that was not written for a minute (this machine's clock) counts as left behind. @throws
   * WorldError when the disk refuses.
   */
  holder(): Holder | undefined {
    try {
      const found = [...occupantsOf(this.path)].filter(([token, record]) => {
        if (record && hasEnded(record, this.#around.process)) return false;
        const file = statSync(join(this.path, token), { throwIfNoEntry: false });
        return file !== undefined && Date.now() - file.mtimeMs < 60_000;
      });
      return found.length === 0 ? undefined : firstOf(new Map(found));
    } catch (error) {
      throw worldError('read', this.path, error);
    }
  }

  /**
   * Whether the last holder has gone without releasing the lock: it was killed, or its machine has failed. For display
   * only, as {@link holder} is. @throws WorldError when the disk refuses.
   */
  get isAbandoned(): boolean {
    return this.holder() === undefined && tokensIn(this.path).length > 0;
  }

  /** The right to write under this lock, for a thread. */
  get claim(): Claim {
    if (!this.#record) throw new Error(`${this.path} is not held`);
    return { lock: this.path, token: this.#record.token };
  }

  /** Whether this object still holds the lock. */
  get isHeld(): boolean {
    return this.#record !== undefined && isThere(join(this.path, this.#record.token));
  }

  /** Releases the lock, if this object still holds it. */
  release(): void {
    const record = this.#record;
    if (!record) return;
    this.#record = undefined;
    this.#stopBeating?.();
    this.#leave(record.token);
  }

  /** @returns whether this process made the folder and so may make its file at once. */
  #makeFolder(): boolean {
    try {
      retryWhileBusy(() => mkdirSync(this.path));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() === false) {
        throw new WorldError(
          `${this.path} is a file, the lock of an earlier version; remove the file when no process of that version is running`,
        );
      }
      return false;
    }
  }

  /**
   * Makes the holder's file in an empty folder. Safe at any time: a process that finds a second file removes its own.
   */
  #enter(record: HolderRecord): boolean {
    try {
      const file = openSync(join(this.path, record.token), 'wx');
      try {
        writeSync(file, JSON.stringify(record));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      // Another process removed the empty folder: the last step of releasing its lock.
      if (codeOf(error) === 'ENOENT') return false;
      this.#leave(record.token);
      throw error;
    }
    return this.#settle(record);
  }

  /** Takes the lock over from holders that have gone. */
  #replace([first, ...others]: readonly string[], record: HolderRecord): boolean {
    const file = join(this.path, record.token);
    try {
      retryWhileBusy(() => renameSync(join(this.path, first!), file));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Another process was faster; or the rename succeeded on a network disk whose answer was lost.
      if (!isThere(file)) return false;
    }
    for (const other of others) remove(() => unlinkSync(join(this.path, other)));
    return writeRecord(file, record) && this.#settle(record);
  }

  /**
   * Holds the lock if no other file is there. Two processes that made their files at the same time see each other here;
   * both withdraw.
   */
  #settle(record: HolderRecord): boolean {
    const found = tokensIn(this.path);
    if (found.length !== 1 || found[0] !== record.token) {
      this.#leave(record.token);
      return false;
    }
    this.#record = record;
    this.#stopBeating = this.#around.beat({ file: join(this.path, record.token), record });
    return true;
  }

  #leave(token: string): void {
    remove(() => unlinkSync(join(this.path, token)));
    remove(() => rmdirSync(this.path));
  }
}

/**
 * Checks the lock; called before each write. @param what names the guarded work in the message, for instance `the run
 * in runs/a`.
 * @throws WorldError when this process has lost the lock. It was suspended for too long and must not write.
 */
export function assertHeld({ lock, token }: Claim, what: string): void {
  try {
    if (isThere(join(lock, token))) return;
  } catch (error) {
    throw worldError('read', lock, error);
  }
  const taker = takerOf(lock);
  const why = taker
    ? `${describeHolder(taker)} has taken over ${what}, because this process wrote no heartbeat for ${staleMs / 1000} seconds (was it suspended?)`
    : `this process has lost its lock on ${what}: ${lock} was removed, or another process took over and has ended`;
  throw new WorldError(`${why}; this process stops and writes nothing more`);
}

function takerOf(lock: string): Holder | undefined {
  try {
    const found = occupantsOf(lock);
    return found.size > 0 ? firstOf(found) : undefined;
  } catch {
    // The message then names no holder.
    return undefined;
  }
}

/** `process 4711 on this machine (since 2026-01-02T03:04:05.000Z)`. */
export function describeHolder({ record }: Holder): string {
  return record ? `${describeProcess(record)} (since ${record.since})` : 'another process';
}

function firstOf(found: ReadonlyMap<string, HolderRecord | undefined>): Holder {
  return { record: [...found.values()].find((record) => record !== undefined) };
}

/** What a waiting process has seen of the holders so far. */
class Watch {
  readonly #asker: ProcessRecord;
  readonly #staleMs: number;
  readonly #seen = new Map<string, { beat: number | undefined; silentMs: number }>();
  #emptyMs = 0;

  constructor({ process, staleMs }: Pick<Surroundings, 'process' | 'staleMs'>) {
    this.#asker = process;
    this.#staleMs = staleMs;
  }

  /** Judges the holders by what the lock's folder holds now. @param ms since the last look. */
  look(found: ReadonlyMap<string, HolderRecord | undefined>, ms: number): 'alive' | 'gone' | 'unknown' {
    this.#emptyMs = found.size === 0 ? this.#emptyMs + ms : 0;
    if (found.size === 0) return this.#emptyMs >= emptyMs ? 'gone' : 'unknown';
    for (const token of this.#seen.keys()) if (!found.has(token)) this.#seen.delete(token);
    let gone = 0;
    for (const [token, record] of found) {
      const before = this.#seen.get(token);
      if (before?.beat !== undefined && record !== undefined && record.beat !== before.beat) return 'alive';
      const silentMs = before ? before.silentMs + ms : 0;
      this.#seen.set(token, { beat: record?.beat ?? before?.beat, silentMs });
      if (silentMs >= this.#staleMs || (record && hasEnded(record, this.#asker))) gone++;
    }
    return gone === found.size ? 'gone' : 'unknown';
  }
}

function tokensIn(lock: string): string[] {
  try {
    // The system may add other files (.DS_Store, .nfs0001).
    return readdirSync(lock)
      .filter((name) => tokenPattern.test(name))
      .sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** The files in the lock's folder: token to content, or to undefined where the content cannot be read. */
function occupantsOf(lock: string): Map<string, HolderRecord | undefined> {
  const found = new Map<string, HolderRecord | undefined>();
  for (const token of tokensIn(lock)) {
    try {
      const record: unknown = JSON.parse(readFileSync(join(lock, token), 'utf8'));
      // Just after a rename the file still has the content of the old holder.
      found.set(token, isHolderRecord(record) && record.token === token ? record : undefined);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      if (!(error instanceof SyntaxError)) throw error;
      // The file is being written, or is damaged.
      found.set(token, undefined);
    }
  }
  return found;
}

function isHolderRecord(value: unknown): value is HolderRecord {
  if (!isProcessRecord(value)) return false;
  const { token, since, beat } = value as Partial<Record<keyof HolderRecord, unknown>>;
  return typeof token === 'string' && typeof since === 'string' && typeof beat === 'number';
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Calls `act` and ignores its failure: the work is done, and the next process finds that a lock that could not be
 * removed is stale.
 */
function remove(act: () => void): void {
  try {
    retryWhileBusy(act);
  } catch {}
}
