/** A study in a terminal: trials of other programs. Tables and their widths are in stage-tables.test.ts. */
import { describe, expect, test } from 'vitest';
import type { ForeignTrial } from '../store/store.ts';
import { batchScores, batchStage, definitionOf, factsOf, recordOf, trialsOf } from './study.testing.ts';
import { outcomeLines, showText } from './terminal.ts';

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
