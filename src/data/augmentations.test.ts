import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { filtered, gaussianTaps, noiseSize, smoothNoise } from './augmentation/smooth-noise.ts';
import {
  type AugmentationOptions,
  augmentation,
  checkReach,
  describeAugmentation,
  isAugmented,
  uncountedAugmentations,
  viewsOf,
} from './augmentations.ts';

const golden = JSON.parse(readFileSync(new URL('../../test/golden/augmentation.json', import.meta.url), 'utf8'));
const full = augmentation({ rotation: 10, shift: 0.5, scale: 0.1, shear: 0.2, elastic: 0.7, flip: 'both', erase: 0.5 });
const size = { height: 28, width: 28, noiseRows: 1000 };

test('without options nothing happens', () => {
  expect(isAugmented(augmentation())).toBe(false);
  expect(describeAugmentation(augmentation({ elasticSigma: 2 }))).toEqual([]);
});

test('the Gaussian and the filtered noise are those of SciPy', () => {
  const { sigma, rows, columns, taps, white, expected } = golden.filtered;
  const own = gaussianTaps(sigma);
  expect(own.length).toBe(taps.length);
  for (const [i, tap] of own.entries()) expect(Math.abs(tap - taps[i])).toBeLessThan(1e-14);
  const smooth = filtered(Float32Array.from(white), { rows, columns }, sigma);
  for (const [i, value] of smooth.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(1e-6);
});

test('smooth noise has variance 1, and the correlation of a Gaussian of sqrt(2) sigma', () => {
  const [columns, rows, sigma] = [64, 2000, 2];
  const noise = smoothNoise({ rows, columns }, sigma, randomStream(1, 'noise'));
  const covariance = (distance: number) => {
    let sum = 0;
    for (let i = 0; i + distance * columns < noise.length; i++) sum += noise[i]! * noise[i + distance * columns]!;
    return sum / (noise.length - distance * columns);
  };
  expect(covariance(0)).toBeCloseTo(1, 1);
  // The taps reach to 2.5 sigma only, which lowers this by 0.01.
  expect(covariance(2) / covariance(0)).toBeCloseTo(Math.exp(-4 / (4 * sigma * sigma)), 1);
  expect(Math.abs(covariance(12))).toBeLessThan(0.1);
});

test.each([
  [28, 28],
  [1, 3],
  [5000, 4000],
])('the strip of noise for %i x %i holds many windows', (height, width) => {
  const { rows, columns } = noiseSize({ height, width });
  expect(rows).toBeGreaterThanOrEqual(2 * height);
  expect(columns % 4).toBe(0);
  expect(columns).toBeGreaterThanOrEqual(width);
});

test('draws fill their ranges', () => {
  const views = Array.from({ length: 4000 }, (_, image) =>
    viewsOf(augmentation({ shift: 3, elastic: 2, erase: 0.25, eraseLeast: 4, eraseMost: 6 }))({
      ...size,
      random: randomStream(1, 'views', image),
    }),
  );
  for (const axis of [0, 1] as const) {
    const shifts = views.map(({ offset }) => offset[axis]);
    expect(Math.min(...shifts)).toBeLessThan(-2.98);
    expect(Math.min(...shifts)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...shifts)).toBeGreaterThan(2.98);
    expect(Math.max(...shifts)).toBeLessThanOrEqual(3);
  }
  const rows = views.map(({ field }) => field!.x.row);
  expect([Math.min(...rows), Math.max(...rows)]).toEqual([0, 1000 - 28]);
  expect(new Set(views.map(({ field }) => field!.y.factor))).toEqual(new Set([2, -2]));
  const boxes = views.flatMap(({ erased }) => (erased ? [erased] : []));
  expect(Math.abs(boxes.length / 4000 - 0.25)).toBeLessThan(0.03);
  for (const [from, to] of [
    ['left', 'right'],
    ['top', 'bottom'],
  ] as const) {
    expect(new Set(boxes.map((box) => box[to] - box[from]))).toEqual(new Set([4, 5, 6]));
    expect(Math.min(...boxes.map((box) => box[from]))).toBe(0);
    expect(Math.max(...boxes.map((box) => box[to]))).toBe(28);
  }
});

test.each<[AugmentationOptions, string]>([
  [{ shift: 29 }, 'shift 29: more pixels than the images have (28x30)'],
  [{ elastic: 100 }, 'elastic 100: more pixels than the images have (28x30)'],
  [{ erase: 0.1, eraseMost: 40 }, 'eraseMost 40: more pixels than the images have (28x30)'],
])('%o is larger than the image', (options, message) => {
  expect(() => checkReach(augmentation(options), [1, 28, 30])).toThrow(new UsageError(message));
});

test('what does not happen is not measured against the image', () => {
  expect(() => checkReach(augmentation(), [1, 3, 3])).not.toThrow();
});

test.each<[object, RegExp]>([
  [{ rotation: 181 }, /^rotation: expected a number from 0 to 180, got 181$/],
  [{ scale: 1 }, /^scale: expected a number from 0 to/],
  [{ flip: 'sideways' }, /sideways/],
  [{ rotate: 3 }, /rotate/],
  [{ eraseLeast: 5, eraseMost: 4 }, /^eraseLeast 5 is more than eraseMost 4$/],
])('%o is refused', (options, message) => {
  expect(() => augmentation(options as AugmentationOptions)).toThrow(message);
});

test('hyperparameters of what does not happen do not count', () => {
  expect(uncountedAugmentations(augmentation({ elastic: 1 }))).toContain('eraseMost');
  expect(uncountedAugmentations(augmentation({ elastic: 1 }))).not.toContain('elasticSigma');
});

test('it describes itself', () => {
  expect(describeAugmentation(full)).toEqual([
    'flips both',
    'scale 1 ± 0.1',
    'shear ±0.2',
    'rotation ±10°',
    'shift ±0.5 px',
    'elastic 0.7 px (sigma 4)',
    'erasing 0.5 (4 to 10 px)',
  ]);
});
