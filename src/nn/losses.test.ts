/**
 * Every loss: its options, its description, and its numbers as its kind calls the kernels. Gradients are held to
 * PyTorch in engine/kernels.test.ts.
 */
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
  const site = {
    logits: arena.allocate(classes * 16),
    labels: arena.allocate(16),
    images,
    classes,
    scale: 1,
    gradient: arena.allocate(classes * 16),
    losses: arena.allocate(images * 8),
    predicted: arena.allocate(16),
  };
  for (const [n, row] of z.entries())
    for (const [c, value] of row.entries()) arena.f32(site.logits, classes * 4)[c * 4 + n] = value;
  arena.u8(site.labels, images).set(labels);
  const quad = () => z.map((row, n) => row.map((_, c) => arena.f32(site.gradient, classes * 4)[c * 4 + n]!));
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

test('cross-entropy is log(sum of e^z) - z of the true class; its curvature is p(1 - p)', () => {
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

test('map adds one class at distance j', () => {
  for (const j of [0.1, 2]) {
    const { losses } = applied(maximumAPosteriori(j), z, labels);
    for (const [n, row] of z.entries()) {
      const sum = row.reduce((total, value) => total + Math.exp(value), Math.exp(-j));
      expect(losses[n]).toBeCloseTo(Math.log(sum) - row[labels[n]!]!, 6);
    }
  }
});

test('mse is the distance from the code of the true class', () => {
  const { losses, gradient } = applied(mse(), z, labels);
  expect(losses).toEqual([1, 0.5]);
  expect(gradient).toEqual([
    [-1, 0, 0],
    [0, -1, 0],
  ]);
});

test('losses describe themselves and declare whether they need distances as the output', () => {
  const said = [crossEntropy(), maximumAPosteriori(), mse()].map((loss) => [
    aboutLoss(loss).describe(),
    aboutLoss(loss).needsDistances,
  ]);
  expect(said).toEqual([
    ['cross-entropy', false],
    ['map, j 0.1', true],
    ['mse', true],
  ]);
});

test.each([0, -1, NaN, Infinity])('map refuses j = %s', (j) => {
  expect(() => maximumAPosteriori(j)).toThrow(UsageError);
  expect(() => maximumAPosteriori(j)).toThrow(`j: expected a number above 0, got ${j}`);
});
