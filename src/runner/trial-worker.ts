/** The worker thread of one trial, seen from the main thread: started, listened to, stopped. */
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../data/dataset.ts';
import type { Claim } from '../disk/lock.ts';
import type { Width } from '../engine/kernels.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { RunningTrial, TrialMessage } from '../tasks/task.ts';
import { machineFailure } from './machine.ts';
import type { RunData } from './run-data.ts';
import type { MetricsLine } from './run-folder.ts';

/** What a trial's worker is given. */
export interface TrialWorkerOrder {
  readonly hyperparameters: Hyperparameters;
  readonly out: string;
  readonly threads: number;
  readonly width: Width;
  /** Whether the training set is evaluated too. */
  readonly evaluateTrain: boolean;
  /** Whether the balanced accuracy is recorded, too. */
  readonly balancedAccuracy: boolean;
  readonly data: RunData;
  /** The study's right to write, checked before each write. */
  readonly claim: Claim | undefined;
  /** Whether the results of an ended trial are made again. */
  readonly again: boolean;
}

/** The messages of a trial's worker. Its epochs are lines of metrics. */
export type TrialWorkerMessage =
  | Exclude<TrialMessage, { readonly type: 'epoch' }>
  | { readonly type: 'epoch'; readonly line: MetricsLine; readonly share: number };

/**
 * Retries of a refused start: the kernel still counts a thread for a moment after its end.
 */
const starts = { most: 5, pauseMs: 100 };

/**
 * Starts a trial. `listen` gets every message. The message about the trial's end comes exactly once, after the thread
 * has ended, because the next trial may need the thread's place (ulimit -u) and memory.
 */
export function startTrialWorker(order: TrialWorkerOrder, listen: (message: TrialWorkerMessage) => void): RunningTrial {
  let worker: Worker | undefined;
  let waiting: NodeJS.Timeout | undefined;
  const start = (tries: number): void => {
    waiting = undefined;
    try {
      worker = new Worker(new URL('./trial-worker-program.js', import.meta.url), { workerData: order });
      follow(worker, listen);
    } catch (error) {
      // A timer, since the caller must get the trial before the message about its end.
      const again = tries < starts.most ? () => start(tries + 1) : () => listen(endOf(error, false));
      waiting = setTimeout(again, starts.pauseMs);
    }
  };
  start(1);
  return {
    stop() {
      if (waiting) {
        clearTimeout(waiting);
        waiting = undefined;
        setImmediate(() => listen({ type: 'interrupted' }));
      }
      worker?.postMessage('stop');
    },
    async kill() {
      clearTimeout(waiting);
      await worker?.terminate();
    },
  };
}

function follow(worker: Worker, listen: (message: TrialWorkerMessage) => void): void {
  let begun = false;
  let end: TrialWorkerMessage | undefined;
  worker.on('message', (message: TrialWorkerMessage) => {
    begun = true;
    if (message.type === 'progress' || message.type === 'epoch') listen(message);
    else end ??= message;
  });
  worker.on('error', (error) => {
    end ??= endOf(error, begun);
  });
  worker.on('exit', (code) => {
    listen(end ?? { type: 'failed', kind: 'trial', message: `its thread ended unexpectedly (exit code ${code})` });
  });
}

/**
 * The end of a trial by an error. If the machine had no room for the thread, the trial was refused and has not begun.
 */
function endOf(error: unknown, begun: boolean): TrialWorkerMessage {
  const failure = machineFailure(error);
  if (failure && !begun) return { type: 'refused', message: failure.message };
  return { type: 'failed', kind: 'trial', message: messageOf(failure ?? error) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The data set in shared memory, so that threads need no copies. The names of its files, which would be copied, are left out. */
export function shareDataset(dataset: Dataset): Dataset {
  const share = <T extends Uint8Array | Float32Array>(array: T, make: (memory: SharedArrayBuffer) => T): T => {
    const shared = make(new SharedArrayBuffer(array.byteLength));
    shared.set(array);
    return shared;
  };
  const { images, labels, files: _, ...rest } = dataset;
  return {
    ...rest,
    images:
      images instanceof Float32Array
        ? share(images, (memory) => new Float32Array(memory))
        : share(images, (memory) => new Uint8Array(memory)),
    labels: share(labels, (memory) => new Uint8Array(memory)),
  };
}
