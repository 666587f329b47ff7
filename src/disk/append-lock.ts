/**
 * Optuna's lock for appends to a journal: a file beside it, held for one append. Optuna makes it as a symbolic link (its default) or as an
 * empty file; each fails where the name is taken, whatever it is taken by, and so does ours, which names its holder.
 */
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { worldError } from './atomic-file.ts';
import { codeOf, retryWhileBusy, sleep } from './platform.ts';
import { describeProcess, hasEnded, isProcessRecord, type ProcessRecord, thisProcess } from './process-record.ts';

/** A lock that stays as it is for this long was left behind: as in Optuna since 4.3. An append takes milliseconds. */
const staleMs = 30_000;
/** Removing a lock that was left behind takes milliseconds, too. */
const rightMs = 10_000;
/** Time between two looks. One look counts for at most ten of these, so that a clock that jumps makes no holder look dead. */
const pollMs = 5;

/** What one look at the lock shows. Two looks that are equal saw the same lock. */
interface Look {
  /** Which file it is, and when it was made. */
  readonly identity: string;
  /** The holder, if the lock is ours. */
  readonly holder: ProcessRecord | undefined;
}

export class AppendLock {
  readonly path: string;
  readonly #process = thisProcess();
  #identity: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Waits for other writers. Blocks this thread.
   * @param patienceMs how long. @throws WorldError naming the holder when it was in vain, or when the disk refuses.
   */
  acquire(patienceMs: number): void {
    try {
      let seen: Look | undefined;
      let silentMs = 0;
      let waitedMs = 0;
      for (let last = performance.now(); ; ) {
        if (this.#make()) return;
        const look = this.#look();
        silentMs = look && look.identity === seen?.identity ? silentMs : 0;
        seen = look;
        if (look && (silentMs >= staleMs || (look.holder && hasEnded(look.holder, this.#process)))) {
          if (this.#removeStale(look, silentMs)) continue;
        }
        if (waitedMs >= patienceMs) throw new WorldError(this.#inVain(look));
        sleep(pollMs);
        const now = performance.now();
        const passed = Math.min(now - last, 10 * pollMs);
        [last, silentMs, waitedMs] = [now, silentMs + passed, waitedMs + passed];
      }
    } catch (error) {
      throw worldError('make', this.path, error);
    }
  }

  /** Whether the lock is still this object's: another writer takes it from one that was suspended. */
  get isHeld(): boolean {
    return this.#identity !== undefined && this.#look()?.identity === this.#identity;
  }

  release(): void {
    if (this.isHeld) {
      try {
        retryWhileBusy(() => unlinkSync(this.path));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw worldError('remove', this.path, error);
      }
    }
    this.#identity = undefined;
  }

  #make(): boolean {
    let file: number;
    try {
      file = retryWhileBusy(() => openSync(this.path, 'wx'));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      writeSync(file, JSON.stringify(this.#process));
    } catch (error) {
      unlinkSync(this.path);
      throw error;
    } finally {
      closeSync(file);
    }
    this.#identity = this.#look()?.identity;
    return this.#identity !== undefined;
  }

  #look(): Look | undefined {
    try {
      // Never what a link points to: that is the journal, and may be named from another folder.
      const found = lstatSync(this.path, { bigint: true });
      return {
        identity: `${found.ino}-${found.birthtimeNs}`,
        holder: found.isFile() && found.size > 0 ? processIn(this.path) : undefined,
      };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Removes a lock that was left behind. The right to remove just this one is a folder named after it, which one process can make: a second
   * that also saw the lock of before would remove the lock that the first has made since. @returns whether the lock is gone.
   */
  #removeStale(stale: Look, silentMs: number): boolean {
    const right = `${this.path}.${stale.identity}.taken`;
    // Left by a process that was killed with this right.
    if (silentMs > staleMs + rightMs) removeFolder(right);
    try {
      mkdirSync(right);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      if (this.#look()?.identity === stale.identity) retryWhileBusy(() => unlinkSync(this.path));
      return true;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return true;
    } finally {
      removeFolder(right);
    }
  }

  #inVain(look: Look | undefined): string {
    const who = look?.holder ? describeProcess(look.holder) : 'another program';
    return `${this.path} is held by ${who}; end that process, or remove the file if it has ended`;
  }
}

function processIn(path: string): ProcessRecord | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isProcessRecord(found) ? found : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
