/** The proof of octs refuses slow kernels and wrong bits, whenever they begin. */
import { beforeEach, expect, test, vi } from 'vitest';
import { octsSpeedup } from '../engine/octs-speed.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { proveOcts } from './prove-octs.ts';
import { completeRecipe } from './recipe.ts';

vi.mock(import('../engine/octs-speed.ts'), () => ({ octsSpeedup: vi.fn(() => 2) }));

/** From this step of octs on, one weight has another last bit; 0: never. */
const fault = vi.hoisted(() => ({ from: 0, steps: 0 }));
vi.mock(import('../engine/kernels.ts'), async (original) => {
  const real = await original();
  const modules = new WeakMap<WebAssembly.Module, string>();
  return {
    ...real,
    compileKernels(arithmetic, width) {
      const module = real.compileKernels(arithmetic, width);
      modules.set(module, width);
      return module;
    },
    bindKernels(module, memory) {
      const kernels = real.bindKernels(module, memory);
      if (modules.get(module) !== 'octs') return kernels;
      return {
        ...kernels,
        adam(args) {
          kernels.adam(args);
          fault.steps++;
          if (fault.from > 0 && fault.steps >= fault.from) new Int32Array(memory.buffer, args.x, 4)[3]! ^= 1;
        },
      };
    },
  };
});

const recipe = completeRecipe({ model: lenet5(), optimizer: adam() });

beforeEach(() => {
  Object.assign(fault, { from: 0, steps: 0 });
  vi.mocked(octsSpeedup).mockReturnValue(2);
});

test('fast octs with the bits of quads are proven, after several repetitions', async () => {
  expect(await proveOcts(recipe)).toEqual({ isProven: true, speedup: 2 });
  expect(fault.steps).toBeGreaterThan(3);
});

test.each([1, 3])('a bit that differs from repetition %i on is seen', async (from) => {
  fault.from = from;
  expect(await proveOcts(recipe)).toEqual({ isProven: false, why: 'octs gave other bits than quads' });
  expect(fault.steps).toBe(from);
});

test('octs that are not faster are refused, without training', async () => {
  vi.mocked(octsSpeedup).mockReturnValue(0.85);
  expect(await proveOcts(recipe)).toEqual({
    isProven: false,
    why: 'octs are only 0.8 times as fast as quads here',
  });
  expect(fault.steps).toBe(0);
});
