/**
 * The verdict on a stage: the post's own study, laws for any scores, and verdicts on identical scores.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareWithBest, constrainedIntervals, expectedMargin, meanInterval, type StageVerdict } from './mcb.ts';
import { summarize } from './statistics.ts';
import { widening } from './widening.ts';

const images = 10_000;
const accuracy = { goal: 'maximize', images } as const;

/** Three seeds a level, percent (docs/results.md). */
const batch = {
  128: [98.43, 98.5, 98.42],
  32: [99.01, 98.81, 98.75],
  64: [98.77, 98.68, 98.59],
  256: [98.14, 98.07, 98.15],
  512: [97.55, 97.9, 97.66],
};
const l2 = {
  '0': batch[32],
  '1e-2': [97.69, 97.16, 97.84],
  '1e-4': [99.03, 98.73, 98.68],
  '1e-6': [98.9, 98.76, 98.58],
};

const standings = ({ levels }: StageVerdict) => levels.map(({ standing }) => standing);

describe('the post’s study', () => {
  // The keys of `batch` are numbers, which an object sorts.
  const sizes = [128, 32, 64, 256, 512] as const;
  const byBatch = compareWithBest(
    sizes.map((size) => batch[size]),
    accuracy,
  );
  const byL2 = compareWithBest(Object.values(l2), accuracy);

  test('batch size: 128, 256 and 512 are worse, 32 and 64 may be best', () => {
    expect(standings(byBatch)).toEqual(['worse', 'may be best', 'may be best', 'worse', 'worse']);
    expect(byBatch.degrees).toBe(8);
    expect(byBatch.spread).toBeCloseTo(0.116, 3);
    expect(byBatch.margin / byBatch.widening).toBeCloseTo(0.241, 3);
    expect(byBatch.basis).toBe('spread');
  });

  test('L2: 1e-2 is worse, the others may be best', () => {
    expect(standings(byL2)).toEqual(['may be best', 'worse', 'may be best', 'may be best']);
    expect(byL2.spread).toBeCloseTo(0.199, 3);
    expect(byL2.margin / byL2.widening).toBeCloseTo(0.416, 3);
  });

  test('differences and both intervals, by hand', () => {
    const margin = byBatch.margin;
    const worst = byBatch.levels[4]!;
    expect(worst.mean).toBeCloseTo(97.70333, 5);
    expect(worst.difference).toBeCloseTo(97.70333 - 98.85667, 4);
    expect(worst.constrained[0]).toBeCloseTo(worst.difference - margin, 12);
    expect(worst.constrained[1]).toBe(0);
    const selected = byBatch.levels[1]!;
    expect(selected.difference).toBeCloseTo(98.85667 - 98.68, 4);
    expect(selected.constrained[0]).toBeCloseTo(selected.difference - margin, 12);
    expect(selected.constrained[1]).toBeCloseTo(selected.difference + margin, 12);
    // Two-sided d of 5 levels and 8 degrees of freedom: 3.0227.
    const wide = 3.0227 * byBatch.spread * Math.sqrt(2 / 3) * widening(5, 3, { sides: 2 });
    expect(worst.twoSided[0]).toBeCloseTo(worst.difference - wide, 4);
    // The best is 32 or 64. If it were 64, 512 would be nearer to the best.
    expect(worst.twoSided[1]).toBeCloseTo(worst.mean - 98.68 + wide, 4);
    expect(selected.twoSided[0]).toBeCloseTo(selected.difference - wide, 4);
    expect(selected.twoSided[1]).toBeCloseTo(selected.difference + wide, 4);
  });
});

/** Scores of k levels and n seeds in multiples of 1/64, so that sums are exact. */
const stages = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 2, max: 6 }))
  .chain(([k, n]) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 640 }), { minLength: n, maxLength: n }), {
      minLength: k,
      maxLength: k,
    }),
  )
  .map((rows) => rows.map((row) => row.map((score) => 90 + score / 64)));
