/** Ctrl-C, SIGTERM and a closed terminal as a wish to stop: the first is granted at the next batch, the second at once. */

/** Exit codes as shells count: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type StopSignal = keyof typeof exitCodes;

/**
 * Signals this soon after the first are the same wish: npx and npm hand on the Ctrl-C that the terminal sends to both.
 */
const sameWishMs = 250;

export interface InterruptSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  exit(code: number): void;
  /** Milliseconds since any moment. */
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

  /** @param onFirst tells the user; `again` says what stops at once: `press Ctrl-C again`. */
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
   * The exit code of a command whose work ended with `code`: after a signal that signal's, even if the work was done by then, so that
   * a script that was interrupted does not go on. The event loop gets a turn first, in which signals arrive.
   */
  async exitCode(code: number): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#first ? exitCodes[this.#first.signal] : code;
  }

  /** Signals end the process again. */
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
    // A terminal that closes sends SIGHUP more than once, and nobody is there to be impatient.
    if (signal === 'SIGHUP' || now() - this.#first.at < sameWishMs) return;
    exit(exitCodes[signal]);
  };
}

const signals = Object.keys(exitCodes) as StopSignal[];
