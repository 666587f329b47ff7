/** The kernels without shared memory: the same module with one bit changed, and the same numbers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { strictQuads } from './generated/strict-quads.ts';

const RealMemory = WebAssembly.Memory;

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllGlobals());

/** As a browser without shared memories: it knows the property and refuses it, or does not know it. */
const browsers = {
  'refuses a shared memory': class extends RealMemory {
    constructor(wanted: WebAssembly.MemoryDescriptor) {
      if (wanted.shared) throw new TypeError('shared memory is not enabled');
      super(wanted);
    }
  },
  'does not know shared memories': class extends RealMemory {
    constructor({ initial, maximum = initial }: WebAssembly.MemoryDescriptor) {
      super({ initial, maximum });
    }
  },
};

/** The logits of LeNet-5 with the weights of seed 1 for one image. */
async function probabilities(): Promise<readonly number[]> {
  const { lenet5, initialWeights, randomStream, predictor } = await import('../index.ts');
  const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);
  const model = lenet5();
  return predictor(model, initialWeights(model, randomStream(1, 'init')))(image).probabilities;
}

test.each(Object.entries(browsers))('a browser that %s computes the same bits', async (_, Memory) => {
  const expected = await probabilities();
  vi.resetModules();
  vi.stubGlobal('WebAssembly', { ...WebAssemblyMembers(), Memory });
  const { createMemory } = await import('./arena.ts');
  const { buffer } = createMemory(200_000);
  expect([Object.prototype.toString.call(buffer), buffer.byteLength]).toEqual(['[object ArrayBuffer]', 4 * 65_536]);
  expect(await probabilities()).toEqual(expected);
});

test('one bit of the module changes, and a module of another kind is refused', async () => {
  const { withOwnMemory } = await import('./shared-memory.ts');
  const bytes = Uint8Array.from(atob(strictQuads), (character) => character.charCodeAt(0));
  const changed = withOwnMemory(bytes);
  const places = [...bytes.keys()].filter((i) => bytes[i] !== changed[i]);
  expect(places.map((i) => [bytes[i], changed[i]])).toEqual([[3, 1]]);
  expect(() => withOwnMemory(changed)).toThrow('only import is a shared memory');
  expect(() => withOwnMemory(bytes.slice(0, 9))).toThrow('ends before');
});

/** The members of WebAssembly, which are not enumerable. */
function WebAssemblyMembers(): Record<string, unknown> {
  const members = Object.getOwnPropertyNames(WebAssembly) as (keyof typeof WebAssembly)[];
  return Object.fromEntries(members.map((name) => [name, WebAssembly[name]]));
}
