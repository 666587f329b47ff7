/** The elimination against numbers computed with NumPy and SciPy from the formulas, and its laws. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EliminationRule, type EliminationState, followRounds } from './elimination.ts';

const rule: EliminationRule = { atLeast: 3, atMost: 30, resolve: 0.25, goal: 'maximize' };

/** A level whose differences to a level of zeros have the given mean and, with three seeds, the variance 1/4. */
const around = (mean: number) => [mean - 0.5, mean, mean + 0.5];
const zeros = [0, 0, 0];

describe('two levels after three seeds, resolve 1', () => {
  // h² = 2 (0.05^(-2/2) - 1) = 38, so the lower level leaves at -1/(2 3) (38 1/4 - 3) = -6.5/6 = -1.0833.
  // Half of the 5 % is spent on the first look: t(0.975; 2) = 4.30265, so it is worse from -4.30265 / sqrt(12) =
  // -1.24207 on.
  const play = (mean: number, changes: Partial<EliminationRule> = {}) =>
    followRounds([zeros, around(mean)], { ...rule, resolve: 1, ...changes });

  test('a level above Kim and Nelson’s boundary stays in', () => {
    expect(play(-1.083)).toMatchObject({ left: [undefined, undefined], in: [0, 1], finished: false, leader: 0 });
  });
  test('a level below the boundary leaves, but is not worse', () => {
    const left = [undefined, { round: 3, behind: 0 }];
    expect(play(-1.084)).toMatchObject({ left, in: [0], finished: true, worse: [false, false] });
    expect(play(-1.242)).toMatchObject({ left, worse: [false, false] });
  });
  test('a level is worse if Student’s bound excludes 0', () => {
    const { worse, differences } = play(-1.2421);
    expect(worse).toEqual([false, true]);
    expect(differences[0]![0]).toBe(0);
    expect(differences[0]![1]).toBeCloseTo(1.2421 + 1.24207, 4);
    expect(differences[1]![0]).toBeCloseTo(-1.2421 - 1.24207, 4);
    expect(differences[1]![1]).toBe(0);
  });
  test('the higher level never leaves, whatever its index', () => {
    expect(play(1.083).in).toEqual([0, 1]);
    expect(play(1.084)).toMatchObject({ left: [{ round: 3, behind: 1 }, undefined], in: [1], leader: 1 });
  });
  test('a third level makes both boundaries wider', () => {
    // h² = 2 (0.025^-1 - 1) = 78: -1/6 (78/4 - 3) = -2.75. t(1 - 0.0125; 2) = 6.20535: -6.20535 / sqrt(12) = -1.79133.
    const inAtThree = (mean: number) =>
      followRounds([zeros, around(mean), around(-1.5).reverse()], { ...rule, resolve: 1 }).in;
    expect(inAtThree(-1.791)).toEqual([0, 1, 2]);
    expect(inAtThree(-1.792)).toEqual([0, 2]);
  });
  test('a larger `atLeast` delays the first look, which uses the same half of the error', () => {
    expect(play(-9, { atLeast: 4 })).toMatchObject({ rounds: 3, in: [0, 1], worse: [false, false] });
    expect(play(-9, { atLeast: 4 }).differences).toEqual([
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]);
    // t(0.975; 3) = 3.18245, S² = 1/3: worse from -3.18245 sqrt(1/12) = -0.91869 on.
    const four = (mean: number) =>
      followRounds([[...zeros, 0], [mean - 1, mean, mean, mean + 1].map((x) => mean + (x - mean) / Math.SQRT2)], {
        ...rule,
        atLeast: 4,
        resolve: 0.01,
      });
    expect(four(-0.9186).worse).toEqual([false, false]);
    expect(four(-0.9188).worse).toEqual([false, true]);
  });
});

test('four levels over seven seeds: rounds, standings and intervals', () => {
  const scores = [
    [98.9375, 98.5, 98.625, 98.4375, 98.8125, 99.0625, 99.25],
    [98.875, 98.125, 98.4375, 98.5, 98.75, 98.6875, 99.1875],
    [98.9375, 98.1875, 98.3125, 98.375, 98.1875, 98.5, 99.0],
    [97.5, 96.4375, 97.375, 96.3125, 96.6875, 98.1875, 97.4375],
  ];
  const state = followRounds(scores, rule);
  expect(state.rounds).toBe(7);
  expect(state.left).toEqual([undefined, { round: 6, behind: 0 }, { round: 7, behind: 0 }, { round: 4, behind: 0 }]);
  expect(state).toMatchObject({ in: [0], leader: 0, finished: true, worse: [false, false, false, true] });
  const expected = [
    [-0.28365479839397834, 0.6108359022065536],
    [-0.6108359022065536, 0.28365479839397834],
    [-0.7623714521267085, 0.20908039882751633],
    [-3.301095718491064, 0],
  ];
  for (const [level, [low, high]] of expected.entries()) {
    expect(state.differences[level]![0]).toBeCloseTo(low!, 8);
    expect(state.differences[level]![1]).toBeCloseTo(high!, 8);
  }
});