/** As above, sometimes with levels far apart or without any spread. */
const spreadOut = fc.tuple(stages, fc.integer({ min: 0, max: 3 })).map(([rows, way]) => {
  if (way === 0) return rows;
  if (way === 1) return rows.map((row) => row.map(() => row[0]!));
  return rows.map((row, level) => row.map((score) => 20 + 10 * level + (score - 90) / 32));
});
const options = fc.constantFrom(accuracy, { goal: 'maximize' } as const, { goal: 'maximize', images: 200 } as const);

function expectClose(actual: StageVerdict, expected: StageVerdict): void {
  expect(standings(actual)).toEqual(standings(expected));
  const numbers = ({ levels, margin, spread }: StageVerdict) => [
    margin,
    spread,
    ...levels.flatMap(({ difference, constrained, twoSided, spreadRatio }) => [
      difference,
      ...constrained,
      ...twoSided,
      Math.min(spreadRatio ?? 0, 100),
    ]),
  ];
  const wanted = numbers(expected);
  for (const [index, number] of numbers(actual).entries()) {
    const other = wanted[index]!;
    if (number !== other) expect(Math.abs(number - other)).toBeLessThan(1e-6 * (1 + Math.abs(other)));
  }
}

describe('laws for any scores', () => {
  test('permuting levels and seeds permutes the verdicts', () => {
    fc.assert(
      fc.property(spreadOut, options, fc.integer(), (rows, option, turn) => {
        const rotate = <T>(list: readonly T[]) =>
          list.map((_, i) => list[(i + (Math.abs(turn) % list.length)) % list.length]!);
        const before = compareWithBest(rows, option);
        const after = compareWithBest(
          rotate(rows).map((row) => [...rotate(row)].reverse()),
          option,
        );
        expectClose(after, { ...before, levels: rotate(before.levels) });
      }),
    );
  });

  test('a constant added per seed changes only the means', () => {
    fc.assert(
      fc.property(
        spreadOut,
        fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 6, maxLength: 6 }),
        (rows, shifts) => {
          const shifted = rows.map((row) => row.map((score, seed) => score + shifts[seed]! / 64));
          expectClose(compareWithBest(shifted, { goal: 'maximize' }), compareWithBest(rows, { goal: 'maximize' }));
        },
      ),
    );
  });

  test('negated scores as losses give mirrored intervals', () => {
    fc.assert(
      fc.property(spreadOut, options, (rows, option) => {
        const accuracies = compareWithBest(rows, option);
        const losses = compareWithBest(
          rows.map((row) => row.map((score) => -score)),
          { ...option, goal: 'minimize' },
        );
        expect(losses.margin).toBe(accuracies.margin);
        for (const [level, loss] of losses.levels.entries()) {
          const twin = accuracies.levels[level]!;
          expect(loss.standing).toBe(twin.standing);
          expect(loss.noisy).toBe(twin.noisy);
          expect(loss.mean).toBe(0 - twin.mean);
          expect(loss.difference).toBe(0 - twin.difference);
          expect(loss.constrained).toEqual([0 - twin.constrained[1], 0 - twin.constrained[0]]);
          expect(loss.twoSided).toEqual([0 - twin.twoSided[1], 0 - twin.twoSided[0]]);
        }
      }),
    );
  });

  test('at most one is best, and then all others are worse; a worse level has not the best mean', () => {
    const seen = { best: 0, 'may be best': 0, worse: 0 };
    fc.assert(
      fc.property(spreadOut, options, (rows, option) => {
        const { levels } = compareWithBest(rows, option);
        for (const { standing } of levels) seen[standing]++;
        const best = levels.filter(({ standing }) => standing === 'best');
        expect(best.length).toBeLessThanOrEqual(1);
        const worse = levels.filter(({ standing }) => standing === 'worse');
        if (best.length === 1) expect(worse.length).toBe(levels.length - 1);
        else expect(worse.length).toBeLessThanOrEqual(Math.max(0, levels.length - 2));
        const top = Math.max(...levels.map(({ mean }) => mean));
        for (const { mean, difference, constrained } of worse) {
          expect(mean).toBeLessThan(top);
          expect(difference).toBeLessThan(0);
          expect(constrained[1]).toBe(0);
        }
      }),
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  });

  test('constrained intervals hold 0, both hold the measured difference, and accuracies stay within 100 points', () => {
    fc.assert(
      fc.property(spreadOut, options, (rows, option) => {
        for (const { difference, constrained, twoSided } of compareWithBest(rows, option).levels) {
          expect(constrained[0]).toBeLessThanOrEqual(Math.min(0, difference));
          expect(constrained[1]).toBeGreaterThanOrEqual(Math.max(0, difference));
          expect(twoSided[0]).toBeLessThanOrEqual(difference);
          expect(twoSided[1]).toBeGreaterThanOrEqual(difference);
          if ('images' in option) {
            expect(Math.min(constrained[0], twoSided[0])).toBeGreaterThanOrEqual(-100);
            expect(Math.max(constrained[1], twoSided[1])).toBeLessThanOrEqual(100);
          }
        }
      }),
    );
  });
});

