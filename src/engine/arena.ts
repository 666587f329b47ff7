/** WebAssembly memory handed out from bottom to top, never given back piece by piece. */
import { WorldError } from '../base/errors.ts';

const pageBytes = 65_536;

/** Shared memory for the kernels: reserves address space for 4 GiB and grows page by page as blocks are taken. */
export function createMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
}

/** Takes blocks from `memory`, starting at address `start` (bytes). */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #end: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.memory = memory;
    this.#end = start;
  }

  /** First address not taken yet. */
  get end(): number {
    return this.#end;
  }

  /**
   * Address of a new block of `bytes` bytes on a cache line's start, zero where memory is fresh.
   * 64 bytes behind it are taken too: kernels may touch up to 12 bytes past a block.
   * @throws WorldError when the machine has no memory left.
   */
  allocate(bytes: number): number {
    const address = Math.ceil(this.#end / 64) * 64;
    const end = address + bytes + 64;
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / pageBytes));
      } catch {
        const megabytes = Math.ceil(end / 2 ** 20);
        throw new WorldError(
          `out of memory: the network, its batch and the data need ${megabytes} MiB (at most 4,096)`,
        );
      }
    }
    this.#end = end;
    return address;
  }

  /** A block holding these 32-bit integers. */
  table(values: readonly number[]): number {
    const address = this.allocate(values.length * 4);
    this.i32(address, values.length).set(values);
    return address;
  }

  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length);
  }

  u8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }
}
