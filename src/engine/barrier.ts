/** A point where a fixed number of threads wait for each other, on words of their shared memory. */
import { WorldError } from '../base/errors.ts';

/** How many 32-bit words a barrier takes. */
export const barrierWords = 4;

const generationWord = 0;
const arrivedWord = 1;
const sleepersWord = 2;
const failedWord = 3;

/** Looks at the other threads this often (some 10 µs) before it goes to sleep. */
const patience = 2_000;
/** A sleeping thread asks this often whether the others still live. */
const lookMs = 1_000;

export class Barrier {
  readonly #words: Int32Array;
  readonly #threads: number;
  readonly #othersLive: (() => boolean) | undefined;

  /**
   * @param words {@link barrierWords} shared words, all zero at first.
   * @param othersLive whether the threads it waits for still run. A thread without it waits until all have come or one has failed.
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
      // A wake-up call costs a microsecond, so it is made only if somebody sleeps. A thread that is about to sleep has
      // counted itself before it looks at the generation a last time, so it cannot be missed.
      if (Atomics.load(words, sleepersWord) > 0) Atomics.notify(words, generationWord);
    } else if (!this.#spin(generation)) {
      this.#sleep(generation);
    }
    if (Atomics.load(words, failedWord) !== 0) throw failure();
  }

  /** Tells the others that this thread cannot go on, so that nobody waits for it. The barrier cannot be used again. */
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

  #sleep(generation: number): void {
    const words = this.#words;
    Atomics.add(words, sleepersWord, 1);
    while (Atomics.load(words, generationWord) === generation) {
      const slept = Atomics.wait(words, generationWord, generation, this.#othersLive ? lookMs : Infinity);
      // A thread that ends without a word (it ran out of memory, say) tells nobody that it has failed.
      if (slept === 'timed-out' && this.#othersLive?.() === false) this.fail();
    }
    Atomics.sub(words, sleepersWord, 1);
  }
}

function failure(): WorldError {
  return new WorldError('a thread of the engine has ended before its work was done');
}
