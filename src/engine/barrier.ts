/** A point where a fixed number of threads wait for each other, on words of their shared memory. */

/** How many 32-bit words a barrier takes. */
export const barrierWords = 4;

const generationWord = 0;
const arrivedWord = 1;
const sleepersWord = 2;
const failedWord = 3;

/** Looks at the other threads this often (some 10 µs) before it goes to sleep. */
const patience = 2_000;
const longestWaitMs = 120_000;

export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;

  /** @param words {@link barrierWords} shared words, all zero at first. */
  constructor(words: Int32Array, threads: number) {
    this.#words = words;
    this.#threads = threads;
  }

  /**
   * Returns once all threads have arrived. `forOrders`: however long that takes (an idle thread sleeps).
   * @throws Error when another thread has failed or does not come within two minutes.
   */
  wait(forOrders = false): void {
    if (this.#threads === 1) return;
    const words = this.#words;
    const generation = Atomics.load(words, generationWord);
    if (Atomics.add(words, arrivedWord, 1) + 1 === this.#threads) {
      Atomics.store(words, arrivedWord, 0);
      Atomics.add(words, generationWord, 1);
      // A wake-up call costs a microsecond, so it is made only if somebody sleeps. A thread that is about to sleep has
      // counted itself before it looks at the generation a last time, so it cannot be missed.
      if (Atomics.load(words, sleepersWord) > 0) Atomics.notify(words, generationWord);
    } else if (!this.#spin(generation)) {
      this.#sleep(generation, forOrders ? Infinity : longestWaitMs);
    }
    if (Atomics.load(words, failedWord) !== 0) throw new Error('a thread of the engine has failed');
  }

  /** Tells the others that this thread cannot go on, so that nobody waits for it. */
  fail(): void {
    Atomics.store(this.#words, failedWord, 1);
    Atomics.add(this.#words, generationWord, 1);
    Atomics.notify(this.#words, generationWord);
  }

  #spin(generation: number): boolean {
    for (let look = 0; look < patience; look++) {
      if (Atomics.load(this.#words, generationWord) !== generation) return true;
    }
    return false;
  }

  #sleep(generation: number, timeoutMs: number): void {
    const words = this.#words;
    Atomics.add(words, sleepersWord, 1);
    while (Atomics.load(words, generationWord) === generation) {
      if (Atomics.wait(words, generationWord, generation, timeoutMs) === 'timed-out') {
        throw new Error('a thread of the engine has stopped answering');
      }
    }
    Atomics.sub(words, sleepersWord, 1);
  }
}