describe('identical scores give no certainty', () => {
  test('a difference of a few images decides nothing, however small the spread of two seeds', () => {
    // Two levels and two seeds: c = 6.3138, and Delta = c sqrt((Delta + 2) / 2) at 21.76 images of 10,000.
    const apart = (count: number) =>
      compareWithBest(
        [
          [99, 99],
          [99 - count / 100, 99 - count / 100],
        ],
        accuracy,
      );
    expect(apart(21).margin).toBeCloseTo(0.2176, 4);
    expect(apart(21).basis).toBe('images');
    expect(standings(apart(21))).toEqual(['may be best', 'may be best']);
    expect(standings(apart(22))).toEqual(['best', 'worse']);
    expect(apart(0).levels[0]!.constrained).toEqual([-apart(0).margin, apart(0).margin]);
  });

  test('levels at 100 % may all be best', () => {
    const perfect = compareWithBest(
      [
        [100, 100, 100],
        [100, 100, 100],
        [100, 100, 100],
      ],
      { goal: 'maximize', images: 50 },
    );
    expect(standings(perfect)).toEqual(['may be best', 'may be best', 'may be best']);
    expect(perfect.spread).toBe(0);
    expect(perfect.margin).toBeGreaterThan(2);
    expect(perfect.levels.map(({ noisy }) => noisy)).toEqual([false, false, false]);
  });

  test('identical losses rule nothing out until a sign test would', () => {
    const constant = (n: number, losses: number[]) =>
      compareWithBest(
        losses.map((loss) => Array.from({ length: n }, (_, seed) => loss + 0.1 * seed)),
        { goal: 'minimize' },
      );
    // Two levels: 1/16 is more than 5 %, 1/32 less. Four levels: 3/32 is more, 3/64 less.
    expect(constant(4, [0.1, 0.2]).basis).toBe('none');
    expect(standings(constant(4, [0.1, 0.2]))).toEqual(['may be best', 'may be best']);
    expect(constant(4, [0.1, 0.2]).levels[1]!.constrained).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(constant(5, [0.1, 0.2]).basis).toBe('signs');
    expect(standings(constant(5, [0.1, 0.2]))).toEqual(['best', 'worse']);
    expect(standings(constant(5, [0.1, 0.2, 0.3, 0.1]))).not.toContain('worse');
    expect(standings(constant(6, [0.1, 0.2, 0.3, 0.1]))).toEqual(['may be best', 'worse', 'worse', 'may be best']);
    expect(standings(constant(9, [0.1, 0.1]))).toEqual(['may be best', 'may be best']);
    expect(standings(constant(9, [0, 0]))).toEqual(['may be best', 'may be best']);
  });
});

test('a single level may be best', () => {
  expect(compareWithBest([[98, 99]], accuracy)).toMatchObject({
    levels: [
      { mean: 98.5, difference: 0, constrained: [0, 0], twoSided: [0, 0], standing: 'may be best', noisy: false },
    ],
    spread: 0,
    degrees: 0,
    margin: 0,
  });
});

