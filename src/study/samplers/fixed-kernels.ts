/** The kernels of a dimension that has one value only: they tell nothing apart. */
import type { Value } from '../settings.ts';
import type { Kernels } from './kernels.ts';

export function fixedKernels(value: Value): Kernels {
  return { draw: () => value, addLogDensities() {} };
}
