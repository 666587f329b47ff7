/** Balanced accuracy is scikit-learn's. */
import { expect, test } from 'vitest';
import { balancedAccuracy } from './balanced-accuracy.ts';

// sklearn.metrics.balanced_accuracy_score(labels, predicted)
test.each([
  [[0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1], 0.625],
  [[2, 2, 2, 2, 2, 0, 0, 5], [2, 2, 0, 5, 2, 0, 1, 5], 0.7],
  [[0, 0, 0, 1], [0, 0, 0, 0], 0.5],
  [[3], [3], 1],
])('labels %j, answers %j: %d', (labels, predicted, expected) => {
  expect(balancedAccuracy(Uint8Array.from(predicted), Uint8Array.from(labels))).toBeCloseTo(expected, 15);
});