test('Edwards and Hsu: the interval of a level that is worse stays below 0', () => {
  // The same residuals three times, so that only the means matter.
  const around = (mean: number) => [mean - 0.1, mean + 0.1, mean];
  const shape = (means: number[]) =>
    compareWithBest([around(means[0]!), around(means[1]!).reverse(), around(means[2]!)], { goal: 'maximize' });
  const { spread } = shape([98, 98, 98]);
  // Two-sided d of 3 levels and 4 degrees of freedom: 3.31035.
  const wide = 3.31035 * spread * Math.sqrt(2 / 3) * widening(3, 3, { sides: 2 });
  const { levels } = shape([98, 98 - 0.9 * wide, 98 - 1.1 * wide]);
  expect(levels[2]!.twoSided[0]).toBeCloseTo(-2.1 * wide, 4);
  expect(levels[2]!.twoSided[1]).toBe(0);
  expect(levels[1]!.twoSided[1]).toBeCloseTo(0.1 * wide, 4);
  expect(levels[0]!.twoSided).toEqual([expect.closeTo(-0.1 * wide, 4), expect.closeTo(1.9 * wide, 4)]);
});

test('two seeds far apart: differences of accuracies are cut at 100 points, those of losses are not', () => {
  const wild = [
    [10, 90],
    [90, 20],
  ];
  const [first, second] = compareWithBest(wild, accuracy).levels;
  for (const { constrained, twoSided } of [first!, second!])
    expect([constrained, twoSided]).toEqual([
      [-100, 100],
      [-100, 100],
    ]);
  expect(compareWithBest(wild, { goal: 'minimize' }).levels[0]!.constrained[1]).toBeGreaterThan(300);
});

test('two levels: the paired t test, not widened', () => {
  const [a, b] = [
    [98.4, 98.9, 98.1, 98.6],
    [98.0, 98.8, 97.9, 98.1],
  ];
  const { sd } = summarize(a!.map((score, seed) => score - b![seed]!));
  const { margin, widening: factor, levels } = compareWithBest([a!, b!], { goal: 'maximize' });
  expect(factor).toBe(1);
  // Student's one-sided t of 3 degrees of freedom: 2.3534.
  expect(margin).toBeCloseTo((2.3534 * sd!) / 2, 4);
  expect(levels.map(({ spreadRatio }) => spreadRatio)).toEqual([undefined, undefined]);
});

test('a noisier level is marked by the F ratio of its residuals', () => {
  const quiet = [
    [98.0, 98.1, 98.0, 97.9, 98.0],
    [98.2, 98.1, 98.2, 98.3, 98.1],
    [97.9, 98.0, 97.9, 98.0, 98.1],
  ];
  const noisy = compareWithBest([...quiet, [97.0, 99.0, 98.0, 96.5, 99.5]], accuracy);
  expect(noisy.levels.map((level) => level.noisy)).toEqual([false, false, false, true]);
  expect(noisy.levels[3]!.spreadRatio).toBeGreaterThan(5);
  const calm = compareWithBest([...quiet, [98.0, 98.2, 98.0, 97.9, 98.1]], accuracy);
  expect(calm.levels.map((level) => level.noisy)).toEqual([false, false, false, false]);
});

// SciPy 1.17.1: scipy.stats.f.isf(0.05 / k, n - 1, (k - 2) * (n - 1)).
test.each([
  [3, 2, 1458.3584234805728],
  [4, 3, 15.888543819998349],
  [5, 5, 5.411951434473138],
  [3, 10, 4.580821756285999],
])('of %i levels with %i seeds, one is noisier from an F ratio of %d on', (k, n, critical) => {
  // Level 0 alternates by `size`, the others by 1 in other patterns; only its size grows.
  const verdict = (size: number) =>
    compareWithBest(
      Array.from({ length: k }, (_, level) =>
        Array.from({ length: n }, (_, seed) => (level === 0 ? size * (-1) ** seed : Math.sin(5 * level + 3 * seed))),
      ),
      { goal: 'maximize' },
    ).levels[0]!;
  let [quiet, noisy] = [0, 1e6];
  expect([verdict(quiet).noisy, verdict(noisy).noisy]).toEqual([false, true]);
  while ((quiet + noisy) / 2 > quiet && (quiet + noisy) / 2 < noisy) {
    const middle = (quiet + noisy) / 2;
    if (verdict(middle).noisy) noisy = middle;
    else quiet = middle;
  }
  expect(verdict(noisy).spreadRatio! ** 2 / critical - 1).toBeCloseTo(0, 8);
});

