/**
 * The program of a crew's worker thread: reports that it is ready, waits for its place in the crew, and works there.
 */
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { serve } from '../train/crew.ts';
import type { CrewOrder, CrewReady } from './node-threads.ts';

/** The kernel's number of this thread (Linux), by which others see whether it still runs; undefined elsewhere. */
function kernelThread(): number | undefined {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')));
  } catch {
    return undefined;
  }
}

parentPort?.once('message', ({ plan, index }: CrewOrder) => serve(plan, index));
const ready: CrewReady = { kernelThread: kernelThread() };
parentPort?.postMessage(ready);
