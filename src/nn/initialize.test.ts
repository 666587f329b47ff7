import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { lenet5 } from '../tasks/lenet/lenet5.ts';
import { lenet5Original } from '../tasks/lenet/lenet5-1998.ts';
import { glorotUniform, initialWeights, lecunUniform, lecunUniform1998 } from './initialize.ts';

const model = lenet5Original();
const random = () => randomStream(1, 'init');
/** Inputs of every unit: five by five pixels of three, four or six maps in C3. */
const c3Inputs = [...new Array(6).fill(75), ...new Array(9).fill(100), 150];
const largest = (values: ArrayLike<number>) => Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b));

test('lecun1998 draws weights and biases within 2.4 / fan-in of each unit', () => {
  const weights = lecunUniform1998(model, random());
  const c3 = weights.get('c3.weight')!.data;
  for (const [unit, inputs] of c3Inputs.entries()) {
    const own = largest(c3.subarray(unit * 150, (unit + 1) * 150));
    expect(own).toBeLessThanOrEqual(Math.fround(2.4 / inputs));
    expect(own).toBeGreaterThan((2.4 / inputs) * 0.9);
  }
  expect(largest(weights.get('c5.bias')!.data)).toBeGreaterThan((2.4 / 400) * 0.9);
  expect(largest(weights.get('s2.weight')!.data)).toBeLessThanOrEqual(0.6 + 1e-6);
});

test('lecun draws weights with variance 1 / fan-in and sets biases to zero', () => {
  const weights = lecunUniform(model, random());
  const c5 = weights.get('c5.weight')!.data;
  expect(c5.reduce((sum, w) => sum + w * w, 0) / c5.length).toBeCloseTo(1 / 400, 4);
  expect(largest(weights.get('c3.bias')!.data)).toBe(0);
});

test('torch draws weights and biases as PyTorch does', () => {
  const golden: Readonly<Record<string, { largest: number; variance: number }>> = JSON.parse(
    readFileSync(new URL('../../test/golden/initialization.json', import.meta.url), 'utf8'),
  );
  const drawn = Array.from({ length: 300 }, (_, seed) =>
    initialWeights({ ...lenet5(), initialization: 'torch' }, randomStream(seed, 'init')),
  );
  for (const [name, { largest: bound, variance }] of Object.entries(golden)) {
    const values = drawn.slice(0, name === 'fc1.weight' ? 20 : 300).flatMap((weights) => [...weights.get(name)!.data]);
    expect(largest(values) / bound).toBeCloseTo(1, 2);
    const own = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(own / variance, name).toBeCloseTo(1, 1);
  }
});

test('with glorot subsampling starts as the mean', () => {
  expect([...glorotUniform(model, random()).get('s4.weight')!.data]).toEqual(new Array(16).fill(0.25));
});

test('weights without a connection are zero under every rule, and the rules draw different numbers', () => {
  const found = (['glorot', 'lecun', 'lecun1998', 'torch'] as const).map((initialization) => {
    const c3 = initialWeights({ ...model, initialization }, random()).get('c3.weight')!.data;
    // Map 0 of C3 reads the maps 0, 1 and 2 of S2.
    expect(largest(c3.subarray(75, 150))).toBe(0);
    expect(Array.from(c3).filter((w) => w !== 0).length).toBe(1500);
    return c3[0];
  });
  expect(new Set(found).size).toBe(4);
});
