/** A study in a terminal: wide characters, trials of other programs, lists in narrow terminals. See stage-tables.test.ts for tables. */
import fc from 'fast-check';
import columnsOf from 'string-width';
import { describe, expect, test } from 'vitest';
import type { ForeignTrial } from '../store/store.ts';
import { batchScores, batchStage, definitionOf, factsOf, recordOf, trialsOf } from './study.testing.ts';
import { outcomeLines, showText } from './terminal.ts';
import { terminalTable, wrapped } from './terminal-table.ts';

const foreignTrial = (number: number): ForeignTrial => ({
  number,
  state: 'complete',
  value: 12.5,
  settings: { learningRate: 0.001, optimizer: 'sgd' },
});
const factsWith = (foreign: readonly ForeignTrial[]) =>
  factsOf(recordOf(definitionOf([batchStage]), trialsOf(batchStage, batchScores), { foreign }));
const shown = (count: number) =>
  showText(factsWith(Array.from({ length: count }, (_, i) => foreignTrial(90 + i))), { width: 80, state: '' });

describe('trials of other programs', () => {
  test('are listed with their settings', () => {
    expect(shown(1)).toContain('Trials of other programs, which are left alone: 1.\n');
    expect(shown(1)).toContain('│ 90    │ complete │  12.5 │ learningRate 0.001, optimizer sgd │');
    expect(shown(0)).not.toContain('other programs');
  });

  test('are listed up to 20; beyond, only their number is given', () => {
    expect(shown(23)).toContain('│ 109 ');
    expect(shown(23)).not.toContain('│ 110 ');
    expect(shown(23)).toContain('\n3 more are left out.\n');
    expect(shown(20)).not.toContain('left out');
  });

  test('are mentioned when a study ends', () => {
    const last = (count: number) =>
      outcomeLines(factsWith(Array.from({ length: count }, (_, i) => foreignTrial(i)))).at(-1);
    expect(last(3)).toBe(
      '3 trials of other programs are in the journal; study show lists them, and this study leaves them alone.',
    );
    expect(last(1)).toBe(
      'One trial of other programs is in the journal; study show lists it, and this study leaves it alone.',
    );
    expect(last(0)).not.toContain('other programs');
  });
});

describe('characters that take two columns of the terminal, or none', () => {
  const word = fc.array(fc.constantFrom('木', '𠀀', '❤\ufe0f', 'e\u0301', 'a', '🇩🇪', ' '), { maxLength: 30 });
  const text = word.map((characters) => characters.join(''));

  test('every line of a table fits the width, and no character is cut in two', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), fc.integer({ min: 40, max: 80 }), (cells, width) => {
        const table = terminalTable({ columns: cells.map((cell) => ({ head: cell, cells: [cell, 'a'] })) }, width);
        expect(table).not.toMatch(/\p{Cs}/u);
        for (const line of table.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('sentences break at spaces before the width', () => {
    expect(wrapped('木木 木木 ab 木木', 9)).toBe('木木 木木\nab 木木');
    expect(wrapped('e\u0301e\u0301 e\u0301e\u0301', 5)).toBe('e\u0301e\u0301 e\u0301e\u0301');
  });
});

describe('a terminal of fewer than 40 columns gets a list where words of a table would break', () => {
  const columns = [
    { head: 'name', cells: ['C1', 'C2'] },
    { head: 'learningRate', cells: ['0.001', '0.01'] },
    { head: 'standing', cells: ['may be best', ''], note: 'best: has the highest mean.' },
    { head: 'every seed', cells: ['1, 2', '3, 4'], rank: 5 },
  ];

  test('a block a row, without empty cells, in which no word is broken', () => {
    expect(terminalTable({ columns, note: '3 more are left out.' }, 20)).toBe(
      [
        'name: C1\nlearningRate: 0.001\nstanding: may be\nbest',
        'name: C2\nlearningRate: 0.01',
        'Left out for width:\nevery seed.',
        'best: has the\nhighest mean.',
        '3 more are left out.',
      ].join('\n\n'),
    );
  });

  test('a table that fits stays one', () => {
    expect(terminalTable({ columns }, 30)).not.toContain('│');
    expect(terminalTable({ columns: columns.slice(0, 2) }, 30)).toContain('│ C1 ');
  });

  test('a word longer than the line breaks', () => {
    const long = [...columns, { head: 'file', cells: ['a/path/of/thirty/letters/and/more', ''] }];
    expect(terminalTable({ columns: long }, 20)).toContain('file:\na/path/of/thirty/let\nters/and/more\n');
  });
});
