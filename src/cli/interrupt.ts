/**
 * Signals that stop the work (Ctrl-C, SIGTERM, SIGHUP): the first one saves after the current batch, a second one exits
 * at once.
 */

/** Exit codes as shells give them: 128 plus the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type StopSignal = keyof typeof exitCodes;

/**
 * A signal this soon after the first one is the same key press: npx and npm forward the Ctrl-C that the terminal also
 * sends to us.
 */
const sameWishMs = 250;

export interface InterruptSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  exit(code: number): void;
  /** The time of a monotonic clock (milliseconds). */
  now(): number;
}

const thisProcess: InterruptSource = {
  on: (signal, listener) => process.on(signal, listener),
  off: (signal, listener) => process.off(signal, listener),
  exit: (code) => process.exit(code),
  now: () => performance.now(),
};

export class Interrupt {
  readonly #controller = new AbortController();
  readonly #source: InterruptSource;
  readonly #onFirst: (again: string) => void;
  #first: { readonly signal: StopSignal; readonly at: number } | undefined;

  /** @param onFirst is called at the first signal; `again` says how to exit at once: `press Ctrl-C again`. */
  constructor(onFirst: (again: string) => void, source: InterruptSource = thisProcess) {
    this.#onFirst = onFirst;
    this.#source = source;
    for (const signal of signals) source.on(signal, this.#hear);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * The exit code of a command whose work ended with `code`. After a signal this is the signal's code, even if the work
   * had just finished: a calling script must see that it was interrupted. The event loop gets a turn first, in which
   * pending signals arrive.
   */
  async exitCode(code: number): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#first ? exitCodes[this.#first.signal] : code;
  }

  /** Stops listening: from now on signals end the process. */
  release(): void {
    for (const signal of signals) this.#source.off(signal, this.#hear);
  }

  readonly #hear = (signal: StopSignal): void => {
    const { now, exit } = this.#source;
    if (!this.#first) {
      this.#first = { signal, at: now() };
      this.#controller.abort();
      this.#onFirst(signal === 'SIGINT' ? 'press Ctrl-C again' : 'send the signal again');
      return;
    }
    // A closing terminal sends SIGHUP several times, so a second SIGHUP is no second wish.
    if (signal === 'SIGHUP' || now() - this.#first.at < sameWishMs) return;
    exit(exitCodes[signal]);
  };
}

const signals = Object.keys(exitCodes) as StopSignal[];
