/** A wait that others can end: a stream's time between two looks. */

export class Pause {
  readonly #signal: AbortSignal;
  #isEnded = false;
  #wake: (() => void) | undefined;

  /** @param signal ends every wait for good. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.end(), { once: true });
  }

  /** Ends the wait, or the next one if none is under way. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Resolves when the wait is ended, and at the latest after so long. */
  async wait(mostMs: number): Promise<void> {
    if (!this.#isEnded && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, mostMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#isEnded = false;
  }
}
