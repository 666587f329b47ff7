/**
 * Every loss: its options, its description, and its numbers as its kind calls the kernels. Gradients are held to
 * PyTorch in engine/kernels.test.ts.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { createMemory } from '../engine/arena.ts';
import { bindKernels, lanesOf, type Width, widths } from '../engine/kernels.ts';
import { compiled, GuardedArena } from './layer.testing.ts';
import { crossEntropy } from './losses/cross-entropy.ts';
import { maximumAPosteriori } from './losses/maximum-a-posteriori.ts';
import { mse } from './losses/mse.ts';
import { aboutLoss, type Loss } from './losses.ts';

/** Losses, gradients and predictions of the images. @param z [image][class]. */
function applied(loss: Loss, z: readonly (readonly number[])[], labels: readonly number[], width: Width) {
  const memory = createMemory();
  const kernels = bindKernels(compiled('strict', width), memory);
  const lanes = lanesOf[width];
  const arena = new GuardedArena(memory, kernels.heapBase(), lanes);
  const [images, classes] = [z.length, z[0]!.length];
  const floats = Math.ceil(images / lanes) * classes * lanes;
  const weights = aboutLoss(loss).classWeights();
  const site = {
    lanes,
    logits: arena.allocate(floats * 4),
    labels: arena.allocate(images),
    images,
    classes,
    scale: 1,
    gradient: arena.allocate(floats * 4),
    losses: arena.allocate(images * 8),
    predicted: arena.allocate(images),
    classWeights: weights ? arena.allocate(weights.length * 4) : 0,
  };
  const at = (n: number, c: number) => (Math.floor(n / lanes) * classes + c) * lanes + (n % lanes);
  for (const [n, row] of z.entries())
    for (const [c, value] of row.entries()) arena.f32(site.logits, floats)[at(n, c)] = value;
  arena.u8(site.labels, images).set(labels);
  if (weights) arena.f32(site.classWeights, weights.length).set(weights);
  const pack = () => z.map((row, n) => row.map((_, c) => arena.f32(site.gradient, floats)[at(n, c)]!));
  aboutLoss(loss).apply(kernels, site);
  const found = { losses: [...arena.f64(site.losses, images)], gradient: pack() };
  const predicted = [...arena.u8(site.predicted, images)];
  aboutLoss(loss).curvature?.(kernels, site);
  arena.expectGaps();
  return { ...found, predicted, curvature: pack() };
}

const z = [
  [-1, -2, -4],
  [-3, -0.5, -0.25],
];
const labels = [0, 1];

const smoothed: {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly losses: readonly number[];
  readonly cases: readonly {
    readonly labelSmoothing: number;
    readonly classWeights?: readonly number[];
    readonly gradient: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(new URL('../../test/golden/label-smoothing.json', import.meta.url), 'utf8'));

test.each(widths.flatMap((width) => smoothed.cases.map((each) => ({ ...each, width }))))(
  'label smoothing $labelSmoothing and class weights $classWeights in $width give PyTorch’s gradient, and the plain loss',
  ({ width, ...each }) => {
    const { losses, gradient, curvature } = applied(
      crossEntropy({ labelSmoothing: each.labelSmoothing, classWeights: each.classWeights }),
      smoothed.logits,
      smoothed.labels,
      width,
    );
    const plain = applied(crossEntropy(), smoothed.logits, smoothed.labels, width);
    for (const [n, loss] of smoothed.losses.entries()) expect(losses[n]).toBeCloseTo(loss, 6);
    for (const [n, row] of each.gradient.entries())
      for (const [c, value] of row.entries())
        expect(Math.abs(gradient[n]![c]! - value)).toBeLessThan(each.classWeights ? 6e-7 : 2e-7);
    expect(curvature).toEqual(plain.curvature);
  },
);

test.each([-0.1, 1, NaN])('label smoothing %s is refused', (labelSmoothing) => {
  expect(() => crossEntropy({ labelSmoothing })).toThrow(UsageError);
  expect(() => crossEntropy({ labelSmoothing })).toThrow('labelSmoothing: expected a number from 0 to 0.9999999');
});

describe.each(widths)('%s', (width) => {
  test('cross-entropy is log(sum of e^z) - z of the right class; its curvature is p(1 - p)', () => {
    const { losses, gradient, predicted, curvature } = applied(crossEntropy(), z, labels, width);
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

  test('map has one more class, at distance j', () => {
    for (const j of [0.1, 2]) {
      const { losses } = applied(maximumAPosteriori(j), z, labels, width);
      for (const [n, row] of z.entries()) {
        const sum = row.reduce((total, value) => total + Math.exp(value), Math.exp(-j));
        expect(losses[n]).toBeCloseTo(Math.log(sum) - row[labels[n]!]!, 6);
      }
    }
  });

  test('mse is the distance from the code of the right class', () => {
    const { losses, gradient } = applied(mse(), z, labels, width);
    expect(losses).toEqual([1, 0.5]);
    expect(gradient).toEqual([
      [-1, 0, 0],
      [0, -1, 0],
    ]);
  });

  // Of each number of images one pack is partly empty in octs, in quads, or in both.
  test.each([1, 3, 4, 5, 8, 9, 12, 16])('%i images: losses and curvature of each alone', (images) => {
    const rows = Array.from({ length: images }, (_, n) =>
      [0, 1, 2, 3, 4].map((c) => -1 - Math.abs(Math.sin(7 * n + c))),
    );
    const right = rows.map((_, n) => (3 * n) % 5);
    for (const loss of [crossEntropy(), maximumAPosteriori(), mse()]) {
      const together = applied(loss, rows, right, width);
      const alone = rows.map((row, n) => applied(loss, [row], [right[n]!], width));
      for (const key of ['losses', 'predicted', 'gradient', 'curvature'] as const)
        expect(together[key], `${loss.name}: ${key}`).toEqual(alone.flatMap((one): unknown[] => one[key]));
    }
  });
});

test('losses describe themselves and declare whether they need distances as the output', () => {
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
  expect(() => maximumAPosteriori(j)).toThrow(/^j: expected a (finite )?number above 0, got /);
});

describe('class weights', () => {
  test.each([
    [[], 'classWeights: expected a list with a number for each class, 1 to 256, got an array of 0'],
    ['balanced', 'classWeights: expected a list with a number for each class, 1 to 256, got "balanced"'],
    [[1, 0], 'classWeights: weight 1: expected a number from 1e-6 to 1e6, got 0'],
    [[1, NaN], 'classWeights: weight 1: expected a number from 1e-6 to 1e6, got NaN'],
  ])('%j are refused', (classWeights, message) => {
    expect(() => crossEntropy({ classWeights: classWeights as number[] })).toThrow(message);
  });

  test('describe themselves, many of them by their range', () => {
    const described = (classWeights: number[]) => aboutLoss(crossEntropy({ classWeights })).describe();
    expect(described([1, 2, 1 / 3])).toBe('cross-entropy, class weights 1 2 0.3333');
    expect(described(Array.from({ length: 26 }, (_, c) => 1 + c))).toBe('cross-entropy, class weights from 1 to 26');
  });
});
