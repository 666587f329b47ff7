/**
 * Optuna's lock for appends to a journal: a file beside the journal, held for one append. Optuna makes a symbolic link
 * (its default) or an empty file; we make a file that names the lock holder. All three fail where any file of that name
 * exists, so they exclude each other.
 */
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { worldError } from './atomic-file.ts';
import { codeOf, retryWhileBusy, sleep } from './platform.ts';
import { describeProcess, hasEnded, isProcessRecord, type ProcessRecord, thisProcess } from './process-record.ts';

/** A lock that does not change for this long is stale: the limit of Optuna since 4.3. An append takes milliseconds. */
const staleMs = 30_000;
/** A right to remove a stale lock that is this old was itself left behind: the removal takes milliseconds. */
const rightMs = 10_000;
/**
 * Time between two looks. One look counts as at most ten intervals: after a jump of the clock no living holder counts
 * as dead.
 */
const pollMs = 5;

/** What one look at the lock shows. Two looks with the same identity saw the same lock. */
interface Look {
  /** The file's inode and the time when the file was made. */
  readonly identity: string;
  /** The lock holder, where lenet made the lock. */
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
   * Takes the lock. Blocks this thread while another writer holds it.
   * @param patienceMs the longest wait. @throws WorldError naming the lock holder after that time, or when the disk
   * refuses.
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
        if (waitedMs >= patienceMs) throw new WorldError(this.#refusal(look));
        sleep(pollMs);
        const now = performance.now();
        const passed = Math.min(now - last, 10 * pollMs);
        [last, silentMs, waitedMs] = [now, silentMs + passed, waitedMs + passed];
      }
    } catch (error) {
      throw worldError('make', this.path, error);
    }
  }

  /** Whether this object still holds the lock. Another writer takes the lock over while this process is suspended. */
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
      // Not stat: Optuna's link points to the journal.
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
   * Removes a stale lock. The right to remove this lock is a folder named after its identity, which only one process
   * can make. Without the right, a second process that saw the stale lock too could remove the new lock that the first
   * process has made meanwhile.
   * @returns whether the stale lock is gone.
   */
  #removeStale(stale: Look, silentMs: number): boolean {
    const right = `${this.path}.${stale.identity}.taken`;
    // A process that was killed while it had this right left the folder.
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

  #refusal(look: Look | undefined): string {
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
