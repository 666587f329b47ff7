/** Allocates blocks of a WebAssembly memory at rising addresses. Single blocks are never freed. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { supportsSharedMemory } from './shared-memory.ts';

export const pageBytes = 65_536;
const mostPages = 65_536;
/** All that WebAssembly addresses: 4 GiB. */
export const mostBytes = mostPages * pageBytes;

/**
 * Memory for the kernels that can grow to `bytes` (default 4 GiB, the most that WebAssembly addresses); shared, where the
 * JavaScript engine can share memories. Engines reserve at least this many addresses at once, so a memory should declare no more
 * than it needs.
 * @throws WorldError when the addresses cannot be reserved.
 */
export function createMemory(bytes: number = mostBytes): WebAssembly.Memory {
  const maximum = Math.ceil(bytes / pageBytes);
  if (maximum > mostPages) throw outOfMemory(bytes);
  try {
    if (supportsSharedMemory()) return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    // When such a memory grows, views of it become empty: it has its full size from the start.
    return new WebAssembly.Memory({ initial: maximum, maximum });
  } catch (error) {
    throw new WorldError(
      `cannot reserve addresses for a memory of ${mebibytes(bytes)} MiB: a limit on addresses (ulimit -v) may be too low, since ` +
        'V8 reserves 10 GiB for each memory; NODE_OPTIONS=--disable-wasm-trap-handler reserves only what is needed and is slower',
      { cause: error },
    );
  }
}

/** Allocates blocks of `memory`, starting at address `start` [bytes]. */
export class Arena {
  readonly #memory: WebAssembly.Memory | undefined;
  #end: number;

  /** @param memory undefined for an arena that only counts; its views are then new arrays that are not stored. */
  constructor(memory: WebAssembly.Memory | undefined, start: number) {
    this.#memory = memory;
    this.#end = start;
  }

  /** The first free address. */
  get end(): number {
    return this.#end;
  }

  /** Frees all blocks from `address` on. */
  rewind(address: number): void {
    this.#end = address;
  }

  /**
   * Returns the address of a new block of `bytes` bytes, aligned to 64 bytes. Fresh memory is zero.
   * 64 more bytes are reserved after the block, since kernels may read or write up to 28 bytes past its end.
   * @throws WorldError if the memory cannot grow: it has reached its declared size, or the machine has no memory left.
   */
  allocate(bytes: number): number {
    const address = Math.ceil(this.#end / 64) * 64;
    const end = address + bytes + 64;
    if (this.#memory) {
      const missing = end - this.#memory.buffer.byteLength;
      try {
        if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
      } catch (error) {
        throw outOfMemory(end, error);
      }
    }
    this.#end = end;
    return address;
  }

  /** Allocates a block with these 32-bit integers and returns its address. */
  table(values: readonly number[]): number {
    const address = this.allocate(values.length * 4);
    this.i32(address, values.length).set(values);
    return address;
  }

  i32(address: number, length: number): Int32Array {
    return this.#memory ? new Int32Array(this.#memory.buffer, address, length) : new Int32Array(length);
  }

  f32(address: number, length: number): Float32Array {
    return this.#memory ? new Float32Array(this.#memory.buffer, address, length) : new Float32Array(length);
  }

  f64(address: number, length: number): Float64Array {
    return this.#memory ? new Float64Array(this.#memory.buffer, address, length) : new Float64Array(length);
  }

  u8(address: number, length: number): Uint8Array {
    return this.#memory ? new Uint8Array(this.#memory.buffer, address, length) : new Uint8Array(length);
  }
}

function outOfMemory(bytes: number, cause?: unknown): WorldError {
  return new WorldError(
    `out of memory: the network, its batch and the data need ${mebibytes(bytes)} MiB (at most 4,096)`,
    { cause },
  );
}

function mebibytes(bytes: number): string {
  return counted(Math.ceil(bytes / 2 ** 20));
}
