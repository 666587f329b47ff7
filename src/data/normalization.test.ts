/** The mean and deviation of each channel, as NumPy computes them. */
import { expect, test } from 'vitest';
import { normalizationOf } from './normalization.ts';

/** Two images of two channels of 2x2 pixels. */
const pixels = [0, 255, 17, 100, 3, 3, 4, 5, 9, 8, 7, 250, 0, 1, 2, 3];
const of = (images: Uint8Array | Float32Array, shape: readonly [number, number, number] = [2, 2, 2]) =>
  normalizationOf({ name: 'few', images, labels: new Uint8Array([0, 1]), shape, classes: 2 });

test('bytes give the moments of pixels from 0 to 1', () => {
  // numpy: x = np.array(pixels).reshape(2, 2, 4) / 255; x.mean((0, 2)), x.std((0, 2))
  const { mean, deviation } = of(Uint8Array.from(pixels));
  expect(mean).toEqual([expect.closeTo(0.31666666666666665, 15), expect.closeTo(0.010294117647058823, 15)]);
  expect(deviation).toEqual([expect.closeTo(0.40622676492866144, 15), expect.closeTo(0.005861892521128137, 15)]);
});

test('floats are used as they are', () => {
  const { mean, deviation } = of(Float32Array.from(pixels));
  expect(mean).toEqual([expect.closeTo(80.75, 12), expect.closeTo(2.625, 12)]);
  expect(deviation).toEqual([expect.closeTo(103.58782505680868, 12), expect.closeTo(1.4947825928876748, 12)]);
});

test('a channel of equal pixels has the deviation 1', () => {
  expect(of(new Uint8Array(16).fill(255))).toEqual({ mean: [1, 1], deviation: [1, 1] });
  expect(of(new Float32Array(16).fill(0.25))).toEqual({ mean: [0.25, 0.25], deviation: [1, 1] });
});

test('sums beyond 2^32 are exact: 20 million bright pixels and one that is dark', () => {
  const images = new Uint8Array(20_000_000).fill(255);
  images[7] = 0;
  const { mean, deviation } = of(images, [1, 10_000, 1000]);
  // The share p = 1 / 20,000,000 of dark pixels: mean 1 - p, deviation sqrt(p (1 - p)).
  expect(mean).toEqual([19_999_999 / 20_000_000]);
  expect(deviation[0]).toBeCloseTo(Math.sqrt(5e-8 * (1 - 5e-8)), 18);
});
