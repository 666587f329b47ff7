/**
 * The heartbeat of a lock holder: a separate thread rewrites the holder's file every second, which tells others that
 * the holder lives.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { codeOf } from './platform.ts';
import type { ProcessRecord } from './process-record.ts';

/** The content of a lock holder's file. */
export interface HolderRecord extends ProcessRecord {
  /** A random name: a new one each time that a lock is taken. */
  readonly token: string;
  /** When the lock was taken (ISO 8601, the holder's clock). Shown to people, never compared. */
  readonly since: string;
  /** The number of heartbeats so far. */
  readonly beat: number;
}

/** What the heartbeat thread is given. */
export interface Beating {
  readonly file: string;
  readonly record: HolderRecord;
}

/**
 * Time between two heartbeats. A waiting process sees within about a second that the holder lives, and one write a
 * second is cheap.
 */
export const beatMs = 1000;

/**
 * Rewrites the holder's file. Never makes a missing file, since that would bring back a lock that another process has
 * taken over.
 * @returns whether the file was there.
 */
export function writeRecord(file: string, record: HolderRecord): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r+');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
  try {
    const bytes = Buffer.from(JSON.stringify(record));
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    // The file may still hold the longer text of an earlier holder.
    ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Writes a heartbeat every second until the file is gone. @returns the timer. */
export function beat({ file, record }: Beating): NodeJS.Timeout {
  let count = record.beat;
  const timer = setInterval(() => {
    try {
      count += 1;
      if (!writeRecord(file, { ...record, beat: count })) clearInterval(timer);
    } catch {
      // A short failure of the disk costs one heartbeat. After 15 the lock may be taken over, which the holder notices
      // before it writes.
    }
  }, beatMs);
  return timer;
}

/**
 * Starts the heartbeat in a separate thread, because the main thread can be blocked for many seconds: by a batch of all
 * images, a slow disk, or another writer of the journal. Where no thread can be started, this thread writes the
 * heartbeat.
 * @returns a function that stops the heartbeat.
 */
export function beatInThread(beating: Beating): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const beatHere = () => {
    // unref: the timer must not keep the process running.
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
