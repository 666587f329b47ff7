/** The tables of a stage: every column, and the columns and rows that are left out. */
import { describe, expect, test } from 'vitest';
import { type Level, labelOf, type Stage, type StudyDefinition } from '../study/definition.ts';
import type { StageJudgement, Standing } from '../study/judgement.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { type StudyFacts, studyFacts } from './facts.ts';
import { detailTable, shownLevels, stageTable, standingText, stepTable, terminalStageTable } from './stage-tables.ts';
import {
  batchScores,
  batchStage,
  besideRun,
  definitionOf,
  factsOf,
  judgementOf,
  recordOf,
  referenceOf,
  stageOf,
  trialsOf,
} from './study.testing.ts';
import { notesOf, type TextTable } from './table.ts';
import { stageText } from './terminal.ts';
import { terminalTable, wrapped } from './terminal-table.ts';

const judgement: StageJudgement = judgementOf(
  [
    {
      standing: 'may be best',
      difference: 1,
      differenceToBest: [-0.2, 1.3],
      bothEnds: [-0.3, 1.4],
      mean: [97.26, 99.74],
    },
    { standing: 'may be best', difference: -1, differenceToBest: [-1.3, 0.2], mean: [96, 99] },
    {
      standing: 'worse',
      difference: -2,
      differenceToBest: [-2.3, 0],
      bothEnds: [-2.4, -1.6],
      mean: [95, 98],
      otherImages: { mean: [94.5, 98.5], differenceToBest: [-2.6, 0] },
    },
  ],
  { margin: 0.3 },
);
const definition = definitionOf([batchStage]);
const facts = factsOf(recordOf(definition, trialsOf(batchStage, batchScores)), [judgement]);
const [stage] = facts.stages;
const column = ({ columns }: TextTable, head: string) => columns.find((found) => found.head === head)?.cells;
const heads = ({ columns }: TextTable) => columns.map(({ head }) => head);

