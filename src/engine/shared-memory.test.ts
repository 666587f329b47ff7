/** The kernels without shared memory: the same module with one bit changed, and the same numbers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { strictQuads } from './generated/strict-quads.ts';

const { Memory: RealMemory, validate } = WebAssembly;

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllGlobals());

/** As a browser without shared memories: modules that import one are not valid, and it makes none. */
const withoutSharing = {
  validate: (bytes: BufferSource) => validate(bytes) && !isShared(new Uint8Array(bytes as ArrayBuffer)),
  Memory: class extends RealMemory {
    constructor(wanted: WebAssembly.MemoryDescriptor) {
      if (wanted.shared) throw new TypeError('shared memory is not enabled');
      super(wanted);
    }
  },
};

/** Whether the module's first section imports a shared memory without a name. */
function isShared(module: Uint8Array): boolean {
  return module[8] === 2 && module[13] === 2 && module[14] === 3;
}

/** The logits of LeNet-5 with the weights of seed 1 for one image. */
async function probabilities(): Promise<readonly number[]> {
  const { lenet5, initialWeights, randomStream, predictor } = await import('../index.ts');
  const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);
  const model = lenet5();
  return predictor(model, initialWeights(model, randomStream(1, 'init')))(image).probabilities;
}

test('a browser without shared memories computes the same bits', async () => {
  const expected = await probabilities();
  vi.resetModules();
  vi.stubGlobal('WebAssembly', { ...WebAssemblyMembers(), ...withoutSharing });
  const { createMemory } = await import('./arena.ts');
  const { buffer } = createMemory(200_000);
  expect([Object.prototype.toString.call(buffer), buffer.byteLength]).toEqual(['[object ArrayBuffer]', 4 * 65_536]);
  expect(await probabilities()).toEqual(expected);
});

test('finding out makes no memory: V8 would reserve 10 GiB of addresses for it', async () => {
  const { supportsSharedMemory } = await import('./shared-memory.ts');
  const Memory = vi.fn();
  vi.stubGlobal('WebAssembly', { ...WebAssemblyMembers(), Memory });
  expect(supportsSharedMemory()).toBe(true);
  expect(Memory).not.toHaveBeenCalled();
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
