/** Crews of a browser's web workers, which train or evaluate one model together. */
import { checkInteger } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import type { CrewPlan } from '../train/crew-plan.ts';
import type { Helpers, Threads } from '../train/threads.ts';

/** The message to a crew's thread: its place in the crew. */
export interface WebCrewOrder {
  readonly plan: CrewPlan;
  readonly index: number;
}

/** What a crew's thread says. */
export type WebCrewReport =
  | { readonly type: 'ready' }
  /** It has the plan. */
  | { readonly type: 'placed' }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly message: string };

const mostThreads = 256;

/**
 * Threads to train or evaluate one model with, in a browser (the calling thread is one of them). Call `fit` in a worker: a page's own
 * thread must not wait for others. One thread where the page is not cross-origin isolated, since memory cannot be shared there: serve
 * the page with `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`. Results are the same for any count.
 * @param count 1 to 256. Default: one for each core. @throws UsageError for any other count, and outside a browser.
 */
export function webThreads(count: number = globalThis.navigator?.hardwareConcurrency ?? 1): Threads {
  checkInteger('threads', count, 1, mostThreads);
  if (typeof Worker === 'undefined') {
    throw new UsageError(
      "webThreads() needs a browser's workers; in Node, nodeThreads() of 'lenet-lab/node' makes threads",
    );
  }
  return { count: globalThis.crossOriginIsolated ? count : 1, start };
}

async function start(count: number): Promise<Helpers> {
  const threads = Array.from({ length: count }, () => new WebThread());
  try {
    await Promise.all(threads.map(({ ready }) => ready));
  } catch (error) {
    for (const thread of threads) thread.kill();
    throw error;
  }
  return new WebHelpers(threads);
}

/** A worker of a crew, and what is known of it. */
class WebThread {
  readonly #worker = new Worker(new URL('./web-thread-program.js', import.meta.url), { type: 'module' });
  readonly ready: Promise<void>;
  /** Resolves when the thread has ended: to the reason, if it was not told to. */
  readonly ended: Promise<string | undefined>;
  readonly #placed: Promise<void>;
  hasEnded = false;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#hear((report) => {
        if (report.type !== 'ended' && report.type !== 'failed') return;
        this.hasEnded = true;
        resolve(report.type === 'failed' ? report.message : undefined);
      });
    });
    this.ready = this.#reported('ready');
    this.#placed = this.#reported('placed');
    // A thread that fails before it is asked for its place has said so by `ready`.
    this.#placed.catch(() => {});
  }

  #hear(listen: (report: WebCrewReport) => void): void {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<WebCrewReport>) => listen(data));
    this.#worker.addEventListener('error', ({ message }) => {
      listen({ type: 'failed', message: message || 'its program could not be loaded' });
    });
  }

  #reported(wanted: WebCrewReport['type']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#hear((report) => {
        if (report.type === wanted) resolve();
        if (report.type === 'failed') reject(new WorldError(`a thread of the engine cannot start: ${report.message}`));
      });
    });
  }

  begin(order: WebCrewOrder): Promise<void> {
    this.#worker.postMessage(order);
    return this.#placed;
  }

  kill(): void {
    this.#worker.terminate();
  }
}

/** How long {@link WebHelpers.failure} waits for the report of a thread that has failed [ms]. */
const reportMs = 1_000;

class WebHelpers implements Helpers {
  readonly #threads: readonly WebThread[];

  constructor(threads: readonly WebThread[]) {
    this.#threads = threads;
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Chromium delivers a message to a worker's own worker only while the sender handles messages: the threads answer when they have it. */
  async begin(plan: CrewPlan): Promise<void> {
    await Promise.all(this.#threads.map((thread, i) => thread.begin({ plan, index: i + 1 })));
  }

  /** A browser ends the whole page rather than one of its threads, and a thread that fails tells the others by the barrier. */
  areAlive(): boolean {
    return this.#threads.every(({ hasEnded }) => !hasEnded);
  }

  async failure(): Promise<string | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), reportMs);
    });
    const reasons = this.#threads.map(({ ended }) => ended.then((reason) => reason && `has ended: ${reason}`));
    const reason = await Promise.race([...reasons, late]);
    clearTimeout(timer);
    return reason;
  }

  close(): Promise<unknown> {
    return Promise.all(this.#threads.map(({ ended }) => ended));
  }

  kill(): Promise<unknown> {
    for (const thread of this.#threads) thread.kill();
    return Promise.resolve();
  }
}
