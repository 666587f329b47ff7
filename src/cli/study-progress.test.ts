/** The line of the study's bar. */
import { expect, test } from 'vitest';
import { wholeText } from './study-progress.ts';

const state = { done: 12, expected: 40, eta: '3 min left', stillIn: ['1e-3', '3e-3', '1e-2'] };

test('the names of the levels that are still in are cut last', () => {
  expect(wholeText(state, 80)).toBe('study: 12 of 40 trials, 3 min left, still in: 1e-3, 3e-3, 1e-2');
  expect(wholeText(state, 50)).toBe('in: 1e-3, 3e-3, 1e-2; 12/40, 3 min left');
  expect(wholeText(state, 32)).toBe('in: 1e-3, 3e-3, 1e-2; 12/40');
  expect(wholeText(state, 28)).toBe('in: 1e-3, 3e-3, 1e-2; 12/40');
  expect(wholeText({ ...state, stillIn: [...state.stillIn, '3e-2', '1e-1'] }, 32)).toBe(
    'in: 1e-3, 3e-3 and 3 more; 12/40',
  );
});

test('the line is never longer than its room', () => {
  for (let room = 1; room < 80; room++) {
    expect(wholeText(state, room).length).toBeLessThanOrEqual(room);
    expect(wholeText({ ...state, stillIn: [] }, room).length).toBeLessThanOrEqual(room);
  }
  expect(wholeText({ ...state, stillIn: [] }, 20)).toBe('study: 12 of 40 tri…');
});
