/** Judgements of stages: the post's study, one and two seeds, and seed rules. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelOf, type StudyDefinition } from './definition.ts';
import { judgeStage, type StageJudgement } from './judgement.ts';
import { expectedMargin } from './mcb.ts';
import { followStudy } from './strategies.ts';
import { type Trial, TrialTable } from './trial.ts';

type Entry = number | 'failed' | 'pruned' | { readonly score: number; readonly wrong: Uint8Array };

/** A judgement of levels 0, 1, 2, ... with these scores by seed. */
function judge(
  scores: readonly (readonly Entry[])[],
  {
    objective = 'accuracy',
    images,
    rule,
  }: { objective?: StudyDefinition['objective']; images?: number; rule?: StudyDefinition['seeds'] } = {},
): StageJudgement {
  const levels = scores.map((_, x) => ({ label: labelOf({ x }), settings: { x } }));
  const definition: StudyDefinition = {
    name: 's',
    objective,
    base: {},
    plan: { kind: 'stages', stages: [{ factors: ['x'], levels }] },
    space: {},
    seeds: rule ?? scores[0]!.map((_, seed) => seed + 1),
  };
  const trials = scores.flatMap((own, x) =>
    own.map((entry, index): Trial => {
      const common = { number: x * 100 + index, configuration: { x }, seed: index + 1 };
      if (entry === 'pruned') return { ...common, state: 'pruned', reason: 'far behind', curve: [] };
      if (entry === 'failed') return { ...common, state: 'failed', reason: 'diverged', curve: [] };
      const { score, wrong } = typeof entry === 'number' ? { score: entry, wrong: undefined } : entry;
      return { ...common, state: 'complete', score, curve: [{ epoch: 1, score }], ...(wrong ? { wrong } : {}) };
    }),
  );
  const { stages } = followStudy(
    definition,
    new TrialTable({ canonical: (settings) => settings, complete: (settings) => settings }, trials),
  );
  return judgeStage(stages[0]!, definition, images);
}

const standings = ({ levels }: StageJudgement) => levels.map(({ standing }) => standing);

test('a level is pruned as soon as one of its trials is', () => {
  const scores: readonly (readonly Entry[])[] = [
    [98.4, 98.5],
    [98.1, 'pruned'],
    ['pruned', 'pruned'],
  ];
  expect(standings(judge(scores, { images: 10_000 }))).toEqual([expect.anything(), 'pruned', 'pruned']);
});

