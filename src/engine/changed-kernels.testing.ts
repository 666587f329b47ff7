/** For tests: the module kernels.ts with kernels that do more than the real ones. Made in `vi.mock`. */
import type { Kernels, Width } from './kernels.ts';

type KernelsModule = typeof import('./kernels.ts');

/**
 * @param real the module itself, as `vi.mock` hands it over.
 * @param change the kernels that a test binds instead, from the real ones, their width and their memory.
 */
export function changedKernels(
  real: KernelsModule,
  change: (kernels: Kernels, width: Width, memory: WebAssembly.Memory) => Kernels,
): KernelsModule {
  const widthOf = new WeakMap<WebAssembly.Module, Width>();
  return {
    ...real,
    compileKernels(arithmetic, width) {
      const module = real.compileKernels(arithmetic, width);
      widthOf.set(module, width);
      return module;
    },
    bindKernels: (module, memory) => change(real.bindKernels(module, memory), widthOf.get(module)!, memory),
  };
}

/** Kernels that add their width and name to `called` when they are used: `octs matmul`. */
export function recordedKernels(real: KernelsModule, called: Set<string>): KernelsModule {
  return changedKernels(
    real,
    (bound, width) =>
      new Proxy(bound, {
        get(kernels, name, receiver) {
          called.add(`${width} ${String(name)}`);
          return Reflect.get(kernels, name, receiver);
        },
      }),
  );
}
