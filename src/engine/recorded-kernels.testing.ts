/** For tests: kernels that record which of them were called, at which width. */
type KernelsModule = typeof import('./kernels.ts');

/**
 * The module kernels.ts, whose kernels add their width and name to `called` when they are used: `octs matmul`.
 * @param real the module itself, as `vi.mock` hands it over.
 */
export function recordedKernels(real: KernelsModule, called: Set<string>): KernelsModule {
  const widthOf = new Map<WebAssembly.Module, string>();
  return {
    ...real,
    compileKernels(arithmetic, width) {
      const module = real.compileKernels(arithmetic, width);
      widthOf.set(module, width);
      return module;
    },
    bindKernels: (module, memory) =>
      new Proxy(real.bindKernels(module, memory), {
        get(kernels, name, receiver) {
          called.add(`${widthOf.get(module)} ${String(name)}`);
          return Reflect.get(kernels, name, receiver);
        },
      }),
  };
}
