import { expect, test } from 'vitest';
import { rateFactor } from './schedules.ts';

test('lecun1998 gives the paper’s rates of 20 passes', () => {
  const rates = Array.from({ length: 20 }, (_, epoch) => 0.0005 * rateFactor('lecun1998', epoch, 20));
  const paper = [0.0005, 0.0005, 0.0002, 0.0002, 0.0002, 0.0001, 0.0001, 0.0001, 0.00005, 0.00005, 0.00005, 0.00005];
  for (const [epoch, rate] of [...paper, ...new Array<number>(8).fill(0.00001)].entries())
    expect(rates[epoch]).toBeCloseTo(rate, 12);
  expect(rateFactor('lecun1998', 1000, 20)).toBe(0.02);
});

test('cosine is CosineAnnealingLR’s', () => {
  for (const epochs of [1, 2, 7, 20, 1000]) {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const expected = (1 + Math.cos((Math.PI * epoch) / epochs)) / 2;
      expect(Math.abs(rateFactor('cosine', epoch, epochs) - expected)).toBeLessThan(1e-15);
    }
  }
});

test('constant is 1', () => expect(rateFactor('constant', 5, 3)).toBe(1));
