/** The worker threads of trials, seen from the main thread: started, listened to, stopped, used again. */
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../data/dataset.ts';
import type { Claim } from '../disk/lock.ts';
import type { Width } from '../engine/kernels.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { RunningTrial, TrialMessage } from '../tasks/task.ts';
import { machineFailure, readMachine } from './machine.ts';
import type { RunData } from './run-data.ts';
import type { MetricsLine } from './run-folder.ts';
import type { DistillationRecord } from './run-identity.ts';

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
  /** The study's teachers, and where they are now. */
  readonly distill?: DistillationRecord & { readonly places: readonly string[] };
  /** The study's right to write, checked before each write. */
  readonly claim: Claim | undefined;
  /** Whether the results of an ended trial are made again. */
  readonly again: boolean;
  /** The epoch at which it pauses; absent: none. */
  readonly until?: number;
}

/** The messages of a trial's worker. Its epochs are lines of metrics. */
export type TrialWorkerMessage =
  | Exclude<TrialMessage, { readonly type: 'epoch' }>
  | { readonly type: 'epoch'; readonly line: MetricsLine; readonly share: number };

/** What the main thread posts to a trial's worker: a trial to run, or the request to save it and stop. */
export type TrialWorkerRequest = TrialWorkerOrder | 'stop';

/**
 * Retries of a refused start: the kernel still counts a thread for a moment after its end.
 */
const starts = { most: 5, pauseMs: 100 };

/**
 * The most trials that a thread runs. Each leaves a WebAssembly memory, which V8 frees late, but with the thread at the
 * latest.
 */
const mostTrials = 8;

/** A trial at work in a thread. */
interface Work {
  readonly listen: (message: TrialWorkerMessage) => void;
  /** Whether the thread has said anything about the trial. */
  begun: boolean;
  /** The message about the trial's end, told when the thread has ended. */
  end: TrialWorkerMessage | undefined;
}

/**
 * Threads that run trials. A thread that has run a trial to its end waits for the next one, which then starts without
 * loading the engine and compiling its kernels again. After some trials it ends, which frees all their memory.
 */
export class TrialWorkers {
  readonly #working = new Map<Worker, Work>();
  readonly #waiting = new Set<Worker>();
  /** How many trials each thread was given. */
  readonly #trials = new WeakMap<Worker, number>();
  /** Under a limit on addresses (ulimit -v) a trial may need those of the memory that the trial before it left. */
  readonly #mostTrials = readMachine().addresses === undefined ? mostTrials : 1;

  /**
   * Starts a trial. `listen` gets every message. The message about the trial's end comes exactly once; by then the
   * thread waits for another trial, or has ended, because the next trial may need its place (ulimit -u) and memory.
   */
  start(order: TrialWorkerOrder, listen: (message: TrialWorkerMessage) => void): RunningTrial {
    const work: Work = { listen, begun: false, end: undefined };
    let worker: Worker | undefined;
    let timer: NodeJS.Timeout | undefined;
    const start = (tries: number): void => {
      timer = undefined;
      try {
        worker = this.#thread();
        this.#working.set(worker, work);
        this.#trials.set(worker, this.#trialsOf(worker) + 1);
        worker.postMessage(order satisfies TrialWorkerRequest);
      } catch (error) {
        // A timer, since the caller must get the trial before the message about its end.
        const again = tries < starts.most ? () => start(tries + 1) : () => listen(endOf(error, false));
        timer = setTimeout(again, starts.pauseMs);
      }
    };
    start(1);
    /** The thread while it runs this trial. Afterwards it may run another one, which this trial's caller must not end. */
    const own = () => (worker && this.#working.get(worker) === work ? worker : undefined);
    return {
      stop() {
        if (timer) {
          clearTimeout(timer);
          timer = undefined;
          setImmediate(() => listen({ type: 'interrupted' }));
        }
        own()?.postMessage('stop' satisfies TrialWorkerRequest);
      },
      async kill() {
        clearTimeout(timer);
        await own()?.terminate();
      },
    };
  }

  /** Ends the threads that wait for a trial. */
  async close(): Promise<void> {
    await Promise.all([...this.#waiting].map((worker) => worker.terminate()));
  }

  /** A thread that waits for a trial, or a new one. @throws where the machine allows no more threads. */
  #thread(): Worker {
    const [waiting] = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting.delete(waiting);
      waiting.ref();
      return waiting;
    }
    const worker = new Worker(new URL('./trial-worker-program.js', import.meta.url));
    worker.on('message', (message: TrialWorkerMessage) => this.#hear(worker, message));
    worker.on('error', (error) => {
      const work = this.#working.get(worker);
      if (work) work.end ??= endOf(error, work.begun);
    });
    worker.on('exit', (code) => {
      const work = this.#working.get(worker);
      this.#working.delete(worker);
      this.#waiting.delete(worker);
      const unexpected = `its thread ended unexpectedly (exit code ${code})`;
      work?.listen(work.end ?? { type: 'failed', kind: 'trial', message: unexpected });
    });
    return worker;
  }

  #trialsOf(worker: Worker): number {
    return this.#trials.get(worker) ?? 0;
  }

  #hear(worker: Worker, message: TrialWorkerMessage): void {
    const work = this.#working.get(worker);
    if (!work) return;
    work.begun = true;
    if (message.type === 'progress' || message.type === 'epoch') {
      work.listen(message);
    } else if (message.type === 'finished' && this.#trialsOf(worker) < this.#mostTrials) {
      this.#working.delete(worker);
      this.#waiting.add(worker);
      // A thread that waits keeps no process alive.
      worker.unref();
      work.listen(message);
    } else {
      work.end ??= message;
      void worker.terminate();
    }
  }
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
