/**
 * Verdicts for other images, compared with NumPy (test/golden/make_new_images.py) and simulations, and laws for any
 * answers.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permutation, randomStream } from '../base/random.ts';
import { compareWithBest } from './mcb.ts';
import { compareOnOtherImages, compareTheseNetworks, differenceParts, type VarianceParts } from './new-images.ts';
import { normalProbability } from './normal.ts';

type Pair = [number, number];
interface Case {
  images: number;
  wrong: string[][];
  means: number[];
  parts: (VarianceParts & { first: number; second: number })[];
  theseNetworks: { intervals: Pair[]; constrained?: Pair[] };
  imageMargins?: number[][];
  otherSeeds?: { intervals: Pair[]; constrained?: Pair[] };
}
const golden: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../test/golden/new-images.json', import.meta.url), 'utf8'),
);
const cases = golden.cases.map((one, index) => ({
  ...one,
  name: `case ${index}: ${one.wrong.length} levels, ${one.wrong[0]!.length} seeds, ${one.images} images`,
  wrong: one.wrong.map((level) => level.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)))),
}));

function expectPairs(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, [low, high]] of expected.entries()) {
    // Dunnett's value has a relative error of 1e-7.
    expect(actual[index]![0]).toBeCloseTo(low!, 5);
    expect(actual[index]![1]).toBeCloseTo(high!, 5);
  }
}

describe.each(cases)('$name', ({ images, wrong, means, parts, theseNetworks }) => {
  test('the parts of the squared error of a difference', () => {
    for (const { first, second, ...expected } of parts) {
      const actual = differenceParts(wrong[first]!, wrong[second]!, images);
      for (const name of ['mean', 'overImages', 'overSeeds', 'interaction'] as const) {
        expect(actual[name]).toBeCloseTo(expected[name], 14);
      }
    }
  });

  test('intervals for these networks', () => {
    const { levels } = compareTheseNetworks(wrong, images);
    for (const [level, { mean }] of levels.entries()) expect(mean).toBeCloseTo(means[level]!, 10);
    expectPairs(
      levels.map(({ interval }) => interval),
      theseNetworks.intervals,
    );
    const alone = levels.map(() => [0, 0]);
    expectPairs(
      levels.map(({ constrained }) => constrained),
      theseNetworks.constrained ?? alone,
    );
  });
});

describe.each(cases.filter(({ otherSeeds }) => otherSeeds))(
  '$name, other seeds',
  ({ images, wrong, means, ...expected }) => {
    const { levels } = compareOnOtherImages(wrong, images);
    const constrained = levels.map((level) => level.constrained);

    test('intervals of the levels', () => {
      expectPairs(
        levels.map(({ interval }) => interval),
        expected.otherSeeds!.intervals,
      );
    });

    test('intervals of the differences', () => {
      for (const [i, { difference }] of levels.entries()) {
        const others = means.filter((_, j) => j !== i);
        expect(difference).toBeCloseTo(others.length === 0 ? 0 : means[i]! - Math.max(...others), 8);
      }
      if (expected.otherSeeds!.constrained) return expectPairs(constrained, expected.otherSeeds!.constrained);
      // One level, or more than two: the squares of the margins for seeds and for images add up.
      const scores = wrong.map((level) => level.map((bits) => accuracyOf(bits, images)));
      const { margin } = compareWithBest(scores, { goal: 'maximize', images });
      for (const [i, [, high]] of constrained.entries()) {
        const highs = means.flatMap((mean, j) =>
          i === j ? [] : [means[i]! - mean + Math.hypot(margin, expected.imageMargins![i]![j]!)],
        );
        expect(high).toBeCloseTo(Math.max(0, Math.min(...highs, levels.length === 1 ? 0 : 100)), 8);
      }
    });
  },
);

function accuracyOf(bits: Uint8Array, images: number): number {
  let wrong = 0;
  for (let image = 0; image < images; image++) wrong += (bits[image >> 3]! >> (image & 7)) & 1;
  return 100 - (100 * wrong) / images;
}

function packed(wrong: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(wrong.length / 8));
  for (const [image, one] of wrong.entries()) if (one) bits[image >> 3]! |= 1 << (image & 7);
  return bits;
}

/** One seed's answers of several levels, of rather unequal accuracy, and a number to draw from. */
const networks = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 9, max: 120 }), fc.integer({ min: 0, max: 1e6 }))
  .map(([k, images, seed]) => {
    const random = randomStream(seed, 'networks');
    const hardness = Array.from({ length: images }, () => random.uniform());
    const levels = Array.from({ length: k }, () => {
      const error = 0.5 * random.uniform();
      return hardness.map((hard) => (random.uniform() < 0.7 ? hard : random.uniform()) < error);
    });
    return { levels, images, seed };
  });

