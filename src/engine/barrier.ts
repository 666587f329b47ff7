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

  /** Returns once all threads have arrived. @throws Error when another thread has failed or does not come. */
  wait(): void {
    if (this.#threads === 1) return;
    const words = this.#words;
    const generation = Atomics.load(words, generationWord);
    if (Atomics.add(words, arrivedWord, 1) + 1 === this.#threads) {
      Atomics.store(words, arrivedWord, 0);
      Atomics.add(words, generationWord, 1);
      // A wake-up call costs a microsecond, so it is made only if somebody sleeps. A thread that is about to sleep has
      // counted itself before it looks at the generation a last time, so it cannot be missed.
      if (Atomics.load(words, sleepersWord) > 0) Atomics.notify(words, generationWord);
      return;
    }
    for (let look = 0; look < patience; look++) {
      if (Atomics.load(words, generationWord) !== generation) return this.#check();
    }
    Atomics.add(words, sleepersWord, 1);
    const outcome = this.#sleep(generation);
    Atomics.sub(words, sleepersWord, 1);
    if (outcome === 'timed-out') throw new Error('a thread of the engine has stopped answering');
    this.#check();
  }

  /** As wait, for a thread that waits for orders: sleeps for as long as it takes. */
  waitForOrders(): void {
    const words = this.#words;
    const generation = Atomics.load(words, generationWord);
    Atomics.add(words, arrivedWord, 1);
    for (let look = 0; look < patience; look++) {
      if (Atomics.load(words, generationWord) !== generation) return;
    }
    Atomics.add(words, sleepersWord, 1);
    while (Atomics.load(words, generationWord) === generation) Atomics.wait(words, generationWord, generation);
    Atomics.sub(words, sleepersWord, 1);
  }

  /** Tells the others that this thread cannot go on, so that nobody waits for it. */
  fail(): void {
    Atomics.store(this.#words, failedWord, 1);
    Atomics.add(this.#words, generationWord, 1);
    Atomics.notify(this.#words, generationWord);
  }

  #sleep(generation: number): 'ok' | 'timed-out' {
    while (Atomics.load(this.#words, generationWord) === generation) {
      if (Atomics.wait(this.#words, generationWord, generation, longestWaitMs) === 'timed-out') return 'timed-out';
    }
    return 'ok';
  }

  #check(): void {
    if (Atomics.load(this.#words, failedWord) !== 0) throw new Error('a thread of the engine has failed');
  }
}
