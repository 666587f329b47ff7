/** A barrier: a fixed number of threads wait here for each other, with atomic operations on shared memory. */
import { WorldError } from '../base/errors.ts';

/** How many 32-bit words a barrier takes. */
export const barrierWords = 4;

const generationWord = 0;
const arrivedWord = 1;
const sleepersWord = 2;
const failedWord = 3;

/**
 * A waiting thread reads the generation this many times (about 100 µs) before it sleeps. Waking it takes some 50 µs, and
 * two threads that share a batch of 32 usually finish within 60 µs of each other.
 */
const spins = 20_000;
/** How often a sleeping thread checks whether the other threads still run [ms]. */
const checkMs = 1_000;

export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;
  readonly #othersLive: (() => boolean) | undefined;

  /**
   * @param words {@link barrierWords} shared words, all zero at first.
   * @param othersLive whether the other threads still run. Without it, a thread waits until all have arrived or one has
   * failed.
   */
  constructor(words: Int32Array, threads: number, othersLive?: () => boolean) {
    this.#words = words;
    this.#threads = threads;
    this.#othersLive = othersLive;
  }

  /** Returns once all threads have arrived. @throws WorldError when another thread has failed or ended. */
  wait(): void {
    if (this.#threads === 1) return;
    const words = this.#words;
    const generation = Atomics.load(words, generationWord);
    if (Atomics.load(words, failedWord) !== 0) throw failure();
    if (Atomics.add(words, arrivedWord, 1) + 1 === this.#threads) {
      Atomics.store(words, arrivedWord, 0);
      Atomics.add(words, generationWord, 1);
      // Atomics.notify takes a microsecond, so it is called only if a thread sleeps. No sleeper is missed: a thread
      // increments the count of sleepers before it reads the generation for the last time.
      if (Atomics.load(words, sleepersWord) > 0) Atomics.notify(words, generationWord);
    } else if (!this.#spin(generation)) {
      this.#sleep(generation);
    }
    if (Atomics.load(words, failedWord) !== 0) throw failure();
  }

  /**
   * Tells the other threads that this thread has failed, so that they stop waiting. The barrier cannot be used again.
   */
  fail(): void {
    Atomics.store(this.#words, failedWord, 1);
    Atomics.add(this.#words, generationWord, 1);
    Atomics.notify(this.#words, generationWord);
  }

  #spin(generation: number): boolean {
    for (let spin = 0; spin < spins; spin++) {
      if (Atomics.load(this.#words, generationWord) !== generation) return true;
    }
    return false;
  }

  #sleep(generation: number): void {
    const words = this.#words;
    Atomics.add(words, sleepersWord, 1);
    while (Atomics.load(words, generationWord) === generation) {
      const slept = Atomics.wait(words, generationWord, generation, this.#othersLive ? checkMs : Infinity);
      // A thread that is killed, for instance when it runs out of memory, does not call fail().
      if (slept === 'timed-out' && this.#othersLive?.() === false) this.fail();
    }
    Atomics.sub(words, sleepersWord, 1);
  }
}

function failure(): WorldError {
  return new WorldError('a thread of the engine has ended before its work was done');
}