test('with given means and disagreements a second seed never reverses a verdict of the first', () => {
  let worse = 0;
  fc.assert(
    fc.property(networks, fc.integer({ min: 1, max: 3 }), ({ levels, images, seed }, further) => {
      // The answers of a further seed are the first one's on other images: equal counts, equal disagreements of all
      // pairs.
      const orders = Array.from({ length: further }, (_, index) =>
        permutation(images, randomStream(seed, 'order', index)),
      );
      const first = compareTheseNetworks(
        levels.map((wrong) => [packed(wrong)]),
        images,
      );
      const all = compareTheseNetworks(
        levels.map((wrong) => [
          packed(wrong),
          ...orders.map((order) => packed(wrong.map((_, image) => wrong[order[image]!]!))),
        ]),
        images,
      );
      for (const [level, { standing }] of first.levels.entries()) {
        if (standing === 'worse') {
          worse++;
          expect(all.levels[level]!.standing).toBe('worse');
        }
        if (standing === 'best') expect(all.levels[level]!.standing).toBe('best');
      }
    }),
    { numRuns: 300 },
  );
  expect(worse).toBeGreaterThan(30);
});

test('a level that is worse for other images and seeds is worse for other seeds; intervals stay within their range', () => {
  let worse = 0;
  fc.assert(
    fc.property(networks, fc.integer({ min: 2, max: 4 }), ({ levels, images, seed }, seeds) => {
      const random = randomStream(seed, 'flips');
      const wrong = levels.map((answers) =>
        Array.from({ length: seeds }, () => packed(answers.map((one) => (random.uniform() < 0.02 ? !one : one)))),
      );
      const other = compareOnOtherImages(wrong, images);
      const scores = wrong.map((level) => level.map((bits) => accuracyOf(bits, images)));
      const these = compareWithBest(scores, { goal: 'maximize', images });
      for (const [level, { standing, interval, mean, constrained, difference }] of other.levels.entries()) {
        if (standing === 'worse') {
          worse++;
          expect(these.levels[level]!.standing).toBe('worse');
        }
        expect(interval[0]).toBeGreaterThanOrEqual(0);
        expect(interval[1]).toBeLessThanOrEqual(100);
        expect(interval[0]).toBeLessThanOrEqual(mean);
        expect(interval[1]).toBeGreaterThanOrEqual(mean);
        expect(constrained[0]).toBeLessThanOrEqual(Math.min(0, difference));
        expect(constrained[0]).toBeGreaterThanOrEqual(-100);
        expect(constrained[1]).toBeLessThanOrEqual(100);
      }
    }),
  );
  expect(worse).toBeGreaterThan(20);
});

describe('few disagreements: one seed and two levels are judged as by McNemar’s exact test', () => {
  const apart = (count: number) => {
    const right = Array.from({ length: 1000 }, () => false);
    return compareTheseNetworks(
      [right, right.map((_, image) => image < count)].map((wrong) => [packed(wrong)]),
      1000,
    ).levels.map(({ standing }) => standing);
  };
  test('no disagreement and 4 on one side (1/16) decide nothing; 5 (1/32) decide', () => {
    expect(apart(0)).toEqual(['may be best', 'may be best']);
    expect(apart(4)).toEqual(['may be best', 'may be best']);
    expect(apart(5)).toEqual(['best', 'worse']);
  });
});

