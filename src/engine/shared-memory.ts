/** Whether this JavaScript engine has memories that threads share, and the kernels' module for one that has none. */

/** A module that imports a shared memory of no pages, and has nothing else. */
const importsSharedMemory = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, 7, 1, 0, 0, 2, 3, 0, 0);

/**
 * Whether a WebAssembly memory can be shared here. Node and today's browsers say yes, though a page that is not cross-origin isolated
 * cannot hand it to a thread; older browsers say no. No memory is made to find out, since V8 reserves 10 GiB of addresses for each.
 */
export function supportsSharedMemory(): boolean {
  return WebAssembly.validate(importsSharedMemory);
}

const importSection = 2;
const memoryKind = 2;
/** Bit 1 of the flags of a memory's limits. Source: WebAssembly's threads proposal, "spec changes". */
const sharedFlag = 2;

/**
 * A module that imports a memory of its own thread instead of a shared one. Nothing else changes: the kernels have no atomic
 * instructions. Bits do not depend on it.
 * @param bytes of a module whose only import is a shared memory. @throws Error for any other.
 */
export function withOwnMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice();
  const read = reader(changed);
  read.skip(8);
  for (let id = read.number(); ; id = read.number()) {
    const length = read.number();
    if (id === importSection) break;
    read.skip(length);
  }
  const imports = read.number();
  read.skip(read.number());
  read.skip(read.number());
  const kind = read.number();
  const flags = read.at();
  if (imports !== 1 || kind !== memoryKind || (changed[flags]! & sharedFlag) === 0) {
    throw new Error('expected a module whose only import is a shared memory');
  }
  changed[flags]! &= ~sharedFlag;
  return changed;
}

/** Reads unsigned LEB128 numbers, in which WebAssembly writes all sizes. */
function reader(bytes: Uint8Array) {
  let at = 0;
  return {
    at: () => at,
    skip(count: number): void {
      at += count;
    },
    number(): number {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error('the module ends before its import section');
        value |= (byte & 127) << shift;
        if (byte < 128) return value;
      }
    },
  };
}
