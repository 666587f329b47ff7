/** A memory for trainings that follow each other. */
import { createMemory, mostBytes } from './arena.ts';

/** A memory may grow so many times as large as its first user needs, since the next may need more. Only addresses are reserved for that. */
const roomToGrow = 1.25;

/**
 * Keeps one memory from training to training. JavaScript engines free a memory only when their garbage collector comes to it, which may be
 * several trainings later; MNIST needs some 60 MB each time.
 */
export class KeptMemory {
  #free: WebAssembly.Memory | undefined;
  /** How far each memory can grow [bytes]. */
  readonly #limits = new WeakMap<WebAssembly.Memory, number>();

  /** A memory that can grow to so many bytes, all of them zero: the kept one if nobody uses it and it is large enough, else a new one. */
  take(bytes: number): WebAssembly.Memory {
    const kept = this.#free;
    this.#free = undefined;
    if (kept === undefined || this.#limits.get(kept)! < bytes) {
      const limit = Math.min(bytes * roomToGrow, mostBytes);
      const memory = createMemory(limit);
      this.#limits.set(memory, limit);
      return memory;
    }
    // Eight bytes at a time: a shared memory is filled number by number.
    new Float64Array(kept.buffer).fill(0);
    return kept;
  }

  /** Keeps a memory that nobody uses any more, in place of the one that was kept before. */
  giveBack(memory: WebAssembly.Memory): void {
    this.#free = memory;
  }
}

/**
 * A memory for the option `memory` of `fit`: trainings with it use one memory, one after the other. Trainings at the same time have a memory
 * each. Results do not depend on it.
 */
export function keptMemory(): KeptMemory {
  return new KeptMemory();
}