describe('the table of levels', () => {
  test('has name, level, mean, difference with its interval, and standing', () => {
    const table = stageTable(stage!, facts);
    expect(table.columns).toEqual([
      { head: 'name', cells: ['C1', 'C2', 'C3'] },
      { head: 'batchSize', cells: ['32', '64', '128'] },
      { head: 'Testing accuracy (%) after 2 epochs', cells: ['98.50', '97.50', '96.50'], align: 'right' },
      { head: 'difference to the best (points)', cells: ['+1.00', '−1.00', '−2.00'], align: 'right', rank: 2 },
      { head: '95 % interval (Hsu)', cells: ['−0.20 to +1.30', '−1.30 to +0.20', '−2.30 to 0.00'], rank: 3 },
      { head: 'standing', cells: ['selected, may be best', 'may be best', 'worse'] },
    ]);
    expect([table.names, table.stressed, table.note]).toEqual([1, 0, undefined]);
    expect(table.caption).toBe('batchSize: the levels beside the best');
  });

  test('on a terminal also shows the score of every seed', () => {
    expect(column(terminalStageTable(stage!, facts), 'every seed')).toEqual([
      '98.00, 98.50, 99.00',
      '97.00, 97.50, 98.00',
      '96.00, 96.50, 97.00',
    ]);
    const single = factsOf(recordOf({ ...definition, seeds: [1] }, trialsOf(batchStage, [[98], [97], [96]])));
    expect(heads(terminalStageTable(single.stages[0]!, single))).not.toContain('every seed');
  });

  test('failed and missing scores are marked', () => {
    const broken = factsOf(
      recordOf(
        definition,
        trialsOf(batchStage, [
          [98, 'x'],
          [97, 97, 97],
          [96, 96, 96],
        ]),
      ),
    );
    const table = terminalStageTable(broken.stages[0]!, broken);
    expect(column(table, 'every seed')![0]).toBe('98.00, failed, -');
    expect(column(table, 'standing')![0]).toBe('failed');
  });

  test('a loss has four decimals and no unit “points”', () => {
    const loss = factsOf(recordOf({ ...definition, objective: 'loss' }, trialsOf(batchStage, [[0.1], [0.2], [0.3]])));
    expect(heads(stageTable(loss.stages[0]!, loss))[2]).toBe('Testing loss after 2 epochs');
    expect(column(stageTable(loss.stages[0]!, loss), 'Testing loss after 2 epochs')).toEqual([
      '0.1000',
      '0.2000',
      '0.3000',
    ]);
  });

  test.each<[StageJudgement['method'], string]>([
    ['images', '95 % interval (on images)'],
    ['rounds', '95 % interval (all rounds)'],
  ])('the head names the kind of interval: %s', (method, head) => {
    const other = factsOf(recordOf(definition, trialsOf(batchStage, batchScores)), [{ ...judgement, method }]);
    expect(heads(stageTable(other.stages[0]!, other))).toContain(head);
  });

  test('where some intervals are on images, a note says which', () => {
    const here = { standing: 'worse', scope: 'these networks', difference: -1, differenceToBest: [-1, 0] } as const;
    const note =
      'Where the standing is about these networks, the interval is for other images; elsewhere for other seeds.';
    const shown = (levels: StageJudgement['levels'] | Parameters<typeof judgementOf>[0]) => {
      const two = recordOf(
        { ...definition, seeds: [1, 2] },
        trialsOf(
          batchStage,
          batchScores.map((own) => own.slice(0, 2)),
        ),
      );
      const found = factsOf(two, [judgementOf(levels)]);
      const table = stageTable(found.stages[0]!, found);
      return [heads(table).find((head) => head.startsWith('95 %')), notesOf(table)];
    };
    expect(shown([judgement.levels[0]!, here, judgement.levels[2]!])).toEqual(['95 % interval (Hsu)', [note]]);
    expect(shown([{ ...here, standing: 'best' }, here, here])).toEqual(['95 % interval (on images)', []]);
    expect(shown(judgement.levels)).toEqual(['95 % interval (Hsu)', []]);
  });

  test('a single level has no difference and no interval', () => {
    const rule = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 5, resolve: 0.1 } });
    const only = [98, 98.1, 98.2, 98, 98.1];
    for (const others of [
      [
        ['x', 'x', 'x'],
        ['x', 'x', 'x'],
      ],
      [
        [98.2, 98, 98.1, 'x'],
        ['x', 'x', 'x'],
      ],
      [
        [97, 'x', 97],
        [97, 97, 'x'],
      ],
    ]) {
      const found = studyFacts(recordOf(rule, trialsOf(batchStage, [only, ...others])), lenetSettings);
      const table = stageTable(found.stages[0]!, found);
      expect(heads(table)).toEqual(['name', 'batchSize', 'Testing accuracy (%) after 2 epochs', 'standing']);
      expect([table.columns.at(-1)!.cells.slice(1), notesOf(table)]).toEqual([['failed', 'failed'], []]);
    }
  });

  test.each<[StudyDefinition['seeds']]>([[[1]], [[1, 2, 3]], [{ atLeast: 3, atMost: 5, resolve: 0.1 }]])(
    'where all levels failed, all say so (%j)',
    (seeds) => {
      const all = [
        ['x', 97, 97],
        ['x', 'x', 'x'],
        ['x', 'x', 96],
      ];
      const found = studyFacts(recordOf({ ...definition, seeds }, trialsOf(batchStage, all)), lenetSettings);
      expect(column(stageTable(found.stages[0]!, found), 'standing')).toEqual(['failed', 'failed', 'failed']);
    },
  );

  test('under a seed rule a note says over which seeds differences and means are taken', () => {
    const note =
      'A difference to the best is taken over the seeds that both levels have, a mean over all seeds of its level.';
    const notes = (method: StageJudgement['method']) => {
      const found = factsOf(recordOf(definition, trialsOf(batchStage, batchScores)), [{ ...judgement, method }]);
      return notesOf(stageTable(found.stages[0]!, found));
    };
    expect([notes('rounds'), notes('mcb')]).toEqual([[note], []]);
  });

  test('the reference has a column if it has values, with a star for other settings', () => {
    const reference = referenceOf({
      beside: (_, { level }) =>
        level.settings.batchSize === 32 ? { ...besideRun, score: 98.67 } : { ...besideRun, otherwise: ['l2 1e-6'] },
    });
    const record = recordOf(definition, trialsOf(batchStage, batchScores));
    const beside = factsOf(record, [judgement], { reference });
    expect(stageTable(beside.stages[0]!, beside).columns.at(-1)).toEqual({
      head: 'the post',
      cells: ['98.67', '98.90 *', '98.90 *'],
      align: 'right',
      rank: 4,
      note: '* trained with l2 1e-6, which this study did not carry on.',
    });
    const none = factsOf(record, [judgement], { reference: referenceOf({ beside: () => undefined }) });
    expect(heads(stageTable(none.stages[0]!, none))).not.toContain('the post');
  });
});

