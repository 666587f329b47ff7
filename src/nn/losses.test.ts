/**
 * Every loss: its options, its description, and its numbers as its kind calls the kernels. Gradients are held to
 * PyTorch in engine/kernels.test.ts.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { bindKernels, compileKernels } from '../engine/kernels.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { maximumAPosteriori } from './losses/maximum-a-posteriori.ts';
import { mse } from './losses/mse.ts';
import { aboutLoss, type Loss } from './losses.ts';

/** Losses, gradients and predictions of two images with three outputs each. @param z [image][class]. */
function applied(loss: Loss, z: readonly (readonly number[])[], labels: readonly number[]) {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels('strict'), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const [images, classes] = [z.length, z[0]!.length];
  const quads = Math.ceil(images / 4);
  const at = (n: number, c: number) => (Math.floor(n / 4) * classes + c) * 4 + (n % 4);
  const site = {
    logits: arena.allocate(quads * classes * 16),
    labels: arena.allocate(16),
    images,
    classes,
    scale: 1,
    gradient: arena.allocate(quads * classes * 16),
    losses: arena.allocate(images * 8),
    predicted: arena.allocate(16),
  };
  for (const [n, row] of z.entries())
    for (const [c, value] of row.entries()) arena.f32(site.logits, quads * classes * 4)[at(n, c)] = value;
  arena.u8(site.labels, images).set(labels);
  const quad = () => z.map((row, n) => row.map((_, c) => arena.f32(site.gradient, quads * classes * 4)[at(n, c)]!));
  aboutLoss(loss).apply(kernels, site);
  const found = { losses: [...arena.f64(site.losses, images)], gradient: quad() };
  const predicted = [...arena.u8(site.predicted, images)];
  aboutLoss(loss).curvature?.(kernels, site);
  return { ...found, predicted, curvature: quad() };
}

const z = [
  [-1, -2, -4],
  [-3, -0.5, -0.25],
];
const labels = [0, 1];

test('cross-entropy is log(sum of e^z) - z of the right class; its curvature is p(1 - p)', () => {
  const { losses, gradient, predicted, curvature } = applied(crossEntropy(), z, labels);
  for (const [n, row] of z.entries()) {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    expect(losses[n]).toBeCloseTo(Math.log(sum) - row[labels[n]!]!, 6);
    for (const [c, value] of row.entries()) {
      const p = Math.exp(value) / sum;
      expect(gradient[n]![c]).toBeCloseTo(p - (c === labels[n] ? 1 : 0), 6);
      expect(curvature[n]![c]).toBeCloseTo(p * (1 - p), 6);
    }
  }
  expect(predicted).toEqual([0, 2]);
});

const smoothed: {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly losses: readonly number[];
  readonly cases: readonly { readonly labelSmoothing: number; readonly gradient: readonly (readonly number[])[] }[];
} = JSON.parse(readFileSync(new URL('../../test/golden/label-smoothing.json', import.meta.url), 'utf8'));

test.each(smoothed.cases)('label smoothing $labelSmoothing gives PyTorch’s gradient, and the plain loss', (each) => {
  const { losses, gradient, curvature } = applied(
    crossEntropy({ labelSmoothing: each.labelSmoothing }),
    smoothed.logits,
    smoothed.labels,
  );
  const plain = applied(crossEntropy(), smoothed.logits, smoothed.labels);
  for (const [n, loss] of smoothed.losses.entries()) expect(losses[n]).toBeCloseTo(loss, 6);
  for (const [n, row] of each.gradient.entries())
    for (const [c, value] of row.entries()) expect(Math.abs(gradient[n]![c]! - value)).toBeLessThan(2e-7);
  expect(curvature).toEqual(plain.curvature);
});

test.each([-0.1, 1, NaN])('label smoothing %s is refused', (labelSmoothing) => {
  expect(() => crossEntropy({ labelSmoothing })).toThrow(UsageError);
  expect(() => crossEntropy({ labelSmoothing })).toThrow('labelSmoothing: expected a number from 0 to 0.9999999');
});

test('map has one more class, at distance j', () => {
  for (const j of [0.1, 2]) {
    const { losses } = applied(maximumAPosteriori(j), z, labels);
    for (const [n, row] of z.entries()) {
      const sum = row.reduce((total, value) => total + Math.exp(value), Math.exp(-j));
      expect(losses[n]).toBeCloseTo(Math.log(sum) - row[labels[n]!]!, 6);
    }
  }
});

test('mse is the distance from the code of the right class', () => {
  const { losses, gradient } = applied(mse(), z, labels);
  expect(losses).toEqual([1, 0.5]);
  expect(gradient).toEqual([
    [-1, 0, 0],
    [0, -1, 0],
  ]);
});

test('losses describe themselves and say what output they need', () => {
  const said = [crossEntropy(), crossEntropy({ labelSmoothing: 0.1 }), maximumAPosteriori(), mse()].map((loss) => [
    aboutLoss(loss).describe(),
    aboutLoss(loss).needsDistances,
  ]);
  expect(said).toEqual([
    ['cross-entropy', false],
    ['cross-entropy, label smoothing 0.1', false],
    ['map, j 0.1', true],
    ['mse', true],
  ]);
});

test.each([0, -1, NaN, Infinity])('map refuses j = %s', (j) => {
  expect(() => maximumAPosteriori(j)).toThrow(UsageError);
  expect(() => maximumAPosteriori(j)).toThrow(`j: expected a number above 0, got ${j}`);
});
