/** Compiles the kernels for one arithmetic and width, and binds them to a memory of the caller. */
import { UsageError } from '../base/errors.ts';
import { fusedOcts } from './generated/fused-octs.ts';
import { fusedQuads } from './generated/fused-quads.ts';
import { bindExports, type Kernels } from './generated/kernels.ts';
import { strictOcts } from './generated/strict-octs.ts';
import { strictQuads } from './generated/strict-quads.ts';
import { supportsSharedMemory, withOwnMemory } from './shared-memory.ts';

export type { Kernels } from './generated/kernels.ts';

/**
 * How products are summed. `strict`: every multiplication and every addition is rounded, so that all machines compute
 * the same bits. `fused`: relaxed SIMD's multiply-add, which is faster; its bits differ between processors.
 */
export type Arithmetic = 'strict' | 'fused';

export const arithmetics: readonly Arithmetic[] = ['strict', 'fused'];

/**
 * How many images the kernels compute side by side: four (`quads`) or eight (`octs`). Both give the same bits. Octs are
 * faster where V8 makes 256-bit instructions of them (src/engine/octs.ts), and slower elsewhere.
 */
export type Width = 'quads' | 'octs';

export const widths: readonly Width[] = ['quads', 'octs'];

/** Images side by side, one in each lane of a vector. */
export const lanesOf: Readonly<Record<Width, number>> = { quads: 4, octs: 8 };

const modules: Readonly<Record<Arithmetic, Readonly<Record<Width, string>>>> = {
  strict: { quads: strictQuads, octs: strictOcts },
  fused: { quads: fusedQuads, octs: fusedOcts },
};

/** The smallest module that is valid only with relaxed SIMD: () -> v128, relaxed_madd of three zero vectors. */
const relaxedProbe = [
  [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // one type: () -> v128
  [0x03, 0x02, 0x01, 0x00], // one function of this type
  [0x0a, 0x13, 0x01, 0x11, 0x00], // its code: 17 bytes, no locals
  [0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f], // three times i8x16.splat(0)
  [0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
];

/** Whether this JavaScript engine runs `arithmetic: 'fused'` (Node 22 and later, today's browsers). Throws nothing. */
export function supportsFused(): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(Uint8Array.from(relaxedProbe.flat()));
}

/** The modules that this thread has compiled, by arithmetic and width: each takes some 10 ms. */
const compiled = new Map<string, WebAssembly.Module>();

/** The kernels of one arithmetic and width, compiled at the first call. @throws UsageError where the engine has no relaxed SIMD for `fused`. */
export function compileKernels(arithmetic: Arithmetic, width: Width): WebAssembly.Module {
  if (arithmetic === 'fused' && !supportsFused()) {
    throw new UsageError(
      'arithmetic "fused" needs relaxed SIMD, which this JavaScript engine does not offer; use "strict"',
    );
  }
  const key = `${arithmetic} ${width}`;
  const known = compiled.get(key);
  if (known) return known;
  const text = atob(modules[arithmetic][width]);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const module = new WebAssembly.Module(supportsSharedMemory() ? bytes : withOwnMemory(bytes));
  compiled.set(key, module);
  return module;
}

/** Instantiates the kernels on a memory of `createMemory`. */
export function bindKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return bindExports(new WebAssembly.Instance(module, { env: { memory } }).exports);
}
