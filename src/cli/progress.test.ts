/** The line of an epoch's bar. */
import { expect, test } from 'vitest';
import { epochLine } from './progress.ts';

const state = { epoch: 12, phase: 'train', done: 120, total: 469, rate: 21_345, left: 44_640 } as const;

test('the line is shorter in a narrow terminal and fits into 20 columns', () => {
  expect(epochLine(state, 100)).toBe(
    'Epoch 12 ██████░░░░░░░░░░░░░░░░░░░ 25% | 120/469 batches | 2.1 s left | 21,345 images/s',
  );
  expect(epochLine(state, 60)).toBe('Epoch 12 █████░░░░░░░░░░░░░░░ 25% | 2.1 s left');
  expect(epochLine(state, 20)).toBe('Epoch 12 25%');
  expect(epochLine({ ...state, phase: 'evaluate' }, 20)).toBe('12: 25%');
  for (const phase of ['train', 'evaluate'] as const) {
    for (let columns = 10; columns < 120; columns++) {
      expect(epochLine({ ...state, phase }, columns).length).toBeLessThan(columns);
    }
  }
});

test('an empty phase is done, and before the first images no speed is shown', () => {
  expect(epochLine({ ...state, done: 0, total: 0, rate: undefined }, 60)).toBe(
    'Epoch 12 █████████████████████████ 100% | 0/0 batches',
  );
});
