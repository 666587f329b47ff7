/**
 * The identity of a process, readable on other machines and in other containers, and the test whether that process has
 * ended.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf, type Platform, platform } from './platform.ts';

export interface ProcessRecord {
  readonly pid: number;
  readonly host: string;
  /** Linux: the id of the system's boot. Containers on one machine share the id. Null elsewhere. */
  readonly boot: string | null;
  /** Linux: the PID namespace. A process number is valid only within its namespace. Null elsewhere. */
  readonly namespace: string | null;
  /**
   * Linux: when the process started (clock ticks since the boot), since the system reuses process numbers. Null
   * elsewhere.
   */
  readonly began: string | null;
}

/** The record of this process. */
export function thisProcess({ hasProc }: Pick<Platform, 'hasProc'> = platform): ProcessRecord {
  const { pid } = process;
  const host = hostname();
  if (!hasProc) return { pid, host, boot: null, namespace: null, began: null };
  return {
    pid,
    host,
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    began: orNull(() => statOf(pid)?.began ?? null),
  };
}

/**
 * Whether the process has certainly ended. False where this process cannot know: for another machine, another
 * container, or a system without /proc (host names alone do not tell two machines apart).
 */
export function hasEnded(of: ProcessRecord, asker: ProcessRecord = thisProcess()): boolean {
  if (of.boot === null || of.namespace === null || of.began === null) return false;
  if (of.boot !== asker.boot || of.namespace !== asker.namespace) return false;
  try {
    const found = statOf(of.pid);
    return found === undefined || found.began !== of.began || found.state === 'Z' || found.state === 'X';
  } catch {
    // /proc refuses the question (for instance when mounted with hidepid), so the answer is unknown.
    return false;
  }
}

/**
 * The state and start time of a process (proc(5), stat, fields 3 and 22); undefined where no process has this number.
 */
function statOf(pid: number): { state: string; began: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if ((code === 'ENOENT' || code === 'ESRCH') && !exists(pid)) return undefined;
    throw error;
  }
  // The second field is the program's name in brackets. The name may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, began] = [fields[0], fields[19]];
  if (state === undefined || began === undefined) throw new Error(`/proc/${pid}/stat has an unknown format`);
  return { state, began };
}

/**
 * Whether a process has this number. /proc may hide the processes of other users, so a missing entry there proves
 * nothing.
 */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function orNull(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Whether a value read from a lock's file is a process record. */
export function isProcessRecord(value: unknown): value is ProcessRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, boot, namespace, began } = value as Partial<Record<keyof ProcessRecord, unknown>>;
  const isTextOrNull = (text: unknown) => text === null || typeof text === 'string';
  return (
    Number.isSafeInteger(pid) &&
    (pid as number) > 0 &&
    typeof host === 'string' &&
    [boot, namespace, began].every(isTextOrNull)
  );
}

/** `process 4711 on this machine`, or `process 4711 on HOST`. */
export function describeProcess({ pid, host }: ProcessRecord): string {
  return `process ${pid} on ${host === hostname() ? 'this machine' : host}`;
}
