/** The widening of the kernels: every rule by example, what it refuses, and every kernel file line by line. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const { widen, widths }: { widen(source: string, lanes: number): string; widths: Readonly<Record<string, number>> } =
  await import(`${new URL('../scripts/widen.mjs', import.meta.url)}`);
const { generatedKernels }: { generatedKernels(width: string): Readonly<Record<string, string>> } = await import(
  `${new URL('../scripts/generate-kernels.mjs', import.meta.url)}`
);

const inKernel = (body: string) => `export function kernel(p: usize, q: usize, i: i32): void {\n${body}\n}\n`;

/** The body of a kernel, widened. */
function bodyOf(body: string, lanes: number): string {
  const text = widen(inKernel(body), lanes);
  return text.slice(text.indexOf('\n') + 1, text.lastIndexOf('\n}'));
}

test.each<[what: string, body: string, quads: string, octs: string]>([
  [
    'a load gives two halves 16 bytes apart',
    'const a = loadVector(p);',
    'const a = v128.load(p, 0);',
    'const a = v128.load(p, 0), aHigh = v128.load(p, 16);',
  ],
  [
    'an index counts vectors',
    'const a = loadVector(p + q, 2);',
    'const a = v128.load(p + q, 32);',
    'const a = v128.load(p + q, 64), aHigh = v128.load(p + q, 80);',
  ],
  [
    'a variable is a vector if it is declared as one',
    'let a: Vector = f32x4.splat(0);\na = f32x4.neg(a);',
    'let a = f32x4.splat(0);\na = f32x4.neg(a);',
    'let a = f32x4.splat(0), aHigh = f32x4.splat(0);\na = f32x4.neg(a), aHigh = f32x4.neg(aHigh);',
  ],
  [
    'or made from one',
    'const a = loadVector(p);\nconst b = f32x4.add(a, f32x4.splat(1));\nconst c = f32x4.mul(b, b);',
    'const a = v128.load(p, 0);\nconst b = f32x4.add(a, f32x4.splat(1));\nconst c = f32x4.mul(b, b);',
    'const a = v128.load(p, 0), aHigh = v128.load(p, 16);\nconst b = f32x4.add(a, f32x4.splat(1)), bHigh = f32x4.add(aHigh, f32x4.splat(1));\nconst c = f32x4.mul(b, b), cHigh = f32x4.mul(bHigh, bHigh);',
  ],
  [
    'other variables keep their only value, and their type',
    'const half = f32x4.splat(0.5), n: i32 = 3, a = loadVector(p);',
    'const half = f32x4.splat(0.5), n: i32 = 3, a = v128.load(p, 0);',
    'const half = f32x4.splat(0.5), n: i32 = 3, a = v128.load(p, 0), aHigh = v128.load(p, 16);',
  ],
  [
    'an assignment computes each half from its own',
    'let a = loadVector(p);\na = multiplyAdd(a, loadVector(q, 1), a);',
    'let a = v128.load(p, 0);\na = multiplyAdd(a, v128.load(q, 16), a);',
    'let a = v128.load(p, 0), aHigh = v128.load(p, 16);\na = multiplyAdd(a, v128.load(q, 32), a), aHigh = multiplyAdd(aHigh, v128.load(q, 48), aHigh);',
  ],
  [
    'both halves are computed before the upper is stored, then the lower',
    'storeVector(p, f32x4.add(loadVector(p), loadVector(q)));',
    'v128.store(p, f32x4.add(v128.load(p, 0), v128.load(q, 0)), 0);',
    '{ const $low = f32x4.add(v128.load(p, 0), v128.load(q, 0)), $high = f32x4.add(v128.load(p, 16), v128.load(q, 16)); v128.store(p, $high, 16); v128.store(p, $low, 0); }',
  ],
  [
    'a computed address is computed once',
    'const a = loadVector(p);\nstoreVector(p + (q << 2), a, 1);',
    'const a = v128.load(p, 0);\nv128.store(p + (q << 2), a, 16);',
    'const a = v128.load(p, 0), aHigh = v128.load(p, 16);\n{ const $to = p + (q << 2), $low = a, $high = aHigh; v128.store($to, $high, 48); v128.store($to, $low, 32); }',
  ],
  [
    'quads store a factor four times, octs once, and both halves share it',
    'const a = loadVector(p);\nconst b = f32x4.mul(loadFactor(q, 3), a);\nstoreFactor(p, f32x4.splat(2));',
    'const a = v128.load(p, 0);\nconst b = f32x4.mul(v128.load(q, 48), a);\nv128.store(p, f32x4.splat(2));',
    'const a = v128.load(p, 0), aHigh = v128.load(p, 16);\nconst b = f32x4.mul(v128.load32_splat(q, 12), a), bHigh = f32x4.mul(v128.load32_splat(q, 12), aHigh);\nv128.store_lane<f32>(p, f32x4.splat(2), 0);',
  ],
  [
    'a factor alone is no vector',
    'const w = loadFactor(q);',
    'const w = v128.load(q, 0);',
    'const w = v128.load32_splat(q, 0);',
  ],
  [
    'a branch or a loop without braces holds both halves',
    'let a = loadVector(p);\nif (i) a = f32x4.neg(a);\nelse storeVector(p, a);\nfor (let k = 0; k < i; k++) a = f32x4.add(a, a);',
    'let a = v128.load(p, 0);\nif (i) a = f32x4.neg(a);\nelse v128.store(p, a, 0);\nfor (let k = 0; k < i; k++) a = f32x4.add(a, a);',
    'let a = v128.load(p, 0), aHigh = v128.load(p, 16);\nif (i) a = f32x4.neg(a), aHigh = f32x4.neg(aHigh);\nelse { const $low = a, $high = aHigh; v128.store(p, $high, 16); v128.store(p, $low, 0); }\nfor (let k = 0; k < i; k++) a = f32x4.add(a, a), aHigh = f32x4.add(aHigh, aHigh);',
  ],
  [
    'a choice between two expressions is made for each half',
    'let a = loadVector(p);\na = i ? f32x4.neg(a) : a;',
    'let a = v128.load(p, 0);\na = i ? f32x4.neg(a) : a;',
    'let a = v128.load(p, 0), aHigh = v128.load(p, 16);\na = i ? f32x4.neg(a) : a, aHigh = i ? f32x4.neg(aHigh) : aHigh;',
  ],
  [
    'a v128 is four floats at both widths',
    'const v = v128.load(p);\nv128.store(q, v);\nconst sum = f32x4.extract_lane(v, 0);',
    'const v = v128.load(p);\nv128.store(q, v);\nconst sum = f32x4.extract_lane(v, 0);',
    'const v = v128.load(p);\nv128.store(q, v);\nconst sum = f32x4.extract_lane(v, 0);',
  ],
])('%s', (_, body, quads, octs) => {
  expect(bodyOf(body, 4)).toBe(quads);
  expect(bodyOf(body, 8)).toBe(octs);
});

