/** The kernels of a range of numbers: normal distributions about the observed values, cut to the range. */
import type { Random } from '../../base/random.ts';
import type { Value } from '../settings.ts';
import { lastValue, type Range, stepOf } from '../space.ts';
import { bandwidths } from './bandwidths.ts';
import type { Kernels } from './kernels.ts';
import { nearestValue } from './nearest-value.ts';
import { TruncatedNormal } from './truncated-normal.ts';

/**
 * Under `log` the kernels are normal in the logarithm. With a step a value has the probability of the half step on
 * either side of it, and the range is half a step wider at both ends.
 * The prior, and the kernel of an observation without a value, are about the middle and as wide as the range.
 * Source: optuna/samplers/_tpe/parzen_estimator.py and probability_distributions.py.
 * @param range with more than one value. @param observed a value for each observation; undefined where it did not count.
 */
export function numericKernels(range: Range, observed: readonly (Value | undefined)[]): Kernels {
  const { normals, ofKernel } = normalsOf(range, observed);
  const valueAt = (x: number) => nearestValue(range, range.log ? Math.exp(x) : x);
  const logDensities = logDensitiesOf(range, normals);
  return {
    draw(kernel: number, random: Random) {
      return valueAt(normals[ofKernel[kernel]!]!.quantile(random.uniform()));
    },
    addLogDensities(value: Value, sums: Float64Array) {
      const found = logDensities(Number(value));
      for (let kernel = 0; kernel < sums.length; kernel++) sums[kernel]! += found[ofKernel[kernel]!]!;
    },
  };
}

interface Normals {
  /** Different ones: a table of few values has many equal kernels. */
  readonly normals: readonly TruncatedNormal[];
  /** The index of each kernel's distribution. */
  readonly ofKernel: Int32Array;
}

function normalsOf(range: Range, observed: readonly (Value | undefined)[]): Normals {
  const { low, high } = endsOf(range);
  const prior = new TruncatedNormal((low + high) / 2, high - low, low, high);
  const normals = [prior];
  const ofKernel = new Int32Array(observed.length + 1);
  const means = Float64Array.from(observed, (value) => onScale(range, Number(value)));
  const present = [...observed.keys()].filter((kernel) => observed[kernel] !== undefined);
  // Stable: equal values stay in the order of the observations.
  const sorted = present.sort((a, b) => means[a]! - means[b]!);
  const widths = bandwidths(
    sorted.map((kernel) => means[kernel]!),
    { low, high },
  );
  let last = prior;
  for (const [rank, kernel] of sorted.entries()) {
    const [mean, deviation] = [means[kernel]!, widths[rank]!];
    if (last === prior || last.mean !== mean || last.deviation !== deviation) {
      last = new TruncatedNormal(mean, deviation, low, high);
      normals.push(last);
    }
    ofKernel[kernel] = normals.length - 1;
  }
  return { normals, ofKernel };
}

/** The ends of the kernels' range. */
function endsOf(range: Range): { readonly low: number; readonly high: number } {
  const margin = (stepOf(range) ?? 0) / 2;
  return { low: onScale(range, range.low - margin), high: onScale(range, lastValue(range) + margin) };
}

/** The number on the scale of the kernels. */
function onScale({ log }: Range, value: number): number {
  return log ? Math.log(value) : value;
}

/** Every normal distribution's log density at a value, or its log probability if the range has steps. */
function logDensitiesOf(range: Range, normals: readonly TruncatedNormal[]): (value: number) => Float64Array {
  const step = stepOf(range);
  const found = new Float64Array(normals.length);
  if (step === undefined) {
    return (value) => {
      const x = onScale(range, value);
      for (let at = 0; at < normals.length; at++) found[at] = normals[at]!.logDensity(x);
      return found;
    };
  }
  // Candidates share the few values of a range with steps.
  const known = new Map<number, Float64Array>();
  return (value) => {
    const before = known.get(value);
    if (before) return before;
    const [from, to] = [onScale(range, value - step / 2), onScale(range, value + step / 2)];
    const computed = new Float64Array(normals.length);
    for (let at = 0; at < normals.length; at++) computed[at] = normals[at]!.logProbability(from, to);
    known.set(value, computed);
    return computed;
  };
}
