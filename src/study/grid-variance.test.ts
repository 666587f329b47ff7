/** The analysis of variance of grids: complete ones, with conditions, with failed trainings, and under a seed rule. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Settings, StudyDefinition } from './definition.ts';
import { type GridVariance, gridVariance } from './grid-variance.ts';
import { gridLevels } from './strategies/grid.ts';
import { followStudy } from './strategies.ts';
import { type Trial, TrialTable } from './trial.ts';

type Factors = Readonly<Record<string, readonly (number | string)[]>>;

interface Rest extends Partial<Omit<StudyDefinition, 'plan'>> {
  readonly canonical?: (settings: Settings) => Settings;
}

/** The analysis of a grid whose levels, in their order, have these scores by seed; a text is a failure. */
function analyze(
  factors: Factors,
  scores: readonly (readonly (number | string)[])[],
  { canonical = (settings) => settings, ...rest }: Rest = {},
): GridVariance | undefined {
  const plan = {
    kind: 'grid',
    factors: Object.entries(factors).map(([name, values]) => ({
      name,
      levels: values.map((value) => ({ label: String(value), settings: { [name]: value } })),
    })),
  } as const;
  const seeds = scores[0]!.map((_, seed) => seed + 1);
  const definition: StudyDefinition = { name: 's', objective: 'accuracy', base: {}, space: {}, seeds, ...rest, plan };
  const trials = gridLevels(plan, definition).flatMap(({ settings }, level) =>
    (scores[level] ?? []).map((entry, index): Trial => {
      const common = { number: level * 100 + index, configuration: canonical(settings), seed: index + 1, curve: [] };
      return typeof entry === 'string'
        ? { ...common, state: 'failed', reason: entry }
        : { ...common, state: 'complete', score: entry };
    }),
  );
  const { stages } = followStudy(definition, new TrialTable(canonical, trials));
  return gridVariance(stages[0]!, definition);
}

interface Golden {
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly scores: readonly (readonly number[])[];
        readonly rows: readonly {
          readonly factors: readonly number[];
          readonly sum: number;
          readonly degrees: number;
        }[];
      }
    >
  >;
}
const { cases }: Golden = JSON.parse(readFileSync(new URL('../../test/golden/variance.json', import.meta.url), 'utf8'));

const named = (found: GridVariance | undefined) => found!.rows.map(({ kind, names }) => names.join(' x ') || kind);

describe('a complete grid', () => {
  const { scores, rows } = cases['three factors']!;
  const found = analyze({ a: [1, 2], b: [1, 2, 3], c: [1, 2] }, scores)!;

  test('has a row for every factor, every pair, higher interactions, the seeds and the rest', () => {
    expect(named(found)).toEqual(['a', 'b', 'c', 'a x b', 'a x c', 'b x c', 'higher', 'seeds', 'rest']);
    for (const [i, { sum, degrees }] of rows.entries()) {
      expect(found.rows[i]!.sumOfSquares).toBeCloseTo(sum, 9);
      expect(found.rows[i]!.degrees).toBe(degrees);
    }
    expect([found.configurations, found.seeds, found.leftOut, found.isOrthogonal]).toEqual([12, [1, 2, 3], [], true]);
  });

  test('p is corrected by Holm for the seven effects, and the seeds are not among them', () => {
    const byP = found.rows.filter(({ kind }) => kind === 'effect' || kind === 'higher').sort((x, y) => x.p! - y.p!);
    expect(byP).toHaveLength(7);
    expect(byP[0]!.adjusted).toBe(7 * byP[0]!.p!);
    expect(byP[1]!.adjusted).toBe(6 * byP[1]!.p!);
    expect(found.rows.slice(-2).map(({ adjusted }) => adjusted)).toEqual([undefined, undefined]);
  });
});

test('a combination with a failed training is left out, and the parts overlap', () => {
  const { scores, rows } = cases['a missing combination']!;
  const found = analyze({ a: [1, 2, 3], b: [1, 2, 3] }, [...scores, [98, 'diverged', 98]])!;
  for (const [i, { sum, degrees }] of rows.entries()) {
    expect(found.rows[i]!.sumOfSquares).toBeCloseTo(sum, 9);
    expect(found.rows[i]!.degrees).toBe(degrees);
  }
  expect([found.configurations, found.leftOut, found.isOrthogonal]).toEqual([8, [8], false]);
});