describe('several hyperparameters', () => {
  const level = (learningRate: number, batchSize: number): Level => {
    const settings = { learningRate, batchSize };
    return { label: labelOf(settings), settings };
  };
  const grid: Stage = { factors: ['learningRate', 'batchSize'], levels: [level(1e-3, 32), level(3e-6, 64)] };
  const shown = (levels: readonly Level[]) => {
    const found = factsOf(recordOf(definitionOf([{ ...grid, levels }]), []));
    return stageTable(found.stages[0]!, found);
  };

  test('each has a column with one notation', () => {
    const table = shown(grid.levels);
    expect(table.columns.slice(0, 3)).toEqual([
      { head: 'name', cells: ['C1', 'C2'] },
      { head: 'learningRate', cells: ['1e-3', '3e-6'], align: 'right' },
      { head: 'batchSize', cells: ['32', '64'], align: 'right' },
    ]);
    expect(table.names).toBe(0);
  });

  test('levels of a random search keep their number; a setting that does not count has an empty cell', () => {
    const settings = { learningRate: 1e-3 };
    const drawn = { label: `#1 ${labelOf(settings)}`, short: '#1', settings };
    expect(shown([drawn, grid.levels[1]!]).columns.slice(1, 4)).toEqual([
      { head: 'level', cells: ['#1', ''] },
      { head: 'learningRate', cells: ['1e-3', '3e-6'], align: 'right' },
      { head: 'batchSize', cells: ['', '64'] },
    ]);
  });

  test('with a label given by the user there is one column for all factors', () => {
    expect(heads(shown([{ ...grid.levels[0]!, label: 'mine' }, grid.levels[1]!])).slice(0, 2)).toEqual([
      'name',
      'learningRate x batchSize',
    ]);
  });
});

test('the table of details has every seed and all intervals that are known', () => {
  const table = detailTable(stage!, facts)!;
  expect(table.columns.slice(2)).toEqual([
    { head: 'every seed', cells: ['98.00, 98.50, 99.00', '97.00, 97.50, 98.00', '96.00, 96.50, 97.00'], rank: 5 },
    {
      head: '95 % interval of the mean: other seeds, these images',
      cells: ['97.26 to 99.74', '96.00 to 99.00', '95.00 to 98.00'],
    },
    { head: 'other seeds, other images', cells: ['', '', '94.50 to 98.50'] },
    {
      head: 'difference to the best by Edwards and Hsu (points)',
      cells: ['−0.30 to +1.40', '', '−2.40 to −1.60'],
    },
    { head: 'difference to the best, other images (points)', cells: ['', '', '−2.60 to 0.00'] },
  ]);
  const single = factsOf(recordOf({ ...definition, seeds: [1] }, trialsOf(batchStage, [[98], [97], [96]])));
  expect(detailTable(single.stages[0]!, single)).toBeUndefined();
});

test('the table of steps has the change before p', () => {
  const asked = factsOf(recordOf({ ...definition, compare: 'previous' }, trialsOf(batchStage, batchScores)));
  const table = stepTable(asked.stages[0]!, asked);
  expect(table.caption).toBe('Each batchSize against the one before it, paired by seed');
  expect(table.columns).toEqual([
    { head: 'batchSize', cells: ['64', '128'] },
    { head: 'change (points)', cells: ['−1.00', '−1.00'], align: 'right' },
    { head: '95 % interval', cells: ['−1.00 to −1.00', '−1.00 to −1.00'], rank: 3 },
    { head: 'p (Holm)', cells: ['0.500', '0.500'], align: 'right', rank: 5 },
    { head: '', cells: ['within chance', 'within chance'] },
  ]);
});

test('steps of one seed are compared on the images, or not at all', () => {
  const single = trialsOf(batchStage, [[98], [97], [96]]);
  const shown = (trials: typeof single) => {
    const asked = factsOf(recordOf({ ...definition, seeds: [1], compare: 'previous' }, trials));
    const { caption, columns } = stepTable(asked.stages[0]!, asked);
    return [caption, columns.map(({ head }) => head)];
  };
  const answered = single.map((trial, i) => ({ ...trial, wrong: Uint8Array.of(2 ** i) }));
  expect(shown(answered)).toEqual([
    'Each batchSize against the one before it, one seed, by McNemar’s test on the images',
    ['batchSize', 'change (points)', 'p (Holm)', ''],
  ]);
  expect(shown(single)).toEqual([
    'Each batchSize against the one before it, one seed, which allows no test',
    ['batchSize', 'change (points)'],
  ]);
});

