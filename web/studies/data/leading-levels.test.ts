import { describe, expect, test } from 'vitest';
import { leadingLevels } from './leading-levels.ts';

const levels = [3, 9, null, 5, 1, null].map((mean, label) => ({ label, mean, selected: label === 4 }));
const labels = (found: readonly { readonly label: number }[]) => found.map(({ label }) => label);

describe('the levels that are shown at first', () => {
  test('are all where they are few', () => {
    expect(leadingLevels(levels, 'maximize', 6)).toBe(levels);
  });

  test('are the best and the selected one, in the order of the stage', () => {
    expect(labels(leadingLevels(levels, 'maximize', 3))).toEqual([1, 3, 4]);
    expect(labels(leadingLevels(levels, 'minimize', 3))).toEqual([0, 3, 4]);
  });

  test('have levels without a mean last', () => {
    expect(labels(leadingLevels(levels, 'minimize', 5))).toEqual([0, 1, 2, 3, 4]);
  });
});
