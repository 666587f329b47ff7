/** Trials on worker threads of their own: started, listened to, stopped. */
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../data/dataset.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { RunningTrial, TrialMessage } from '../tasks/task.ts';
import type { MetricsLine } from './run-folder.ts';
import type { RunData } from './train-run.ts';

/** What a worker is told. */
export interface ThreadOrder {
  readonly hyperparameters: Hyperparameters;
  readonly out: string;
  readonly threads: number;
  readonly data: RunData;
  /** The results of a trial that ended are made again. */
  readonly again: boolean;
}

/** What a worker tells; its epochs are lines of metrics. */
export type ThreadMessage =
  | Exclude<TrialMessage, { readonly type: 'epoch' }>
  | { readonly type: 'epoch'; readonly line: MetricsLine; readonly share: number };

/** Starts a trial; `listen` hears everything up to its end, which comes exactly once. */
export function startThread(order: ThreadOrder, listen: (message: ThreadMessage) => void): RunningTrial {
  const worker = new Worker(new URL('./trial-thread.js', import.meta.url), { workerData: order });
  let ended = false;
  const hear = (message: ThreadMessage) => {
    if (ended) return;
    ended = message.type !== 'progress' && message.type !== 'epoch';
    listen(message);
  };
  worker.on('message', hear);
  worker.on('error', (error) => hear({ type: 'failed', kind: 'trial', message: reasonOf(error) }));
  worker.on('exit', (code) =>
    hear({ type: 'failed', kind: 'trial', message: `its thread ended unexpectedly (exit code ${code})` }),
  );
  return { stop: () => worker.postMessage('stop'), kill: () => worker.terminate() };
}

function reasonOf(error: Error): string {
  const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? `out of memory: ${error.message}` : error.message;
}

/** The set in memory that threads share instead of copying. */
export function shareDataset(dataset: Dataset): Dataset {
  const share = <T extends Uint8Array | Float32Array>(array: T, make: (memory: SharedArrayBuffer) => T): T => {
    const shared = make(new SharedArrayBuffer(array.byteLength));
    shared.set(array);
    return shared;
  };
  const { images, labels } = dataset;
  return {
    ...dataset,
    images:
      images instanceof Float32Array
        ? share(images, (memory) => new Float32Array(memory))
        : share(images, (memory) => new Uint8Array(memory)),
    labels: share(labels, (memory) => new Uint8Array(memory)),
  };
}