describe('the post’s study, three seeds (docs/results.md)', () => {
  const batch = [
    [98.43, 98.5, 98.42],
    [99.01, 98.81, 98.75],
    [98.77, 98.68, 98.59],
    [98.14, 98.07, 98.15],
    [97.55, 97.9, 97.66],
  ];
  const l2 = [batch[1]!, [97.69, 97.16, 97.84], [99.03, 98.73, 98.68], [98.9, 98.76, 98.58]];

  test('batch sizes: 128, 256 and 512 are worse, 32 and 64 may be best', () => {
    const { method, levels, spread, margin } = judge(batch, { images: 10_000 });
    expect(method).toBe('mcb');
    expect(levels.map(({ standing }) => standing)).toEqual(['worse', 'may be best', 'may be best', 'worse', 'worse']);
    expect(spread).toBeCloseTo(0.116, 3);
    // Hsu's margin is 0.241; for spreads of 1:3 it is wider, but 128 lies 0.407 behind.
    expect(margin).toBeGreaterThan(0.241);
    expect(margin).toBeLessThan(0.407);
    const [first, best] = levels;
    expect(first!.difference).toBeCloseTo(-0.40667, 4);
    expect(first!.differenceToBest![1]).toBe(0);
    expect(first!.differenceToBest![0]).toBeCloseTo(-0.40667 - margin!, 4);
    // Edwards and Hsu's interval has both ends.
    expect(first!.bothEnds![0]).toBeLessThan(first!.differenceToBest![0]);
    expect(best!.difference).toBeCloseTo(0.17667, 4);
    expect(best!.scope).toBe('other seeds');
  });

  test('L2: 1e-2 is worse, the others may be best', () => {
    expect(standings(judge(l2, { images: 10_000 }))).toEqual(['may be best', 'worse', 'may be best', 'may be best']);
  });

  test('negated scores as losses give the same verdicts', () => {
    const mirrored = judge(
      batch.map((own) => own.map((score) => 100 - score)),
      { objective: 'loss' },
    );
    const plain = judge(batch);
    expect(standings(mirrored)).toEqual(standings(plain));
    expect(mirrored.levels[0]!.differenceToBest![0]).toBe(0);
    expect(mirrored.levels[0]!.differenceToBest![1]).toBeCloseTo(-plain.levels[0]!.differenceToBest![0], 9);
  });

  test('a balanced accuracy is judged over seeds alone: answers without classes tell nothing of other images', () => {
    const wrong = (ones: number) => Uint8Array.from({ length: 100 }, (_, byte) => (byte < ones ? 255 : 0));
    const answered = batch.map((own, level) => own.map((score) => ({ score, wrong: wrong(5 * level) })));
    const balanced = judge(answered, { objective: 'balanced-accuracy', images: 800 });
    expect(balanced).toEqual(judge(batch, { objective: 'balanced-accuracy' }));
    expect(standings(balanced)).toEqual(['worse', 'may be best', 'may be best', 'worse', 'worse']);
    expect(balanced.levels.every(({ otherImages }) => otherImages === undefined)).toBe(true);
    const one = answered.map((own) => own.slice(0, 1));
    expect(judge(one, { objective: 'balanced-accuracy', images: 800 }).method).toBe('none');
    expect(judge(one, { images: 800 }).method).toBe('images');
  });

  test('seeds needed for a margin of 0.1 points', () => {
    const { seedsNeeded, spread, resolve } = judge(batch, { images: 10_000 });
    expect(resolve).toBe(0.1);
    // With many seeds the margin is about widening x 2.16 (Dunnett, 5 levels) x 0.116 x sqrt(2 / n): with 1.35, 23
    // seeds.
    const about = 2 * ((1.35 * 2.16 * spread!) / 0.1) ** 2;
    expect(Math.abs(Number(seedsNeeded) / about - 1)).toBeLessThan(0.15);
    expect(judge(batch.map((own) => own.map((score, seed) => score + 9 * (seed % 2)))).seedsNeeded).toBe(seedsNeeded);
    const wild = judge(
      [
        [10, 60, 30, 80],
        [70, 20, 90, 40],
      ],
      { images: 10_000 },
    );
    expect(wild.seedsNeeded).toBe('many');
  });
});

describe('the seeds that are needed', () => {
  const noise = [
    [0, 1, -1, 0.5],
    [1, -1, 0.5, 0],
    [-1, 0, 1, 1],
  ];
  const scaled = (size: number) => judge(noise.map((own) => own.map((score) => 50 + size * score)));
  const margin = (size: number, n: number) => expectedMargin(scaled(size).spread!, { k: 3, n });

  test('are the smallest number whose margin is at most `resolve`', () => {
    for (const size of [0.1, 0.15, 0.2, 0.3]) {
      const needed = Number(scaled(size).seedsNeeded);
      expect(needed).toBeGreaterThan(4);
      expect(margin(size, needed)).toBeLessThanOrEqual(0.1);
      if (needed > 5) expect(margin(size, needed - 1)).toBeGreaterThan(0.1);
    }
  });

  test('are given up to a hundred', () => {
    const just = 0.1 / margin(1, 100);
    expect(scaled(just * (1 - 1e-9)).seedsNeeded).toBe(100);
    expect(scaled(just * (1 + 1e-9)).seedsNeeded).toBe('many');
  });

  test('are at least one more, and undefined if the margin is small enough or the spread unknown', () => {
    const just = 0.1 / margin(1, 4);
    expect(scaled(just * (1 + 1e-9)).seedsNeeded).toBe(5);
    expect(scaled(just * (1 - 1e-9)).seedsNeeded).toBeUndefined();
    expect(
      judge([
        [1, 1, 1],
        [2, 2, 2],
      ]).seedsNeeded,
    ).toBeUndefined();
  });
});

