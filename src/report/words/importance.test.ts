/** The analysis of variance of a grid: its sentences and its table in all reports. */
import { describe, expect, test } from 'vitest';
import type { GridPlan, StudyDefinition } from '../../study/definition.ts';
import { gridLevels } from '../../study/strategies/grid.ts';
import type { StudyFacts } from '../facts.ts';
import { showJson } from '../json.ts';
import { reportBlocks } from '../sections.ts';
import {
  batchStage,
  canonicalOf,
  definitionOf,
  factsOf,
  judgementOf,
  recordOf,
  trialOf,
  trialsOf,
} from '../study.testing.ts';
import { rowsOf } from '../table.ts';
import { showText } from '../terminal.ts';
import { varianceFindings, varianceLimits, varianceTable } from './importance.ts';

const factor = (name: string, values: readonly (number | string)[]) => ({
  name,
  levels: values.map((value) => ({ label: String(value), settings: { [name]: value } })),
});

/** A grid whose combinations have these scores by seed; a text is a failure. */
function gridFacts(
  factors: GridPlan['factors'],
  scores: readonly (readonly (number | string)[])[],
  { isNoisy = false, ...rest }: Partial<Omit<StudyDefinition, 'plan'>> & { readonly isNoisy?: boolean } = {},
): StudyFacts {
  const plan: GridPlan = { kind: 'grid', factors };
  const definition: StudyDefinition = { ...definitionOf([]), seeds: scores[0]!.map((_, i) => i + 1), ...rest, plan };
  const trials = gridLevels(plan, definition).flatMap(({ settings }, level) =>
    (scores[level] ?? []).map((result, seed) => trialOf(level * 100 + seed, canonicalOf(settings), seed + 1, result)),
  );
  const levels = gridLevels(plan, definition).map(() => ({ isNoisy }));
  return factsOf(recordOf(definition, trials), [judgementOf(levels)]);
}

/**
 * 2 x 2 with 3 seeds. The factors' halves: batchSize 4 points, l2 1, together 0.5; the seeds -0.5, 0, 0.5 and a rest of
 * +-0.1 in one combination. By hand: SS(batchSize) = 12 x 4², SS(l2) = 12 x 1², SS(together) = 12 x 0.5².
 */
const crossed = gridFacts(
  [factor('batchSize', [32, 128]), factor('l2', [0, 1e-4])],
  [
    [90 + 4 + 1 + 0.5 - 0.5 + 0.1, 95.5, 96 - 0.1],
    [90 + 4 - 1 - 0.5 - 0.5, 92.5, 93],
    [90 - 4 + 1 - 0.5 - 0.5, 86.5, 87],
    [90 - 4 - 1 + 0.5 - 0.5, 85.5, 86],
  ],
);
const stage = crossed.stages[0]!;

test('every effect beyond chance is named with its share and its test, the largest first', () => {
  const [first, ...others] = varianceFindings(stage);
  // The rest: 0.2² (1/2) (3/4) = 0.015 with 6 degrees of freedom, so F = 192 / 0.0025.
  expect(first).toBe(
    'batchSize explains 92 % of the variance between trainings (F(1, 6) = 76,800, p < 0.001), l2 5.7 % (F(1, 6) = 4,800, p < 0.001) and batchSize x l2 1.4 % (F(1, 6) = 1,200, p < 0.001).',
  );
  expect(others).toEqual([
    'batchSize x l2: what one of the two does depends on the value of the other, so read them together.',
    'The seeds explain 0.9 % by what they do to all combinations alike; < 0.1 % are the rest, which changes from seed to seed and from combination to combination.',
  ]);
});

test('the table has every row with its numbers', () => {
  const table = varianceTable(stage)!;
  expect(table.columns.map(({ head }) => head)).toEqual([
    'source',
    'share of the variance',
    '95 % interval',
    'F',
    'p (Holm)',
    'degrees of freedom',
    'sum of squares',
    'mean square',
  ]);
  expect(
    rowsOf(table).map(([source, share, , f, p, degrees, square]) => [source, share, f, p, degrees, square]),
  ).toEqual([
    ['batchSize', '92 %', '76,800', '< 0.001', '1', '192'],
    ['l2', '5.7 %', '4,800', '< 0.001', '1', '12'],
    ['batchSize x l2', '1.4 %', '1,200', '< 0.001', '1', '3'],
    ['seeds', '0.9 %', '361', '', '2', '1.805'],
    ['the rest', '< 0.1 %', '', '', '6', '0.015'],
  ]);
});