test('the ratio of spreads is that of residuals: by hand for three levels of two seeds', () => {
  // Level 0 departs from the sum of its level and its seed by ±4/3, the others by ±2/3.
  const { levels, spread, degrees } = compareWithBest(
    [
      [0, 4],
      [5, 5],
      [7, 7],
    ],
    { goal: 'maximize' },
  );
  expect(degrees).toBe(2);
  expect(spread).toBeCloseTo(Math.sqrt((2 * 16 + 4 * 4) / 9 / 2), 12);
  // 3/2 of its own 32/9 are all of the squares: nothing is left for the others.
  expect(levels[0]!.spreadRatio).toBe(Number.POSITIVE_INFINITY);
  // 3/2 of 8/9 against the rest of 48/9, which has one degree of freedom a seed.
  for (const level of [1, 2]) expect(levels[level]!.spreadRatio).toBeCloseTo(Math.sqrt(12 / 9 / (36 / 9)), 12);
});

test('a stage of one level has margin and spread 0', () => {
  const [scores] = [[98.1, 98.4]];
  expect(compareWithBest([scores!], accuracy)).toMatchObject({
    spread: 0,
    degrees: 0,
    widening: 1,
    margin: 0,
    basis: 'spread',
    levels: [{ difference: 0, constrained: [0, 0], twoSided: [0, 0], standing: 'may be best', noisy: false }],
  });
});

test('without images, identical differences decide once the sign test does: 2^-n times the comparisons', () => {
  const basis = (k: number, n: number) =>
    compareWithBest(
      Array.from({ length: k }, (_, level) => Array.from({ length: n }, (_, seed) => level + seed)),
      { goal: 'minimize' },
    );
  // One comparison: 2^-4 > 0.05 >= 2^-5. Four comparisons: 4 / 64 > 0.05 >= 4 / 128.
  expect([basis(2, 4).basis, basis(2, 5).basis, basis(5, 6).basis, basis(5, 7).basis]).toEqual([
    'none',
    'signs',
    'none',
    'signs',
  ]);
  expect(basis(2, 4).margin).toBe(Number.POSITIVE_INFINITY);
  expect(basis(2, 5).margin).toBeGreaterThan(0);
  expect(basis(2, 5).margin).toBeLessThan(1e-7);
  // The two-sided intervals need twice as much: 2 x 2^-5 > 0.05 has no ends yet, 2 x 2^-6 has.
  expect(basis(2, 5).levels[0]!.twoSided[0]).toBe(Number.NEGATIVE_INFINITY);
  expect(basis(2, 6).levels[0]!.twoSided[0]).toBeCloseTo(-1, 6);
});

test('the smallest margin of accuracies is Delta images with Delta = c sqrt((Delta + 2) / n)', () => {
  for (const [k, n] of [
    [2, 2],
    [5, 3],
    [10, 20],
  ] as const) {
    const delta = (expectedMargin(1e-12, { k, n, images: 1000 }) * 1000) / 100;
    const critical = delta / Math.sqrt((delta + 2) / n);
    // The same critical value as of a margin that rests on the spread.
    expect(expectedMargin(1, { k, n }) / (critical * Math.sqrt(2 / n))).toBeCloseTo(1, 9);
  }
  expect(expectedMargin(1, { k: 1, n: 3 })).toBe(0);
});

