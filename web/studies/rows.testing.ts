/** Rows of trials, and what their scores mean, for tests. */
import type { TrialRow } from '../../src/server/protocol.ts';

/** Scores that are percent of accuracy. */
export const accuracy = {
  kind: 'accuracy',
  name: 'accuracy',
  goal: 'maximize',
  unit: ' %',
  decimals: 2,
  isPercentage: true,
} as const;

/** A trial that is complete, with one epoch, unless it is said otherwise. */
export function trialRow(row: Partial<TrialRow> = {}): TrialRow {
  return {
    number: 0,
    state: 'complete',
    configuration: 0,
    seed: 1,
    proposal: null,
    score: 90,
    reason: null,
    wrong: null,
    seconds: 1,
    started: null,
    ended: null,
    foreign: false,
    results: null,
    curve: { epoch: [0, 1], score: [10, 90] },
    ...row,
  };
}