test.each<[Standing, StageJudgement['method'], string]>([
  ['best', 'mcb', 'the best'],
  ['may be best', 'mcb', 'may be best'],
  ['worse', 'mcb', 'worse'],
  ['left', 'rounds', 'left after 5 seeds'],
  ['open', 'rounds', 'open'],
  ['failed', 'mcb', 'failed'],
  ['pruned', 'mcb', 'pruned'],
  ['pending', 'mcb', ''],
])('standing in words: %s by method %s', (standing, method, text) => {
  const levels = [{}, { standing, departure: { round: 5, behind: 0 } }, {}];
  const found = factsOf(recordOf(definition, trialsOf(batchStage, batchScores)), [judgementOf(levels, { method })]);
  expect(standingText(found.stages[0]!.levels[1]!, found.stages[0]!)).toBe(text);
});

test('standing of the selected level, of repeated configurations and of trained networks', () => {
  const text = (standing: Standing, method: StageJudgement['method'], scope: 'other seeds' | 'these networks') => {
    const found = factsOf(recordOf(definition, trialsOf(batchStage, batchScores)), [
      judgementOf([{ standing, scope }, { standing, scope }, {}], { method }),
    ]);
    return found.stages[0]!.levels.slice(0, 2).map((level) => standingText(level, found.stages[0]!));
  };
  expect(text('best', 'mcb', 'other seeds')[0]).toBe('selected, the best');
  expect(text('best', 'rounds', 'other seeds')[0]).toBe('selected');
  expect(text('open', 'rounds', 'other seeds')[0]).toBe('selected, open');
  expect(text('worse', 'mcb', 'these networks')[1]).toBe('worse (these networks)');
  expect(text('best', 'mcb', 'these networks')[0]).toBe('selected, the best (these networks)');
  const single = factsOf(recordOf({ ...definition, seeds: [1] }, trialsOf(batchStage, [[98], [97], [96]])), [
    judgementOf([{ standing: 'best', scope: 'these networks' }, {}, {}], { method: 'images' }),
  ]);
  expect(standingText(single.stages[0]!.levels[0]!, single.stages[0]!)).toBe('selected, the best (this network)');
  const twins = stageOf('optimizer', ['adam', 'adamw']);
  const same = factsOf(recordOf(definitionOf([twins]), []));
  expect(standingText(same.stages[0]!.levels[1]!, same.stages[0]!)).toBe('the same training');
});

describe('many levels', () => {
  const many = stageOf(
    'batchSize',
    Array.from({ length: 2000 }, (_, i) => i + 1),
  );
  const found: StudyFacts = factsOf(
    recordOf(
      definitionOf([many], { seeds: [1] }),
      trialsOf(
        many,
        many.levels.map((_, i) => [i === 7 ? 'failed' : 50 + ((i * 7) % 2000) / 100]),
      ),
    ),
    [judgementOf(many.levels.map(() => ({ standing: 'may be best' })))],
  );

  test('only the best are shown; a note gives the number of levels', () => {
    const table = stageTable(found.stages[0]!, found);
    expect(table.columns[0]!.cells).toHaveLength(40);
    expect(table.note).toBe('The best 40 of 2,000 levels; trials.csv (lenet study export) has all.');
    expect(column(table, 'Testing accuracy (%) after 2 epochs')!.slice(0, 3)).toEqual(['69.99', '69.98', '69.97']);
    expect(terminalStageTable(found.stages[0]!, found).columns[0]!.cells).toHaveLength(20);
  });

  test('for a loss the lowest means are the best', () => {
    const loss = { ...found, definition: { ...found.definition, objective: 'loss' as const } };
    const { levels, leftOut } = shownLevels(found.stages[0]!, loss, 2);
    expect([levels.map(({ summary }) => summary!.mean), leftOut]).toEqual([[50, 50.01], 1998]);
  });
});

