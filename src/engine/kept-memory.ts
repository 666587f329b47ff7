/** A memory for trainings that follow each other. */
import { createMemory } from './arena.ts';

/**
 * Keeps one memory from training to training. JavaScript engines free a memory only when their garbage collector comes to it, which may be
 * several trainings later; MNIST needs some 60 MB each time.
 */
export class KeptMemory {
  #free: WebAssembly.Memory | undefined;

  /** A memory of at least so many bytes, all of them zero: the kept one if nobody uses it and it is large enough, else a new one. */
  take(bytes: number): WebAssembly.Memory {
    const kept = this.#free;
    this.#free = undefined;
    if (kept === undefined || kept.buffer.byteLength < bytes) return createMemory(bytes);
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
