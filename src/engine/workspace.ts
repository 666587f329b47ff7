/** A memory with the kernels bound to it, as large as the blocks that are laid out in it. */
import { WorldError } from '../base/errors.ts';
import { Arena, createMemory, pageBytes } from './arena.ts';
import type { KeptMemory } from './kept-memory.ts';
import { type Arithmetic, bindKernels, compileKernels, type Kernels, type Width } from './kernels.ts';

/** The smallest module that is valid only if WebAssembly has SIMD: () -> v128, i8x16.splat(0). */
const simdProbe = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () -> v128
  [0x03, 0x02, 0x01, 0x00], // one function of this type
  [0x0a, 0x08, 0x01, 0x06, 0x00], // its code: 6 bytes, no locals
  [0x41, 0x00, 0xfd, 0x0f, 0x0b], // i8x16.splat(0), end
];

/** @throws WorldError if this JavaScript engine or processor cannot run the kernels. */
export function requireEngine(): void {
  if (typeof WebAssembly === 'undefined') {
    throw new WorldError(
      'this JavaScript engine has no WebAssembly, which the kernels need (node --jitless and some hardened systems switch it off)',
    );
  }
  if (!WebAssembly.validate(Uint8Array.from(simdProbe.flat()))) {
    throw new WorldError(
      'WebAssembly has no SIMD on this machine, which the kernels need: on x86 a processor with SSE 4.1 (2008 and later)',
    );
  }
}

export interface Workspace<Layout> {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** The result of the function that laid out the memory: usually the addresses of its blocks. */
  readonly layout: Layout;
}

/**
 * Creates a memory that is as large as `layOut` needs. `layOut` is called twice: first on an arena that only counts,
 * then on the memory. It allocates blocks and must call no kernel.
 * @param kept gives the memory; default: a new one.
 * @throws WorldError if the machine cannot run the kernels or has too little memory.
 */
export function openWorkspace<Layout>(
  arithmetic: Arithmetic,
  width: Width,
  layOut: (arena: Arena, kernels: Kernels) => Layout,
  kept?: KeptMemory,
): Workspace<Layout> {
  requireEngine();
  const module = withinLimits('compile the kernels', () => compileKernels(arithmetic, width));
  // The first page holds the constants of the kernels.
  const counting = new Arena(undefined, pageBytes);
  layOut(counting, {} as Kernels);
  const memory = kept?.take(counting.end) ?? createMemory(counting.end);
  const kernels = withinLimits('start the kernels', () => bindKernels(module, memory));
  const arena = new Arena(memory, kernels.heapBase());
  return { module, memory, kernels, arena, layout: layOut(arena, kernels) };
}

/**
 * What stands in the way of sound kernels. V8 throws a RangeError where it gets no addresses for code. A page's content security policy makes
 * compiling fail with a CompileError (Chromium, Firefox) or an EvalError (Safari).
 */
function withinLimits<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.CompileError || error instanceof EvalError) {
      throw new WorldError(
        `cannot ${what}: this page's content security policy seems to forbid WebAssembly; allow it with script-src 'self' 'wasm-unsafe-eval' (${error.message})`,
        { cause: error },
      );
    }
    if (!(error instanceof RangeError)) throw error;
    throw new WorldError(`cannot ${what}: ${error.message}; a limit on addresses (ulimit -v) may be too low`, {
      cause: error,
    });
  }
}