describe('a terminal', () => {
  const table: Pick<TextTable, 'columns' | 'note'> = {
    columns: [
      { head: 'name', cells: ['C1', 'C2'] },
      { head: 'a long label of a level', cells: ['short', 'some words that may break'] },
      { head: 'mean', cells: ['1', '22'], align: 'right' },
      { head: 'interval', cells: ['0 to 1', '1 to 2'], rank: 1 },
      { head: 'every seed', cells: ['1, 2, 3', '4, 5, 6'], rank: 5, note: 'A note on seeds.' },
    ],
    note: 'A note on all.',
  };
  const firstLine = (width: number) => terminalTable(table, width).split('\n')[0]!.length;

  test('a wide terminal shows all columns, with numbers aligned to the right', () => {
    const text = terminalTable(table, 100);
    expect(text).toContain('│ C1   │ short                     │    1 │ 0 to 1   │ 1, 2, 3    │');
    expect(text).toContain('A note on seeds.\nA note on all.');
  });

  test('a narrower terminal leaves out seeds first, then breaks cells, then leaves out intervals', () => {
    expect(terminalTable(table, 62)).not.toContain('1, 2, 3');
    expect(terminalTable(table, 62)).toContain('Left out for width: every seed.');
    expect(terminalTable(table, 62)).not.toContain('A note on seeds.');
    expect(terminalTable(table, 62)).toContain('some words that may break');
    expect(terminalTable(table, 45)).toContain('0 to 1');
    expect(terminalTable(table, 45)).not.toContain('some words that may break');
    expect(terminalTable(table, 33)).not.toContain('0 to 1');
    expect(terminalTable(table, 33)).toMatch(/Left out for width: interval,\s+every seed\./);
    for (const width of [100, 62, 45, 33]) expect(firstLine(width)).toBeLessThanOrEqual(width);
  });

  test('the column of the highest rank is left out first', () => {
    const two = [
      { head: 'aaaaaaaaaa', cells: ['1'], rank: 1 },
      { head: 'bbbbbbbbbb', cells: ['2'], rank: 3 },
      { head: 'cccccccccc', cells: ['3'], rank: 2 },
    ];
    expect(terminalTable({ columns: two }, 30)).toMatch(/aaaaaaaaaa.*cccccccccc/);
    expect(terminalTable({ columns: two }, 30)).toMatch(/Left out for width:\s+bbbbbbbbbb\./);
    expect(terminalTable({ columns: two }, 15)).toContain('aaaaaaaaaa');
  });

  test.each([100, 80, 60, 50, 40])('no table is wider than %i characters, and none loses its numbers', (width) => {
    const words = stageOf('optimizer', ['adam', 'nadam', 'adabelief']);
    const named = { ...words.levels[2]!, label: 'AdaBelief (Flux 0.12.4) of_one_very_long_word_without_a_space' };
    const long = { ...words, levels: [...words.levels.slice(0, 2), named] };
    const grid: Stage = {
      factors: ['learningRate', 'batchSize', 'l2', 'optimizer'],
      levels: [1e-3, 3e-4, 1e-4].map((learningRate) => {
        const settings = { learningRate, batchSize: 128, l2: 1e-6, optimizer: 'nadam' };
        return { label: labelOf(settings), settings };
      }),
    };
    const judged = judgementOf([
      ...judgement.levels.slice(0, 2),
      { ...judgement.levels[2]!, scope: 'these networks' as const },
    ]);
    const rich = referenceOf({ beside: () => ({ ...besideRun, otherwise: ['l2 1e-6'] }) });
    for (const varied of [long, grid]) {
      const found = factsOf(
        recordOf({ ...definitionOf([varied]), compare: 'previous' }, trialsOf(varied, batchScores)),
        [judged],
        { reference: rich },
      );
      const text = stageText(found, 0, width);
      expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
      for (const number of ['98.50', '97.50', '96.50']) expect(text).toContain(number);
    }
  });

  test('a word longer than its column is broken without losing a letter', () => {
    const word = 'abcdefghijklmnopqrstuvwxyz';
    const text = terminalTable({ columns: [{ head: 'x', cells: [word] }] }, 14);
    expect(text.replace(/[^a-z]/g, '')).toBe(`x${word}`);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBe(14);
  });

  test('lines break at spaces', () => {
    expect(wrapped('one two three', 8)).toBe('one two\nthree');
    expect(wrapped('one two', 5, '  ')).toBe('  one\n  two');
  });
});