test('a level is not compared with levels that are worse', () => {
  const noisy = [-6, 6, ...Array.from({ length: 8 }, () => 0)];
  const state = followRounds([Array.from({ length: 10 }, () => 0), noisy, [-3.5, -3, -2.5]], rule);
  expect(state).toMatchObject({ rounds: 10, in: [0, 1], worse: [false, false, true] });
  // With the third level, which left after three seeds, it would be -17.66.
  expect(state.differences[1]![0]).toBeCloseTo(-4.512957314391111, 8);
});

describe('equal scores and constant differences', () => {
  test('of equal levels the first stays in, and the others are not worse', () => {
    const equal = [98.71, 98.64, 98.8];
    const state = followRounds([equal, equal, equal], rule);
    expect(state.left).toEqual([undefined, { round: 3, behind: 0 }, { round: 3, behind: 0 }]);
    expect(state).toMatchObject({ in: [0], worse: [false, false, false], finished: true });
    expect(state.differences).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
  test('a constant difference makes a level worse without a floor for the deviation, but not with one', () => {
    const scores = [
      [98.7, 98.6, 98.8],
      [98.6, 98.5, 98.7],
    ];
    expect(followRounds(scores, rule).worse).toEqual([false, true]);
    // t(0.975; 2) 0.1 / sqrt(3) = 0.2484 is more than the difference of 0.1; 38 0.01 / (6 0.25) - 0.1 + 0.125 = 0.2783
    // > 0.25.
    const floored = followRounds(scores, { ...rule, floor: 0.1 });
    expect(floored).toMatchObject({ worse: [false, false], in: [0, 1] });
    expect(floored.differences[1]![1]).toBeCloseTo(0.14841, 4);
  });
  test('a floor below the measured deviation changes nothing', () => {
    const scores = [zeros, around(-1.3)];
    expect(followRounds(scores, { ...rule, floor: 0.49 })).toEqual(followRounds(scores, rule));
  });
});

describe('the end of a stage', () => {
  test('a single level is finished after atLeast seeds', () => {
    expect(followRounds([[1, 2]], rule)).toMatchObject({ rounds: 2, finished: false, in: [0] });
    expect(followRounds([[1, 2, 3, 4]], rule)).toMatchObject({ rounds: 3, finished: true, in: [0], leader: 0 });
  });
  test('a stage without levels is finished', () => {
    expect(followRounds([], rule)).toMatchObject({ rounds: 0, finished: true, in: [], leader: undefined });
  });
  test('before the first round there is no leader', () => {
    expect(followRounds([[], [1]], rule)).toMatchObject({ rounds: 0, finished: false, leader: undefined });
  });
  test('at `atMost` the stage is finished, and later scores are not read', () => {
    const noisy = [0, 3, -3, 2, -2, Number.NaN];
    const quiet = [0.1, 0, 0.1, 0, 0.1, Number.NaN];
    const state = followRounds([noisy, quiet], { ...rule, atMost: 5 });
    expect(state).toMatchObject({ rounds: 5, in: [0, 1], leader: 1, finished: true });
  });
  test('errors name what is wrong', () => {
    expect(() => followRounds([[1], [Number.NaN]], rule)).toThrow('score 1 of level 1: expected a finite number');
    expect(() => followRounds([], { ...rule, atLeast: 1 })).toThrow('atLeast: expected an integer from 3, got 1');
    expect(() => followRounds([], { ...rule, atMost: 2 })).toThrow('atMost: expected an integer from atLeast = 3');
    expect(() => followRounds([], { ...rule, resolve: 0 })).toThrow('resolve: expected a number above 0, got 0');
    expect(() => followRounds([], { ...rule, floor: -1 })).toThrow('floor: expected a number from 0, got -1');
  });
});

// Sixty-fourths: sums and differences are exact, so laws about shifts hold to the last bit.
const study = fc
  .record({
    seeds: fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 3, maxLength: 14 }),
    levels: fc.array(fc.record({ mean: fc.integer({ min: -96, max: 0 }), spread: fc.integer({ min: 0, max: 24 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
    noise: fc.infiniteStream(fc.integer({ min: -16, max: 16 })),
  })
  .map(({ seeds, levels, noise }) =>
    levels.map(({ mean, spread }) =>
      seeds.map((seed) => (6400 + mean + seed + Math.round((spread * noise.next().value) / 16)) / 64),
    ),
  );
const cut = (scores: readonly (readonly number[])[], rounds: number) => scores.map((row) => row.slice(0, rounds));
const earlier = (state: EliminationState, rounds: number) =>
  state.left.map((departure) => (departure && departure.round <= rounds ? departure : undefined));

describe('laws', () => {
  test('with fewer seeds the decisions up to that round are the same, and intervals are wider', () => {
    fc.assert(
      fc.property(study, fc.nat(14), (scores, rounds) => {
        const whole = followRounds(scores, rule);
        const part = followRounds(cut(scores, rounds), rule);
        expect(part.left).toEqual(earlier(whole, rounds));
        for (const [level, [low, high]] of whole.differences.entries()) {
          expect(part.differences[level]![0]).toBeLessThanOrEqual(low);
          expect(part.differences[level]![1]).toBeGreaterThanOrEqual(high);
          if (part.worse[level]) expect(whole.worse[level]).toBe(true);
        }
      }),
    );
  });
  test('`atMost` does not change earlier decisions', () => {
    fc.assert(
      fc.property(study, fc.integer({ min: 3, max: 14 }), (scores, atMost) => {
        const { left } = followRounds(scores, { ...rule, atMost });
        expect(left).toEqual(earlier(followRounds(scores, rule), atMost));
      }),
    );
  });
  test('scores of a level that left are not read', () => {
    fc.assert(
      fc.property(study, (scores) => {
        const state = followRounds(scores, rule);
        const needed = scores.map((row, level) => row.slice(0, state.left[level]?.round ?? state.rounds));
        expect(followRounds(needed, rule)).toEqual(state);
      }),
    );
  });
  test('adding a constant per seed to all levels changes nothing', () => {
    fc.assert(
      fc.property(
        study,
        fc.array(fc.integer({ min: -640, max: 640 }), { minLength: 14, maxLength: 14 }),
        (scores, by) => {
          const shifted = scores.map((row) => row.map((score, seed) => score + by[seed]! / 64));
          expect(followRounds(shifted, rule)).toEqual(followRounds(scores, rule));
        },
      ),
    );
  });
  test('negated scores minimized give mirrored intervals and the same decisions', () => {
    fc.assert(
      fc.property(study, (scores) => {
        const state = followRounds(scores, rule);
        const losses = scores.map((row) => row.map((score) => -score));
        const mirrored = followRounds(losses, { ...rule, goal: 'minimize' });
        expect(mirrored.differences).toEqual(state.differences.map(([low, high]) => [0 - high, 0 - low]));
        expect({ ...mirrored, differences: [] }).toEqual({ ...state, differences: [] });
      }),
    );
  });
  test('the order of levels matters for exact ties only', () => {
    fc.assert(
      fc.property(study, (scores) => {
        // Different thousandths for all levels in the first seed: no means are equal.
        const distinct = scores.map((row, level) =>
          row.map((score, seed) => (seed ? score : score + (level + 1) / 1024)),
        );
        const state = followRounds(distinct, rule);
        const reversed = followRounds(distinct.toReversed(), rule);
        const last = scores.length - 1;
        expect(reversed.left.toReversed()).toEqual(
          state.left.map((departure) => departure && { ...departure, behind: last - departure.behind }),
        );
        expect(reversed.leader).toBe(last - state.leader!);
        expect(reversed.worse.toReversed()).toEqual(state.worse);
        expect(reversed.differences.toReversed()).toEqual(state.differences);
      }),
    );
  });
  test('the leader is always in; levels that are worse have left', () => {
    fc.assert(
      fc.property(study, (scores) => {
        const state = followRounds(scores, rule);
        expect(state.in).toContain(state.leader);
        for (const [level, departure] of state.left.entries()) {
          expect(state.in.includes(level)).toBe(departure === undefined);
          if (state.worse[level]) expect(departure).toBeDefined();
          expect(state.differences[level]![0]).toBeLessThanOrEqual(0);
          expect(state.differences[level]![1]).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