test('bits after the last image are ignored', () => {
  const clean = [[Uint8Array.of(0b1, 0b010)], [Uint8Array.of(0b11, 0b000)]];
  const dirty = [[Uint8Array.of(0b1, 0b11111010)], [Uint8Array.of(0b11, 0b10001000)]];
  expect(compareTheseNetworks(dirty, 11)).toEqual(compareTheseNetworks(clean, 11));
});

test('answers that cannot be compared are refused by name', () => {
  const two = new Uint8Array(2);
  expect(() => compareTheseNetworks([[two], [new Uint8Array(3)]], 11)).toThrow(
    'level 1 has 3 bytes of answers; expected 2',
  );
  expect(() => compareTheseNetworks([[two], []], 11)).toThrow('level 1 has answers of 0 seeds, level 0 of 1');
  expect(() => compareTheseNetworks([[two]], 1)).toThrow('1 images; expected a whole number from 2');
  expect(() => compareTheseNetworks([], 11)).toThrow('at least one seed');
  expect(() => compareOnOtherImages([[two], [two]], 11)).toThrow('at least two seeds');
});

describe('coverage over 800 draws of images and seeds (bench/verdict.mjs draws more)', () => {
  // Wrong where a sum of normal effects of image, image at level, seed at level and all three exceeds a threshold.
  const effects = { image: 1, imageAtLevel: 0.5, seedAtLevel: 0.1, all: 0.4 };
  const spread = Math.hypot(...Object.values(effects));
  const images = 300;
  const seeds = 3;
  const thresholds = [1.9, 1.8];
  const truth = thresholds.map((threshold) => 100 * normalProbability(threshold / spread));
  const random = randomStream(7, 'coverage');
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const missed = { level: 0, difference: 0, levelTheseNetworks: 0, differenceTheseNetworks: 0 };
  const times = 800;
  for (let time = 0; time < times; time++) {
    const byImage = Array.from({ length: images }, () => effects.image * normal());
    const wrong = thresholds.map((threshold) => {
      const atLevel = byImage.map((effect) => effect + effects.imageAtLevel * normal());
      return Array.from({ length: seeds }, () => {
        const shift = effects.seedAtLevel * normal();
        return packed(atLevel.map((effect) => effect + shift + effects.all * normal() > threshold));
      });
    });
    const both = compareOnOtherImages(wrong, images).levels[0]!;
    const alone = compareTheseNetworks(wrong, images).levels[0]!;
    const outside = ([low, high]: readonly [number, number], value: number) => (value < low || value > high ? 1 : 0);
    missed.level += outside(both.interval, truth[0]!) / times;
    missed.levelTheseNetworks += outside(alone.interval, truth[0]!) / times;
    missed.difference += outside(both.constrained, truth[0]! - truth[1]!) / times;
    missed.differenceTheseNetworks += outside(alone.constrained, truth[0]! - truth[1]!) / times;
  }
  test('a level’s interval misses in at most 5 % (three seeds: less, since Student’s arm is long)', () => {
    expect(missed.level).toBeLessThan(0.05);
    expect(missed.level).toBeGreaterThan(0.002);
  });
  test('an interval of a difference misses in at most 5 %', () => {
    expect(missed.difference).toBeLessThan(0.05);
    expect(missed.difference).toBeGreaterThan(0.005);
  });
  test('intervals for these networks miss more often, since they ignore the seeds', () => {
    expect(missed.levelTheseNetworks).toBeGreaterThan(missed.level + 0.01);
    expect(missed.differenceTheseNetworks).toBeGreaterThan(missed.difference + 0.01);
  });
});