test('widening: the numbers of its table, interpolated linearly in ln k and 1 / n', () => {
  expect(widening(3, 3, { sides: 1 })).toBe(1.19);
  expect(widening(100, 1e9, { sides: 2 })).toBeCloseTo(1.9, 8);
  expect(widening(5, 10, { sides: 2 })).toBe(1.32);
  // 1 / 4 lies 5/8 of the way from 1 / 3 to 1 / 5.
  expect(widening(4, 4, { sides: 1 })).toBeCloseTo(1.29 + (5 / 8) * (1.25 - 1.29), 12);
  // Between 6 and 8 levels at 2 seeds.
  const share = Math.log(7 / 6) / Math.log(8 / 6);
  expect(widening(7, 2, { sides: 1 })).toBeCloseTo(1.44 + share * 0.06, 12);
});

test('widening: 1 for two levels, between neighbours inside the table, the last value beyond it', () => {
  for (const sides of [1, 2] as const) {
    expect(widening(2, 2, { sides })).toBe(1);
    for (const n of [2, 3, 4, 7, 10, 25, 1000]) {
      for (let k = 2; k < 120; k++)
        expect(widening(k + 1, n, { sides })).toBeGreaterThanOrEqual(widening(k, n, { sides }));
      for (const k of [3, 7, 10]) expect(widening(k, n + 1, { sides })).toBeLessThanOrEqual(widening(k, n, { sides }));
    }
    expect(widening(1000, 3, { sides })).toBe(widening(100, 3, { sides }));
  }
  // Found by others at n = 2: 1.21, 1.38 and 1.52 for 3, 5 and 10 levels.
  for (const [k, factor] of [
    [3, 1.21],
    [5, 1.38],
    [10, 1.52],
  ] as const) {
    expect(Math.abs(widening(k, 2, { sides: 1 }) - factor)).toBeLessThan(0.025);
  }
});

describe('the interval of a mean', () => {
  test('is Student’s interval, cut to 0 to 100 for accuracies', () => {
    const scores = [9.83, 69.32];
    const { interval } = summarize(scores);
    expect(meanInterval(scores)).toEqual(interval);
    expect(interval![1]).toBeGreaterThan(100);
    expect(meanInterval(scores, { images })).toEqual([0, 100]);
    expect(meanInterval([98.1, 98.4, 98.2], { images })).toEqual(summarize([98.1, 98.4, 98.2]).interval);
  });
  test('has a width for identical accuracies, and is undefined for identical losses and single scores', () => {
    // Student's t of 1 degree of freedom is 12.7062; one image of 1000 is 0.1 points.
    expect(meanInterval([50, 50], { images: 1000 })![0]).toBeCloseTo(50 - (12.7062 * 0.1) / Math.SQRT2, 4);
    expect(meanInterval([0.5, 0.5])).toBeUndefined();
    expect(meanInterval([0.5])).toBeUndefined();
  });
});

test('scores that cannot be compared are refused by name', () => {
  expect(() => compareWithBest([[98], [97]], accuracy)).toThrow('at least two seeds each, got 1');
  expect(() => compareWithBest([], accuracy)).toThrow('at least two seeds each, got 0');
  expect(() => compareWithBest([[98, 97], [97]], accuracy)).toThrow('level 1 has 1 scores, level 0 has 2');
  expect(() =>
    compareWithBest(
      [
        [98, 97],
        [97, Number.NaN],
      ],
      accuracy,
    ),
  ).toThrow('level 1 has the score NaN');
});

test('intervals with one margin for all pairs equal those of the general form', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 3, maxLength: 3 }), {
        minLength: 2,
        maxLength: 7,
      }),
      (scores) => {
        const { levels, margin } = compareWithBest(scores, { goal: 'maximize' });
        fc.pre(Number.isFinite(margin));
        const general = constrainedIntervals(
          levels.map(({ mean }) => mean),
          () => margin,
        );
        for (const [level, { constrained }] of levels.entries()) {
          for (const end of [0, 1] as const) expect(constrained[end]).toBeCloseTo(general[level]![end], 9);
        }
      },
    ),
  );
});
