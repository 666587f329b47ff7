/** Locks between processes: a file that says who holds it, made in one step, and taken over when its holder is gone. */
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { worldError } from './atomic-file.ts';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts; a number may be given to another process later. */
  readonly began: string | null;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
}

/** Where there is no telling whether the holder lives, a lock untouched for this long is taken over (as Optuna does). */
const staleMs = 30_000;

export class Lock {
  readonly path: string;
  readonly #beside: string;

  constructor(path: string) {
    this.path = path;
    this.#beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  }

  /** @returns who else holds it, or undefined when it is now ours. @throws WorldError when the disk refuses. */
  tryAcquire(): Holder | undefined {
    const ours: Holder = {
      ...{ pid: process.pid, host: hostname(), began: processStart(process.pid) },
      since: new Date().toISOString(),
    };
    try {
      // Written first and then linked into place: nobody can see a lock without its holder's name in it.
      writeFileSync(this.#beside, JSON.stringify(ours));
      for (;;) {
        if (this.#link()) return undefined;
        const holder = this.holder();
        if (holder && isAlive(holder)) return holder;
        this.#removeStale(holder);
      }
    } catch (error) {
      throw worldError('make', this.path, error);
    } finally {
      rmSync(this.#beside, { force: true });
    }
  }

  /** Waits for other processes to release it. @throws WorldError after `patienceMs`. */
  acquire(patienceMs: number): void {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const end = Date.now() + patienceMs;
    for (let holder = this.tryAcquire(); holder; holder = this.tryAcquire()) {
      if (Date.now() > end) {
        throw new WorldError(`${this.path} is held by ${describeHolder(holder)}; remove the file if that is gone`);
      }
      Atomics.wait(sleeper, 0, 0, 5);
    }
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  /** Who holds it; undefined if nobody does. */
  holder(): Holder | undefined {
    if (!existsSync(this.path)) return undefined;
    try {
      const found: Partial<Holder> = JSON.parse(readFileSync(this.path, 'utf8'));
      if (typeof found.pid === 'number' && typeof found.host === 'string') return found as Holder;
    } catch (error) {
      // Gone meanwhile, or another program's lock (Optuna's is a link to the journal, or empty).
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    }
    const age = existsSync(this.path) ? Date.now() - statSync(this.path).mtimeMs : Number.POSITIVE_INFINITY;
    return age > staleMs ? undefined : { pid: 0, host: '', began: null, since: '' };
  }

  #link(): boolean {
    try {
      linkSync(this.#beside, this.path);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Takes away the lock of a dead holder, but not one that another process took meanwhile. */
  #removeStale(stale: Holder | undefined): void {
    const aside = join(dirname(this.path), `.${basename(this.path)}.stale.${process.pid}.part`);
    try {
      renameSync(this.path, aside);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw error;
    }
    const moved = new Lock(aside).holder();
    if (moved && JSON.stringify(moved) !== JSON.stringify(stale) && !existsSync(this.path))
      renameSync(aside, this.path);
    rmSync(aside, { force: true });
  }
}

/** `process 4711 on this machine since 2026-01-02T03:04:05.000Z`. */
export function describeHolder({ pid, host, since }: Holder): string {
  if (pid === 0) return 'another program';
  return `process ${pid} on ${host === hostname() ? 'this machine' : host} since ${since}`;
}

/** Whether the holder may still be at work; always so on another machine, which cannot be asked. */
export function isAlive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return began === null || processStart(pid) === began;
}

/** Linux's start time of a process (proc(5), stat, field 22); null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in brackets, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
