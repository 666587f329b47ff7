/** Signs of life: the holder of a lock rewrites its file, from a thread of its own, so that others see that it lives. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { codeOf } from './platform.ts';
import type { ProcessRecord } from './process-record.ts';

/** What the file of a lock's holder says. */
export interface Sign extends ProcessRecord {
  /** Unique for each time a lock was taken. */
  readonly token: string;
  /** When the lock was taken, ISO 8601, by the holder's clock. For people only. */
  readonly since: string;
  /** Counts up with each sign of life. */
  readonly beat: number;
}

/** What the thread is told. */
export interface Beating {
  readonly file: string;
  readonly sign: Sign;
}

/** A second between two signs: whoever waits sees within about a second that the holder lives, and one write a second costs nothing. */
export const beatMs = 1000;

/** Writes a sign into the file if that is still there, and never makes it: it would bring back a lock that was lost. @returns whether it was. */
export function writeSign(file: string, sign: Sign): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r+');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
  try {
    const bytes = Buffer.from(JSON.stringify(sign));
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    // The file may have held the longer sign of a holder before.
    ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Gives a sign every second until the file is gone. @returns the timer. */
export function beat({ file, sign }: Beating): NodeJS.Timeout {
  let count = sign.beat;
  const timer = setInterval(() => {
    try {
      count += 1;
      if (!writeSign(file, { ...sign, beat: count })) clearInterval(timer);
    } catch {
      // A disk that fails for a moment costs one sign. After many the lock is lost, which its holder notices before it writes.
    }
  }, beatMs);
  return timer;
}

/**
 * Gives signs from a thread of its own, since the main thread can be busy for many seconds: a batch of all images, a slow disk that is
 * forced to write, the wait for another writer of a journal. Where no thread can be started, this thread gives them.
 * @returns what stops it.
 */
export function beatInThread(beating: Beating): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const beatHere = () => {
    // The signs keep no process alive.
    if (!isStopped) timer ??= beat(beating).unref();
  };
  let worker: Worker | undefined;
  try {
    worker = new Worker(new URL('./heartbeat-thread-program.js', import.meta.url), {
      workerData: beating,
      // The thread holds one small object.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, codeRangeSizeMb: 4, stackSizeMb: 1 },
    });
    worker.unref();
    worker.on('error', beatHere);
  } catch {
    beatHere();
  }
  return () => {
    isStopped = true;
    clearInterval(timer);
    worker?.terminate();
  };
}
