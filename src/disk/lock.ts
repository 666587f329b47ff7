/**
 * Locks between processes, for folders that one process writes at a time.
 *
 * A lock is a folder that holds one file, named after a token of its holder. Each change of hands is one system call that succeeds for one
 * process only, and none of them needs hard links:
 * - free to held: mkdir of the folder; then the holder makes its file.
 * - held to held by another, where the old holder is gone: the file is renamed from the old token to the new one. Of ten processes that try
 *   this at once, one finds the old name.
 * - held to free: the holder removes its own file, then the folder. It never removes a file of another token.
 * So a process holds the lock exactly as long as its file is there, which one look tells (`assertHeld`).
 *
 * The holder rewrites its file every second (heartbeat.ts). Who waits judges by this alone: a file that changes has a living holder, a file
 * that does not change while the waiting process looks at it for 15 seconds has none. No clocks of two machines are compared. A holder on
 * the same system that has certainly ended is not waited for. A holder that was only suspended finds its file gone before it writes again.
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
import { type Beating, beatInThread, beatMs, type Sign, writeSign } from './heartbeat.ts';
import { codeOf, retryWhileBusy } from './platform.ts';
import { describeProcess, hasEnded, isProcessRecord, type ProcessRecord, thisProcess } from './process-record.ts';

/** The right to write that a lock gives, as plain data: a thread can be told of it. */
export interface Claim {
  /** The lock's folder. */
  readonly lock: string;
  readonly token: string;
}

/** Who holds a lock, as far as its file tells. Undefined while the file is being written. */
export interface Holder {
  readonly sign: Sign | undefined;
}

/** What a lock asks of its surroundings. Tests give their own. */
export interface Surroundings {
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  wait(ms: number): Promise<unknown>;
  /** Starts the signs of life and returns what stops them. */
  beat(beating: Beating): () => void;
  readonly process: ProcessRecord;
  /** Without a sign for this long (milliseconds) a holder counts as gone. */
  readonly staleMs: number;
}

/**
 * Without a sign for this long a holder counts as gone. 15 signs are missed by then: more than a loaded machine or a slow network disk
 * delays one, and still short enough to wait for.
 */
export const staleMs = 15_000;
const pollMs = 100;
/** One look counts for at most this much silence, so that a clock that jumps, or this process being suspended, makes no holder look dead. */
const mostMsPerLook = 500;
/** A folder without a file is the work of a microsecond, or was left by a process that was killed in it. */
const emptyMs = 500;

const tokenPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Lock {
  readonly path: string;
  readonly #around: Surroundings;
  /** What the holder's file says, while this object holds the lock. */
  #sign: Sign | undefined;
  #stopBeating: (() => void) | undefined;

  constructor(path: string, around: Partial<Surroundings> = {}) {
    this.path = path;
    this.#around = {
      ...{ now: () => performance.now(), wait, beat: beatInThread, process: thisProcess(), staleMs },
      ...around,
    };
  }

  /**
   * Takes the lock, or finds out who holds it. Takes about a second where a living process holds it, and {@link staleMs} where one does that
   * has ended elsewhere. The folder around the lock must exist.
   * @param onWait is called once where it takes longer than a living holder needs to give a sign.
   * @returns who else holds it, or undefined when it is now ours. @throws WorldError when the disk refuses.
   */
  async acquire(onWait?: (holder: Holder) => void): Promise<Holder | undefined> {
    if (this.#sign) return { sign: this.#sign };
    const watch = new Watch(this.#around);
    let [last, silence, waited, isTold] = [this.#around.now(), 0, 0, false];
    try {
      for (;;) {
        const sign = this.#newSign();
        if (this.#makeFolder() && this.#enter(sign)) return undefined;
        const found = occupantsOf(this.path);
        const verdict = watch.look(found, silence);
        if (verdict === 'alive') return firstOf(found);
        if (verdict === 'gone' && (found.size === 0 ? this.#enter(sign) : this.#replace([...found.keys()], sign))) {
          return undefined;
        }
        // Those that wait do not look in step.
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

  #newSign(): Sign {
    return {
      ...{ token: crypto.randomUUID(), ...this.#around.process },
      ...{ since: new Date().toISOString(), beat: 0 },
    };
  }

  /**
   * Who seems to hold the lock, for showing only: one look cannot tell a living process elsewhere from one that has just ended. A file of
   * more than a minute ago, by this machine's clock, counts as left behind. @throws WorldError when the disk refuses.
   */
  holder(): Holder | undefined {
    try {
      const found = [...occupantsOf(this.path)].filter(([token, sign]) => {
        if (sign && hasEnded(sign, this.#around.process)) return false;
        const file = statSync(join(this.path, token), { throwIfNoEntry: false });
        return file !== undefined && Date.now() - file.mtimeMs < 60_000;
      });
      return found.length === 0 ? undefined : firstOf(new Map(found));
    } catch (error) {
      throw worldError('read', this.path, error);
    }
  }

  /** What a thread needs in order to write under this lock. */
  get claim(): Claim {
    if (!this.#sign) throw new Error(`${this.path} is not held`);
    return { lock: this.path, token: this.#sign.token };
  }

  /** Whether the lock is still this object's. */
  get isHeld(): boolean {
    return this.#sign !== undefined && isThere(join(this.path, this.#sign.token));
  }

  /** Gives the lock back, if this process still has it. */
  release(): void {
    const sign = this.#sign;
    if (!sign) return;
    this.#sign = undefined;
    this.#stopBeating?.();
    this.#leave(sign.token);
  }

  /** @returns whether this process made the folder, and so may enter at once. */
  #makeFolder(): boolean {
    try {
      retryWhileBusy(() => mkdirSync(this.path));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() === false) {
        throw new WorldError(
          `${this.path} is a file, the lock of an earlier version; remove it when no process of that version is at work`,
        );
      }
      return false;
    }
  }

  /** Makes the file of a holder where there is none. Safe at any time: who finds another file beside its own takes its own away. */
  #enter(sign: Sign): boolean {
    try {
      const file = openSync(join(this.path, sign.token), 'wx');
      try {
        writeSync(file, JSON.stringify(sign));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      // Another process found the folder empty and removed it, as the last step of giving its lock back.
      if (codeOf(error) === 'ENOENT') return false;
      this.#leave(sign.token);
      throw error;
    }
    return this.#settle(sign);
  }

  /** Takes over from holders that are gone. */
  #replace([first, ...others]: readonly string[], sign: Sign): boolean {
    const file = join(this.path, sign.token);
    try {
      retryWhileBusy(() => renameSync(join(this.path, first!), file));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Another process was faster, or a network disk carried the rename out and lost its answer.
      if (!isThere(file)) return false;
    }
    for (const other of others) remove(() => unlinkSync(join(this.path, other)));
    return writeSign(file, sign) && this.#settle(sign);
  }

  /** Two that came in at the same time see each other here, and both go. */
  #settle(sign: Sign): boolean {
    const found = tokensIn(this.path);
    if (found.length !== 1 || found[0] !== sign.token) {
      this.#leave(sign.token);
      return false;
    }
    this.#sign = sign;
    this.#stopBeating = this.#around.beat({ file: join(this.path, sign.token), sign });
    return true;
  }

  #leave(token: string): void {
    remove(() => unlinkSync(join(this.path, token)));
    remove(() => rmdirSync(this.path));
  }
}

/**
 * To be called before each write. @param what is written, for the message, for instance `the run in runs/a`.
 * @throws WorldError when another process has taken over: this one was suspended for too long, and must not write any more.
 */
export function assertHeld({ lock, token }: Claim, what: string): void {
  try {
    if (isThere(join(lock, token))) return;
  } catch (error) {
    throw worldError('read', lock, error);
  }
  const taker = takerOf(lock);
  const why = taker
    ? `${describeHolder(taker)} has taken over ${what}, since this process gave no sign of life for ${staleMs / 1000} seconds (was it suspended?)`
    : `this process has lost its lock on ${what}: ${lock} was removed, or another process took over and has ended`;
  throw new WorldError(`${why}; this process stops and writes nothing more`);
}

function takerOf(lock: string): Holder | undefined {
  try {
    const found = occupantsOf(lock);
    return found.size > 0 ? firstOf(found) : undefined;
  } catch {
    // The message then does without the name.
    return undefined;
  }
}

/** `process 4711 on this machine (since 2026-01-02T03:04:05.000Z)`. */
export function describeHolder({ sign }: Holder): string {
  return sign ? `${describeProcess(sign)} (since ${sign.since})` : 'another process';
}

function firstOf(found: ReadonlyMap<string, Sign | undefined>): Holder {
  return { sign: [...found.values()].find((sign) => sign !== undefined) };
}

/** What a process that waits has seen of the holders. */
class Watch {
  readonly #asker: ProcessRecord;
  readonly #staleMs: number;
  readonly #seen = new Map<string, { beat: number | undefined; silentMs: number }>();
  #emptyMs = 0;

  constructor({ process, staleMs }: Pick<Surroundings, 'process' | 'staleMs'>) {
    this.#asker = process;
    this.#staleMs = staleMs;
  }

  /** @param ms since the look before. */
  look(found: ReadonlyMap<string, Sign | undefined>, ms: number): 'alive' | 'gone' | 'unknown' {
    this.#emptyMs = found.size === 0 ? this.#emptyMs + ms : 0;
    if (found.size === 0) return this.#emptyMs >= emptyMs ? 'gone' : 'unknown';
    for (const token of this.#seen.keys()) if (!found.has(token)) this.#seen.delete(token);
    let gone = 0;
    for (const [token, sign] of found) {
      const before = this.#seen.get(token);
      if (before?.beat !== undefined && sign !== undefined && sign.beat !== before.beat) return 'alive';
      const silentMs = before ? before.silentMs + ms : 0;
      this.#seen.set(token, { beat: sign?.beat ?? before?.beat, silentMs });
      if (silentMs >= this.#staleMs || (sign && hasEnded(sign, this.#asker))) gone++;
    }
    return gone === found.size ? 'gone' : 'unknown';
  }
}

function tokensIn(lock: string): string[] {
  try {
    // Systems leave files of their own (.DS_Store, .nfs0001).
    return readdirSync(lock)
      .filter((name) => tokenPattern.test(name))
      .sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** The files in the lock's folder by token, each with its sign where that can be read. */
function occupantsOf(lock: string): Map<string, Sign | undefined> {
  const found = new Map<string, Sign | undefined>();
  for (const token of tokensIn(lock)) {
    try {
      const sign: unknown = JSON.parse(readFileSync(join(lock, token), 'utf8'));
      // Just after a rename the file still has the words of the holder before.
      found.set(token, isSign(sign) && sign.token === token ? sign : undefined);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      if (!(error instanceof SyntaxError)) throw error;
      // Just being written, or damaged.
      found.set(token, undefined);
    }
  }
  return found;
}

function isSign(value: unknown): value is Sign {
  if (!isProcessRecord(value)) return false;
  const { token, since, beat } = value as Partial<Record<keyof Sign, unknown>>;
  return typeof token === 'string' && typeof since === 'string' && typeof beat === 'number';
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A lock that cannot be removed is found silent by the next process, so this is no failure of the work that was done under it. */
function remove(act: () => void): void {
  try {
    retryWhileBusy(act);
  } catch {}
}