test('three or more seeds are judged by Hsu’s comparisons only, two also by the images', () => {
  const images = 1000;
  // The seeds swap places, but on each seed's images the second level answers 100 more wrong.
  const level = (counts: readonly number[]) => counts.map((count) => bitmap(images, (i) => i < count));
  const two = judge([level([100, 140]), level([260, 200])], { images });
  expect(two.method).toBe('mcb');
  expect(two.levels).toMatchObject([
    { standing: 'best', scope: 'these networks', bothEnds: undefined },
    { standing: 'worse', scope: 'these networks', bothEnds: undefined },
  ]);
  const three = judge([level([100, 140, 240]), level([260, 200, 230])], { images });
  expect(three.levels).toMatchObject([{ scope: 'other seeds' }, { scope: 'other seeds' }]);
  expect(standings(three)).toEqual(['may be best', 'may be best']);
});

test('answers are compared if all were recorded and the pairs are not too many', () => {
  const images = 1000;
  const answered = (k: number) => Array.from({ length: k }, (_, i) => [bitmap(images, (image) => image < 10 + i)]);
  expect(judge(answered(3), { images }).method).toBe('images');
  expect(judge(answered(3)).method).toBe('none');
  expect(judge([...answered(2), [98]], { images }).method).toBe('none');
  // Bitmaps of another number of images do not count.
  expect(judge(answered(3), { images: images + 8 }).method).toBe('none');
  // 10 levels, 100 pairs of levels by images / 2 steps: 2,000,000 images are just allowed.
  const [few, many] = [2_000_000, 2_000_016];
  const huge = (count: number) => Array.from({ length: 10 }, () => [{ score: 100, wrong: new Uint8Array(count / 8) }]);
  expect(judge(huge(few), { images: few }).method).toBe('images');
  expect(judge(huge(many), { images: many }).method).toBe('none');
});

describe('levels that failed or are missing', () => {
  test('a failed level is excluded, and the others are compared', () => {
    const { levels, method } = judge([
      [98.1, 'failed', 98.2],
      [98.0, 98.1, 98.2],
      [90, 91, 90.5],
    ]);
    expect(method).toBe('mcb');
    expect(levels.map(({ standing }) => standing)).toEqual(['failed', 'best', 'worse']);
  });

  test('a single level is not compared', () => {
    expect(judge([[98, 98.1]])).toMatchObject({
      method: 'none',
      levels: [{ standing: 'may be best', difference: undefined }],
    });
  });

  test('one seed decides nothing without recorded answers or with losses', () => {
    expect(standings(judge([[90], [50]]))).toEqual(['may be best', 'may be best']);
    expect(standings(judge([[1], [2]], { objective: 'loss', images: 1000 }))).toEqual(['may be best', 'may be best']);
  });
});

/** A bitmap of `images` with these wrong. */
function bitmap(images: number, isWrong: (image: number) => boolean): { score: number; wrong: Uint8Array } {
  const wrong = new Uint8Array(Math.ceil(images / 8));
  let count = 0;
  for (let image = 0; image < images; image++) {
    if (!isWrong(image)) continue;
    wrong[image >> 3]! |= 1 << (image & 7);
    count++;
  }
  return { score: (100 * (images - count)) / images, wrong };
}

