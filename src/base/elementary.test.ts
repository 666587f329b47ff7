import { expect, test } from 'vitest';
import { cosine, exponential, sine } from './elementary.ts';

const angles = Array.from({ length: 41 }, (_, i) => ((i - 20) / 20) * Math.PI);

// Math.cos and the others are right to the last bit or the one before it, though not the same on every machine.
test.each(angles)('cosine and sine of %f', (x) => {
  expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThan(1e-15);
  expect(Math.abs(sine(x) - Math.sin(x))).toBeLessThan(1e-15);
});

test.each([-8, -3.125, -1, -1e-3, 0, 0.5, 2, 8])('exponential of %f', (x) => {
  expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
});