test('names are vectors within their own function', () => {
  const other = 'function g(a: i32, p: usize): void {\n  store<i32>(p, a);\n}\n';
  expect(widen(inKernel('const a = loadVector(p);') + other, 8)).toContain(other);
});

test('the number of lanes is written into the source, and all else outside of functions stays', () => {
  const head = "import { lanes } from './vector';\n/** loadVector(p) */\n// @ts-ignore: decorator\n@inline\n";
  const text = `export const lanes: i32 = 4;\n${head}${inKernel('store<i32>(p, lanes); // loadVector')}`;
  expect(widen(text, 4)).toBe(text);
  expect(widen(text, 8)).toBe(text.replace('i32 = 4', 'i32 = 8'));
});

// The third line of each source has the mistake.
describe.each([4, 8])('refused with %i lanes', (lanes) => {
  test.each([
    ['an index that is no constant', 'const b = loadVector(p, i);', 'the index is no constant: loadVector(p, i)'],
    ['such an index of a store', 'storeVector(p, a, i);', 'the index is no constant: storeVector(p, a, i)'],
    ['such an index of a factor', 'const b = loadFactor(p, i);', 'the index is no constant: loadFactor(p, i)'],
    ['a vector as an address', 'const b = loadVector(a);', 'an address is no vector: loadVector(a)'],
    ['a vector as an address to store', 'storeVector(a, a);', 'an address is no vector: storeVector(a, a)'],
    ['a vector passed on as a number', 'store<f32>(p, a);', 'a vector cannot be used here: store<f32>(p, a)'],
    [
      'a number made from a vector and used as such',
      'const first = f32x4.extract_lane(a, 0); store<f32>(p, first);',
      'a vector cannot be used here: store<f32>(p, first)',
    ],
    ['a vector assigned to a number', 'i = i32x4.bitmask(a);', 'a vector cannot be used here: i = i32x4.bitmask(a)'],
    ['a vector in a condition', 'if (v128.any_true(a)) i = 1;', 'a vector cannot be used here: a'],
    [
      'a load in a condition',
      'while (v128.any_true(loadVector(p))) i = 1;',
      'a vector cannot be used here: loadVector(p)',
    ],
    ['a vector in the end of a loop', 'for (; i < i32x4.bitmask(a); i++) p++;', 'a vector cannot be used here: a'],
    ['a vector as a result', 'return a;', 'a vector cannot be used here: a'],
    ['a load that nobody keeps', 'loadVector(p);', 'a vector cannot be used here: loadVector(p)'],
  ])('%s', (_, statement, problem) => {
    const source = inKernel(`  const a = loadVector(p);\n  ${statement}`);
    expect(() => widen(source, lanes)).toThrow(`line 3 of a kernel: ${problem}`);
  });
});

