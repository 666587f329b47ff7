/** Balanced weights are scikit-learn's. */
import { expect, test } from 'vitest';
import { balancedWeights } from './class-weights.ts';

test('each class is weighed by images / (classes x its images)', () => {
  // sklearn.utils.class_weight.compute_class_weight('balanced', classes=[0, 1, 2], y=[0]*50 + [1]*30 + [2]*20)
  const weights = [0.6666666666666666, 1.1111111111111112, 1.6666666666666667];
  expect(balancedWeights([50, 30, 20])).toEqual(weights.map((weight) => expect.closeTo(weight, 14)));
});

test('a class without images is not counted and has the weight 1', () => {
  expect(balancedWeights([30, 0, 10])).toEqual([expect.closeTo(2 / 3, 14), 1, 2]);
});
