/** Comparisons of two named levels. The p values are SciPy's (test/golden/make_statistics.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compareLevels, compareSteps } from './compare.ts';
import type { LevelView } from './contest.ts';
import type { Trial } from './trial.ts';

interface Golden {
  readonly samples: readonly { readonly a: number[]; readonly b: number[]; readonly pairedP: number }[];
  readonly mcnemar: readonly { readonly first: number; readonly second: number; readonly p: number }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL('../../test/golden/statistics.json', import.meta.url), 'utf8'));
const options = { objective: 'accuracy', resolve: 0.1 } as const;

function trial(seed: number, score: number, more: Partial<Trial> = {}): Trial {
  return { number: seed, configuration: {}, seed, state: 'complete', curve: [], score, ...more };
}

/** A level whose trials have these scores, with seeds from 1. */
function level(
  scores: readonly number[],
  more: (index: number) => Partial<Trial> = () => ({}),
): Pick<LevelView, 'trials'> {
  return { trials: scores.map((score, index) => trial(index + 1, score, more(index))) };
}

/** Answers of 8 x 300 images, wrong for `count` images from the `from`-th on. */
function wrong(from: number, count: number): Uint8Array {
  const bits = new Uint8Array(300);
  for (let image = from; image < from + count; image++) bits[image >> 3]! |= 1 << (image & 7);
  return bits;
}

describe('several common seeds: the paired t test', () => {
  test.each(golden.samples)('$a.length pairs', ({ a, b, pairedP }) => {
    const compared = compareLevels(level(a), level(b), options);
    expect(compared.test).toBe('t');
    expect(compared.p).toBeCloseTo(pairedP, 10);
    const mean = a.reduce((sum, value, i) => sum + value - b[i]!, 0) / a.length;
    expect(compared.difference?.mean).toBeCloseTo(mean, 10);
    // The other way round, the difference changes its sign and nothing else.
    const back = compareLevels(level(b), level(a), options);
    expect(back.difference?.mean).toBeCloseTo(-mean, 10);
    expect(back.p).toBe(compared.p);
  });

  test('seeds are paired by number in any order; seeds of only one level are left out', () => {
    const first = { trials: [trial(3, 98), trial(1, 90), trial(7, 10)] };
    const second = { trials: [trial(1, 91), trial(2, 50), trial(3, 97)] };
    expect(compareLevels(first, second, options).difference).toMatchObject({ n: 2, mean: 0 });
  });

  test('failed and running trials are left out', () => {
    const first = { trials: [trial(1, 90), trial(2, 91, { state: 'failed' }), trial(3, 92, { state: 'running' })] };
    expect(compareLevels(first, level([80, 80, 80]), options).difference).toMatchObject({ n: 1, mean: 10 });
  });

  test('the interval of a difference of accuracies ends at -100 and 100 points', () => {
    const { difference } = compareLevels(level([100, 0]), level([0, 100]), options);
    expect(difference?.interval).toEqual([-100, 100]);
  });
});

describe('one common seed: McNemar’s exact test on the images', () => {
  test.each(golden.mcnemar)('$first against $second', ({ first, second, p }) => {
    // The second level is wrong where only the first is right.
    const a = level([90], () => ({ wrong: wrong(first, second) }));
    const b = level([90], () => ({ wrong: wrong(0, first) }));
    const compared = compareLevels(a, b, options);
    expect(compared.test).toBe('mcnemar');
    expect(compared.disagreements).toEqual([{ seed: 1, onlyFirst: first, onlySecond: second, p: compared.p }]);
    expect(compared.p).toBeCloseTo(p, 10);
    expect(compared.seedsNeeded).toBeUndefined();
  });

  test('without recorded answers, or with answers about other images, there is no test', () => {
    expect(compareLevels(level([90]), level([91]), options)).toMatchObject({ test: 'none', p: 1 });
    const short = level([90], () => ({ wrong: new Uint8Array(2) }));
    expect(
      compareLevels(
        short,
        level([91], () => ({ wrong: wrong(0, 9) })),
        options,
      ).test,
    ).toBe('none');
  });
});

test('without a common seed there is no difference', () => {
  const compared = compareLevels({ trials: [trial(1, 90)] }, { trials: [trial(2, 91)] }, options);
  expect(compared).toMatchObject({ difference: undefined, test: 'none', p: 1, disagreements: [] });
});

test('steps: each level minus the one before, p values adjusted by Holm’s method over the steps', () => {
  const scores = [
    [90, 90.2, 90.1],
    [91, 91.1, 91.4],
    [91.1, 91.0, 91.5],
    [95, 95.4, 95.1],
  ];
  const levels = scores.map((own) => level(own));
  const steps = compareSteps({ levels }, options);
  expect(steps.map((step) => step.level)).toEqual([1, 2, 3]);
  const alone = scores.slice(1).map((own, i) => compareLevels(level(own), level(scores[i]!), options).p);
  expect(steps.map(({ p }) => p)).toEqual(alone);
  const [first, second, third] = alone as [number, number, number];
  // Ascending: third, first, second. Holm multiplies by 3, 2, 1 and never lets a later one be smaller.
  expect([third < first, first < second]).toEqual([true, true]);
  expect(steps.map(({ adjusted }) => adjusted)).toEqual([
    Math.max(3 * third, 2 * first),
    Math.max(3 * third, 2 * first, second),
    3 * third,
  ]);
});

test('a step without a common seed is left out, and the other steps do not change', () => {
  const apart = { trials: [trial(9, 90)] };
  const levels = [level([90, 91]), apart, level([92, 93]), level([90, 92])];
  expect(compareSteps({ levels }, options).map((step) => step.level)).toEqual([3]);
});