const folder = new URL('../kernels/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const sources = [
  ...names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const),
  ...Object.keys(widths).flatMap((width) =>
    Object.entries(generatedKernels(width)).map(([name, text]) => [`${name} for ${width}`, text] as const),
  ),
];

test.each(sources)('%s keeps its lines at both widths', (name, source) => {
  const lines = source.split('\n');
  const [quads, octs] = Object.values(widths).map((lanes) => widen(source, lanes).split('\n'));
  expect([quads!.length, octs!.length]).toEqual([lines.length, lines.length]);
  // Every name of an upper half that is read is declared in the same file.
  const text = octs!.join('\n');
  const read = new Set(text.match(/\b\w+High\b(?! =|:)/g));
  const declared = new Set(text.match(/\b\w+High(?= =|:)/g));
  expect([...read].filter((high) => !declared.has(high))).toEqual([]);
  if (name === 'vector.ts') return;
  for (const widened of [quads!, octs!]) {
    const calls = widened.filter((line) => /\b(?:load|store)(?:Vector|Factor)\(/.test(line));
    expect(calls).toEqual([]);
  }
});

test('the kernels that are written on vectors are widened', () => {
  const widened = sources.filter(([, source]) => widen(source, 8) !== widen(source, 4)).map(([name]) => name);
  expect(widened.length).toBeGreaterThan(10);
});

test.each([
  [
    'a parameter that is a vector',
    'a parameter cannot be a vector',
    (body: string) => body.replace('i: i32', 'i: Vector'),
    'return;',
  ],
  ['a vector without a value', 'a vector needs a value', (body: string) => body, 'let a: Vector;'],
  [
    'a name that was a number before',
    'the name stands for something else',
    (body: string) => body,
    'const a = 1;\nif (i) { const a = loadVector(p); }',
  ],
  ['a name of a parameter', 'the name stands for something else', (body: string) => body, 'const i = loadVector(p);'],
  [
    'a name that was a vector before',
    'the name stands for a vector',
    (body: string) => body,
    'const a = loadVector(p);\nfor (const a = 1;;) {}',
  ],
])('%s is refused, since one half would be lost', (_, problem, change, body) => {
  for (const lanes of [4, 8]) expect(() => widen(change(inKernel(body)), lanes)).toThrow(problem);
});
