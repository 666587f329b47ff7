/** Crews of Node's worker threads, which train or evaluate one model together. */
import { Worker } from 'node:worker_threads';
import { checkFunction, checkInteger, checkOptions } from '../base/argument.ts';
import type { CrewPlan } from '../train/crew-plan.ts';
import type { Helpers, Threads } from '../train/threads.ts';
import { defaultThreads, machineFailure, mostThreads, readMachine, threadRoom } from './machine.ts';

/** The message to a crew thread: its place in the crew. */
export interface CrewOrder {
  readonly plan: CrewPlan;
  readonly index: number;
}

/** How {@link nodeThreads} are watched. */
export interface NodeThreadsOptions {
  /** Called with one line when the machine allows fewer threads than were asked for. */
  readonly onFewer?: ((text: string) => void) | undefined;
}

/**
 * `count` threads to train or evaluate one model with (the calling thread is one of them). Default: one for each core that this
 * process may use. Results are the same for any count. Where the machine allows fewer (ulimit, cgroup), fewer are started.
 * @param count 1 to 256. @throws UsageError for any other count, and for unknown options.
 */
export function nodeThreads(count: number = defaultThreads(mostThreads), options: NodeThreadsOptions = {}): Threads {
  checkThreadCount(count);
  checkOptions('nodeThreads()', options, { onFewer: true });
  const { onFewer } = options;
  if (onFewer !== undefined) checkFunction('nodeThreads(): onFewer', onFewer);
  return {
    count,
    async start(wanted) {
      const room = threadRoom(readMachine());
      const { workers, refusal } = await startWorkers(Math.min(wanted, room.threads));
      if (workers.length < wanted) {
        const now = workers.length + 1;
        onFewer?.(
          `${now} ${now === 1 ? 'thread works' : 'threads work'} instead of ${wanted + 1}: ${refusal ?? room.because}`,
        );
      }
      return new NodeHelpers(workers);
    },
  };
}

/** @throws UsageError unless it is an integer from 1 to 256. */
export function checkThreadCount(count: number): void {
  checkInteger('threads', count, 1, mostThreads);
}

/** Starts up to `count` workers. @returns the started ones, and in `refusal` the limit that prevented the others. */
async function startWorkers(count: number): Promise<{ workers: Worker[]; refusal: string | undefined }> {
  const starting: Promise<Worker | string>[] = [];
  for (let i = 0; i < count; i++) {
    try {
      starting.push(ready(new Worker(new URL('./crew-thread-program.js', import.meta.url))));
    } catch (error) {
      starting.push(Promise.resolve(refusalOf(error)));
      break;
    }
  }
  const results = await Promise.all(starting);
  return {
    workers: results.filter((result) => typeof result !== 'string'),
    refusal: results.find((result) => typeof result === 'string'),
  };
}

/** Resolves to the worker when it is ready, or to a message about the limit of the machine that ended it. */
function ready(worker: Worker): Promise<Worker | string> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', (error) => {
      try {
        resolve(refusalOf(error));
      } catch (other) {
        reject(other);
      }
    });
    worker.once('exit', () => resolve('a thread ended while it started'));
  });
}

/** The message about a limit of the machine. @throws any other error. */
function refusalOf(error: unknown): string {
  const failure = machineFailure(error);
  if (!failure) throw error;
  return failure.message;
}

class NodeHelpers implements Helpers {
  readonly #workers: readonly Worker[];
  readonly #ended: Promise<unknown>;
  readonly #failed: Promise<string>;
  #haveAllStayed = true;

  constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.#ended = Promise.all(
      workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve()))),
    );
    this.#failed = new Promise((resolve) => {
      for (const worker of workers) {
        worker.once('error', (error) => resolve(`has ended: ${(machineFailure(error) ?? error).message}`));
        worker.once('exit', () => {
          this.#haveAllStayed = false;
        });
      }
    });
  }

  get count(): number {
    return this.#workers.length;
  }

  async begin(plan: CrewPlan): Promise<void> {
    for (const [i, worker] of this.#workers.entries()) {
      // Node learns here when the thread's event loop began, without which it cannot tell later that the loop has ended.
      loopRuns(worker);
      const order: CrewOrder = { plan, index: i + 1 };
      worker.postMessage(order);
    }
  }

  areAlive(): boolean {
    return this.#haveAllStayed && this.#workers.every(loopRuns);
  }

  /**
   * The error of a thread that has ended. The error arrives after the end, so this waits for it, one second at most.
   */
  async failure(): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), 1_000);
    });
    const reason = await Promise.race([this.#failed, late]);
    clearTimeout(timer);
    return reason;
  }

  close(): Promise<unknown> {
    return this.#ended;
  }

  kill(): Promise<unknown> {
    return Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/**
 * Whether the thread's event loop still exists, asked without waiting: the event `exit` comes only when the calling
 * thread is back in its own event loop, and a thread that waits at a barrier is not. Node gives an idle time of -1 for a
 * loop that has ended (Worker::LoopIdleTime in src/node_worker.cc), on every operating system.
 */
function loopRuns({ performance }: Worker): boolean {
  return performance.eventLoopUtilization().idle >= 0;
}
