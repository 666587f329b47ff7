/** How wide the kernels of observed numbers are. */

/**
 * The standard deviation of each kernel: the larger of the distances to both neighbours. The least of several values
 * has only its right neighbour and the largest only its left one; a single value has the ends of the range. Kernels are at
 * most as wide as the range, and at least 1 / min(100, m + 2) of it, with m values.
 * Source: optuna/samplers/_tpe/parzen_estimator.py, with magic clip and without endpoints.
 * @param values ascending, within the range.
 */
export function bandwidths(
  values: readonly number[],
  { low, high }: { readonly low: number; readonly high: number },
): number[] {
  const count = values.length;
  const most = high - low;
  const least = most / Math.min(100, count + 2);
  return values.map((value, rank) => {
    const left = value - (values[rank - 1] ?? low);
    const right = (values[rank + 1] ?? high) - value;
    const isLeast = count > 1 && rank === 0;
    const isLargest = count > 1 && rank === count - 1;
    const distance = Math.max(isLeast ? 0 : left, isLargest ? 0 : right);
    return Math.min(most, Math.max(least, distance));
  });
}