test('what chance may explain is said so', () => {
  const scores = [
    [98, 98.4, 98.1],
    [98.2, 98.1, 98.3],
  ];
  const [first, second] = varianceFindings(gridFacts([factor('batchSize', [32, 128])], scores).stages[0]!);
  expect(first).toBe('No hyperparameter explains more of the variance between trainings than chance does.');
  expect(second).toMatch(/^Chance may explain what was seen of batchSize \(p = 0\.\d{3}\)\.$/);
});

describe('limits', () => {
  const last =
    'Shares are about the values in this grid: a wider range of a hyperparameter would give it a larger share.';

  test('a complete grid has none but its values', () => {
    expect(varianceLimits(stage, crossed)).toEqual([last]);
  });

  test('a failed training leaves its combination out, and the effects overlap', () => {
    const facts = gridFacts(
      [factor('batchSize', [32, 64, 128]), factor('l2', [0, 1e-4])],
      [
        [98, 98.1],
        [97.5, 97.4],
        [97, 97.2],
        [96, 96.2],
        [95, 95.5],
        [95, 'diverged'],
      ],
    );
    const own = facts.stages[0]!;
    expect(varianceLimits(own, facts)).toEqual([
      'Left out, since a seed has no score: batchSize=128 l2=0.0001.',
      'Without these combinations the effects overlap. Each share says what the effect adds to the others, so the shares do not add up, and there are no intervals.',
      last,
    ]);
    expect(varianceFindings(own)[0]).toMatch(/, each beyond all others\.$/);
    expect(varianceTable(own)!.columns.map(({ head }) => head)).not.toContain('95 % interval');
  });

  test('a nested hyperparameter, noisy levels and the first seeds of a rule', () => {
    // The level of adam leaves after three seeds; those of sgd are trained with five.
    const facts = gridFacts(
      [factor('optimizer', ['sgd', 'adam']), factor('momentum', [0.5, 0.9])],
      [
        [97, 97.1, 97.3, 97.2, 97.3],
        [97.1, 97, 97.2, 97.3, 97.2],
        [90, 90.3, 90.1],
      ],
      {
        isNoisy: true,
        seeds: { atLeast: 3, atMost: 5, resolve: 0.01 },
        space: { momentum: { kind: 'choices', values: [0.5, 0.9], when: { optimizer: ['sgd'] } } },
      },
    );
    const own = facts.stages[0]!;
    expect(varianceTable(own)!.columns[0]!.cells).toEqual([
      'optimizer',
      'momentum (within optimizer)',
      'seeds',
      'the rest',
    ]);
    expect(varianceLimits(own, facts)).toEqual([
      'Only the first 3 seeds count here, which every combination was trained with.',
      'Some combinations vary more from seed to seed than others, so these p values and intervals are rough.',
      'momentum counts only under some values of optimizer, and is compared within these.',
      last,
    ]);
  });
});

test('the terminal, the report and the JSON have the analysis of a grid', async () => {
  expect(showText(crossed, { width: 100, state: '' })).toContain('Analysis of variance, with the seeds as blocks:');
  const blocks = await reportBlocks(crossed, {});
  const headings = blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
  expect(headings.indexOf('What matters')).toBe(
    headings.indexOf('batchSize x l2') + 1 + headings.filter((text) => text.startsWith('Learning curves')).length,
  );
  const terms = blocks.flatMap((block) => (block.kind === 'terms' ? block.terms.map(({ term }) => term) : []));
  expect(terms).toContain('Analysis of variance');
  expect(showJson(crossed)).toMatchObject({
    stages: [
      {
        variance: {
          seeds: [1, 2, 3],
          orthogonal: true,
          rows: [
            { kind: 'effect', names: ['batchSize'], degrees: 1 },
            {},
            {},
            { kind: 'seeds', adjusted: null },
            { kind: 'rest', f: null },
          ],
        },
      },
    ],
  });
});

test('other studies have none of it', async () => {
  const facts = factsOf(
    recordOf(
      definitionOf([batchStage]),
      trialsOf(batchStage, [
        [98, 99, 98],
        [97, 96, 97],
        [95, 96, 95],
      ]),
    ),
  );
  const own = facts.stages[0]!;
  expect([varianceFindings(own), varianceLimits(own, facts), varianceTable(own)]).toEqual([[], [], undefined]);
  const text = JSON.stringify([
    await reportBlocks(facts, {}),
    showText(facts, { width: 100, state: '' }),
    showJson(facts),
  ]);
  expect(text).not.toMatch(/variance|What matters/);
});
