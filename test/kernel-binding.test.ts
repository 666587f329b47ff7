/** The typed calls of the kernels are made from the kernels' own signatures: names, types, order and comments. */
import asc from 'assemblyscript/asc';
import { expect, test } from 'vitest';

type Transform = NonNullable<NonNullable<Parameters<typeof asc.main>[1]>['transforms']>[number];

interface Signature {
  readonly name: string;
  readonly documentation: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
}

interface Generator {
  readSignatures(entry: string): { readonly signatures: readonly Signature[]; readonly transform: Transform };
  bindingText(signatures: readonly Signature[]): string;
}

const generator: Generator = await import(`${new URL('../scripts/kernel-binding.mjs', import.meta.url)}`);

/** Compiles a kernel and an inner loop, with these parameters of the kernel, in memory. */
async function signaturesOf(parameters: string) {
  const { signatures, transform } = generator.readSignatures('index');
  const files: Readonly<Record<string, string>> = {
    'index.ts': "export { scale } from './scale';",
    'scale.ts': `
/** Not this one. */
export function inner(x: usize): usize { return x; }

/**
 * x = factor · x.
 * Over \`count\` floats.
 */
export function scale(${parameters}): void {
  for (let i: usize = 0; i < <usize>count; i++) store<f32>(x + (i << 2), factor * load<f32>(inner(x) + (i << 2)));
}`,
  };
  const result = await asc.main(['index.ts', '--runtime', 'stub', '--noEmit'], {
    transforms: [transform],
    readFile: (name) => files[name] ?? null,
    writeFile: () => {},
    listFiles: () => [],
  });
  return { signatures, error: result.error };
}

test('the call of a kernel has its parameters by name, in its order, and its comment', async () => {
  const { signatures, error } = await signaturesOf('x: usize, count: i32, factor: f32');
  expect(error).toBeNull();
  expect(signatures).toEqual([
    {
      name: 'scale',
      documentation: '/**\n * x = factor · x.\n * Over `count` floats.\n */',
      parameters: [
        { name: 'x', type: 'usize' },
        { name: 'count', type: 'i32' },
        { name: 'factor', type: 'f32' },
      ],
      result: 'void',
    },
  ]);
  const text = generator.bindingText(signatures);
  expect(text).toContain('scale: ({ x, count, factor }) => { scale(x, count, factor); }');
  expect(text).toContain('   * x = factor · x.\n   * Over `count` floats.\n   */\n  readonly scale: (args: {');
  expect(text).toContain("find('scale', 3)");
  expect(text).not.toContain('inner');
});

test('reordering a kernel’s parameters changes the binding, not the callers', async () => {
  const [before, after] = await Promise.all(
    ['x: usize, count: i32, factor: f32', 'factor: f32, x: usize, count: i32'].map(signaturesOf),
  );
  const [first, second] = [before!, after!].map(({ signatures }) => generator.bindingText(signatures));
  expect(second).toContain('scale: ({ factor, x, count }) => { scale(factor, x, count); }');
  const fieldsOf = (text: string) => [...text.matchAll(/readonly \w+: (?:usize|i32|f32);/g)].map(String).sort();
  expect(fieldsOf(second!)).toEqual(fieldsOf(first!));
});

test('a parameter that JavaScript cannot pass is refused by name', async () => {
  const { error } = await signaturesOf('x: usize, count: i32, factor: f32, extra: v128');
  expect(`${error}`).toContain('kernel scale: JavaScript cannot pass or receive a v128; allowed are i32, usize, f32');
});

test('an address above 2 GiB is returned as a positive number', () => {
  const heapBase = { name: 'heapBase', documentation: '', parameters: [], result: 'usize' };
  expect(generator.bindingText([heapBase])).toContain('heapBase: () => heapBase() >>> 0');
});