describe('one seed and two', () => {
  const images = 1000;

  test('with one seed the images decide: 9.8 % against 69.3 % is worse (these networks)', () => {
    const { method, levels } = judge([[bitmap(images, (i) => i >= 98)], [bitmap(images, (i) => i >= 693)]], { images });
    expect(method).toBe('images');
    expect(levels).toMatchObject([
      { standing: 'worse', scope: 'these networks' },
      { standing: 'best', scope: 'these networks' },
    ]);
    // The true difference of 59.5 points, within a few standard errors of sqrt(0.595 x 0.405 / 1000) = 1.6 points.
    expect(levels[0]!.differenceToBest![0]).toBeGreaterThan(-59.5 - 4);
    expect(levels[0]!.differenceToBest![1]).toBe(0);
  });

  test('a second seed with the mean and spread of the first never reverses a verdict of the first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: images }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 400 }),
        (counts, shift, spread) => {
          // The second network of a level answers as many images wrong; which ones, and how far the seeds spread,
          // varies.
          const first = counts.map((count, level) => bitmap(images, (i) => (i + level * 7) % images < count));
          const one = judge(
            first.map((entry) => [entry]),
            { images },
          );
          const second = counts.map((count, level) => bitmap(images, (i) => (i + shift + level * 7) % images < count));
          const noisy = (entry: { score: number; wrong: Uint8Array }, sign: number, level: number) => ({
            ...entry,
            score: entry.score + (sign * spread * (level % 2 === 0 ? 1 : -1)) / 10,
          });
          const two = judge(
            first.map((entry, level) => [noisy(entry, 1, level), noisy(second[level]!, -1, level)]),
            { images },
          );
          for (const [level, { standing }] of one.levels.entries()) {
            if (standing !== 'may be best') expect(two.levels[level]!.standing).toBe(standing);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('intervals of accuracies stay within 0 to 100, those of differences within -100 to 100', () => {
    const { levels } = judge([
      [9.83, 70],
      [69.32, 99],
    ]);
    for (const { mean, differenceToBest } of levels) {
      expect(mean![0]).toBeGreaterThanOrEqual(0);
      expect(mean![1]).toBeLessThanOrEqual(100);
      expect(differenceToBest![0]).toBeGreaterThanOrEqual(-100);
      expect(differenceToBest![1]).toBeLessThanOrEqual(100);
    }
  });

  test('other images widen the intervals', () => {
    const scores = [0, 1, 2].map((seed) => bitmap(images, (i) => (i * 7919 + seed * 31) % 1000 < 20));
    const behind = [0, 1, 2].map((seed) => bitmap(images, (i) => (i * 7919 + seed * 31) % 1000 < 60 + seed));
    const { levels } = judge([scores, behind], { images });
    const [, worse] = levels;
    expect(worse!.otherImages!.differenceToBest![0]).toBeLessThan(worse!.differenceToBest![0]);
    expect(worse!.otherImages!.mean[0]).toBeLessThan(94);
  });
});

describe('under a seed rule', () => {
  const rule = { atLeast: 3, atMost: 6, resolve: 0.1 };

  test('a level far behind is worse with an interval for all rounds; the last remaining level is the best', () => {
    const { method, levels } = judge(
      [
        [98.0, 98.1, 98.05],
        [90, 90.2, 90.1],
        [97.99, 98.12, 98.02],
      ],
      { rule: { ...rule, resolve: 1 } },
    );
    expect(method).toBe('rounds');
    expect(levels.map(({ standing }) => standing)).toEqual(['best', 'worse', 'left']);
    expect(levels[1]!.departure).toEqual({ round: 3, behind: 0 });
    expect(levels[1]!.differenceToBest![1]).toBe(0);
    expect(levels[2]!.differenceToBest![1]).toBeGreaterThan(0);
  });

  test('levels still in at atMost are open; before they are pending', () => {
    const [a, b] = [
      [98.0, 99, 98.05, 97, 98.8, 98.1],
      [98.4, 98.1, 98.7, 97.9, 98, 98.9],
    ];
    expect(standings(judge([a, b], { rule }))).toEqual(['open', 'open']);
    expect(standings(judge([a.slice(0, 4), b.slice(0, 4)], { rule }))).toEqual(['pending', 'pending']);
  });
});
