import { expect, test } from 'vitest';
import { bestEpoch, isOutOfPatience } from './best-epoch.ts';
import type { MetricsLine } from './run-folder.ts';

/** The lines of epochs with these accuracies on held-out images; undefined: not evaluated. */
function linesOf(...accuracies: (number | undefined)[]): MetricsLine[] {
  const seconds = { train: 1, evaluate: 1 };
  return accuracies.map((accuracy, epoch) => ({
    epoch,
    ...(accuracy === undefined ? {} : { validation: { loss: 1, accuracy } }),
    seconds,
  }));
}

test('the best epoch is the first of the highest accuracy, and never the untrained network', () => {
  expect(bestEpoch([])).toBeUndefined();
  expect(bestEpoch(linesOf(0.99))).toBeUndefined();
  expect(bestEpoch(linesOf(0.99, 0.5, 0.7, 0.6, 0.7))).toEqual({ epoch: 2, accuracy: 0.7 });
  expect(bestEpoch(linesOf(0.1, undefined, 0.5))).toEqual({ epoch: 2, accuracy: 0.5 });
});

test('patience ends after so many epochs without a better one', () => {
  const accuracies = [0.1, 0.5, 0.7, 0.7, 0.6];
  const over = (patience: number) =>
    accuracies.map((_, last) => isOutOfPatience(linesOf(...accuracies.slice(0, last + 1)), patience));
  expect(over(1)).toEqual([false, false, false, true, true]);
  expect(over(2)).toEqual([false, false, false, false, true]);
  expect(over(3)).toEqual([false, false, false, false, false]);
  expect(over(0)).toEqual([false, false, false, false, false]);
});

test('an epoch that was not evaluated does not end a run', () => {
  expect(isOutOfPatience(linesOf(0.1, 0.5, undefined, undefined), 2)).toBe(false);
  expect(isOutOfPatience(linesOf(0.1, 0.5, undefined, undefined, 0.5), 2)).toBe(true);
  expect(isOutOfPatience(linesOf(0.1, 0.5, undefined, undefined, 0.6), 2)).toBe(false);
});