test('a hyperparameter that counts under some values of another is nested in it', () => {
  const { scores } = cases['a nested factor']!;
  const found = analyze({ a: ['sgd', 'adam', 'lion'], b: [1, 2, 3], c: [1, 2] }, scores, {
    space: { b: { kind: 'choices', values: [1, 2, 3], when: { a: ['sgd'] } } },
  })!;
  const wanted: Readonly<Record<string, readonly number[]>> = {
    a: [0],
    b: [0, 1],
    c: [2],
    'b x c': [0, 1, 2],
    'a x c': [0, 2],
  };
  expect(named(found)).toEqual(['a', 'b', 'c', 'a x c', 'b x c', 'seeds', 'rest']);
  for (const { kind, names, within, sumOfSquares, degrees } of found.rows) {
    if (kind !== 'effect') continue;
    const name = names.join(' x ');
    const row = cases['a nested factor']!.rows.find(({ factors }) => factors.join() === wanted[name]!.join())!;
    expect(sumOfSquares).toBeCloseTo(row.sum, 9);
    expect(degrees).toBe(row.degrees);
    expect(within).toEqual(names.includes('b') ? ['a'] : []);
  }
  expect(found.isOrthogonal).toBe(true);
});

test('settings that turn out to be the same training are one configuration', () => {
  // AdamW with weight decay 0 is Adam: neither the optimizer nor the weight decay alone tells the two trainings apart.
  const found = analyze({ optimizer: ['adam', 'adamw'], weightDecay: [0, 0.1] }, [[98, 98.1], [], [], [98.5, 98.7]], {
    canonical: ({ optimizer, weightDecay }) =>
      optimizer === 'adamw' && weightDecay !== 0 ? { optimizer, weightDecay: weightDecay! } : {},
  })!;
  expect(named(found)).toEqual(['optimizer x weightDecay', 'seeds', 'rest']);
  expect(found.configurations).toBe(2);
  // 4 trainings with means 98.05 and 98.6.
  expect(found.rows[0]!.sumOfSquares).toBeCloseTo(4 * 0.275 ** 2, 9);
});

test('under a seed rule only the seeds of the first round count', () => {
  const scores = [
    [98, 98.2, 98.1, 97.5],
    [98.1, 98.2, 98.3, 99],
    [90, 90.1, 90.2],
    [90.2, 90, 90.1],
  ];
  const seeds = { atLeast: 3, atMost: 4, resolve: 0.01 };
  const found = analyze({ a: [1, 2], b: [1, 2] }, scores, { seeds })!;
  expect(found.seeds).toEqual([1, 2, 3]);
  expect(found.degrees).toBe(11);
  const first = analyze(
    { a: [1, 2], b: [1, 2] },
    scores.map((own) => own.slice(0, 3)),
  )!;
  expect(found.rows).toEqual(first.rows);
});

test('scores that the seeds move together leave no rest, hence no F and no intervals', () => {
  const found = analyze({ a: [1, 2] }, [
    [98, 98.5],
    [99, 99.5],
  ])!;
  expect(found.rows.map(({ f, p, interval, adjusted }) => [f, p, interval, adjusted])).toEqual(
    found.rows.map(() => [undefined, undefined, undefined, undefined]),
  );
  // 4 x 0.5² of the factor, 4 x 0.25² of the seeds.
  expect(found.rows.map(({ share }) => share)).toEqual([0.8, expect.closeTo(0.2, 9), 0]);
});

describe('there is no analysis', () => {
  test('of one seed', () => expect(analyze({ a: [1, 2] }, [[98], [97]])).toBeUndefined());
  test('of a study that is not finished', () => expect(analyze({ a: [1, 2] }, [[98, 99]])).toBeUndefined());
  test('of a single combination', () => expect(analyze({ a: [1] }, [[98, 99]])).toBeUndefined());
  test('of equal scores', () =>
    expect(
      analyze({ a: [1, 2] }, [
        [98.1, 98.1],
        [98.1, 98.1],
      ]),
    ).toBeUndefined());
  test('where all but one failed', () =>
    expect(
      analyze({ a: [1, 2] }, [
        [98, 97],
        ['x', 'y'],
      ]),
    ).toBeUndefined());
});

test('an incomplete grid that is too large has no analysis, a complete one has', () => {
  const many = Array.from({ length: 20 }, (_, i) => i);
  const factors = { a: many, b: many, c: [1, 2] };
  const scores = Array.from({ length: 800 }, (_, i) => [90 + (i % 7), 90 + (i % 11)]);
  expect(analyze(factors, scores)!.configurations).toBe(800);
  expect(analyze(factors, [['diverged', 90], ...scores.slice(1)])).toBeUndefined();
});
