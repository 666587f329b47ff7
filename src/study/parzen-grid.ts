/**
 * Parzen estimators on a grid: how often values of a hyperparameter were tried, smoothed. The rules are those of Optuna
 * 5.0 (`optuna/importance/_ped_anova/scott_parzen_estimator.py`).
 */

import { normalProbability } from './normal.ts';
import type { Value } from './settings.ts';
import { type Dimension, lastValue, type Range } from './space.ts';

/** The cells that the values of a dimension are sorted into. */
export interface ValueGrid {
  readonly size: number;
  /** Whether neighbouring cells are no more alike than others. */
  readonly isCategorical: boolean;
  /** The cell of a value, from 0 on. @param value one of the dimension. */
  cellOf(value: Value): number;
}

/** The most cells of a range. */
const mostCells = 50;

/** A list has a cell for each of its values, numbers too: `[0, 1e-6, 1e-4]` would share a cell of a range. */
export function gridOf(dimension: Dimension): ValueGrid {
  if (dimension.kind === 'choices') {
    const { values } = dimension;
    return { size: values.length, isCategorical: true, cellOf: (value) => values.indexOf(value) };
  }
  return rangeGrid(dimension);
}

/** Cells at equal distances between the ends, of their logarithms with `log`. */
function rangeGrid(range: Range): ValueGrid {
  const scaled = (value: number) => (range.log ? Math.log(value) : value);
  const size = cellCount(range);
  const first = scaled(range.low);
  const distance = (scaled(lastValue(range)) - first) / (size - 1);
  return {
    size,
    isCategorical: false,
    cellOf(value) {
      if (size === 1) return 0;
      // A value in the middle between two cells belongs to the lower one.
      const cell = Math.ceil((scaled(Number(value)) - first) / distance - 0.5);
      return Math.min(size - 1, Math.max(0, cell));
    },
  };
}

function cellCount(range: Range): number {
  const { kind, low, log } = range;
  const high = lastValue(range);
  if (low === high) return 1;
  if (kind === 'int' && log) return Math.min(mostCells, Math.ceil(Math.log2(high - low + 1)) + 1);
  const step = range.step ?? (kind === 'int' ? 1 : undefined);
  return step === undefined ? mostCells : Math.min(mostCells, Math.round((high - low) / step) + 1);
}

/**
 * The probability of each cell, by kernels at the values and one kernel for the whole range with the weight of a value.
 * @param cells of the values, at least one.
 */
export function densityOn({ size, isCategorical }: ValueGrid, cells: readonly number[]): number[] {
  const counts = new Array<number>(size).fill(0);
  for (const cell of cells) counts[cell]!++;
  return isCategorical ? categoricalDensity(counts) : numericalDensity(counts);
}

/** A kernel gives its own choice a bonus of 1 over what all choices get. */
function categoricalDensity(counts: readonly number[]): number[] {
  const kernels = counts.filter((count) => count > 0).length + 1;
  const total = counts.reduce((sum, count) => sum + count, 1);
  const all = 1 / kernels;
  const rowSum = counts.length * all + 1;
  return counts.map((count) => (1 / counts.length + count / rowSum + ((total - 1) * all) / rowSum) / total);
}

/** Normal kernels, rounded to cells and cut off at the ends. */
function numericalDensity(counts: readonly number[]): number[] {
  const size = counts.length;
  const sigma = scottBandwidth(counts);
  const total = counts.reduce((sum, count) => sum + count, 1);
  // All kernels have one shape: the probability below each possible distance of an edge from a kernel's cell.
  const below = Array.from({ length: 2 * size }, (_, i) => normalProbability((i - size + 0.5) / sigma));
  const density = massOf(edgesOf(size, (edge) => normalProbability((edge - size / 2) / size))).map(
    (mass) => mass / total,
  );
  for (const [center, count] of counts.entries()) {
    if (count === 0) continue;
    const kernel = massOf(edgesOf(size, (edge) => below[edge - center + size - 1]!));
    for (const [cell, mass] of kernel.entries()) density[cell]! += (count / total) * mass;
  }
  return density;
}

/** The probability below each edge of the grid. */
function edgesOf(size: number, below: (edge: number) => number): number[] {
  return Array.from({ length: size + 1 }, (_, edge) => below(edge));
}

/** The probability in each cell, of all within the grid. */
function massOf(edges: readonly number[]): number[] {
  const whole = edges.at(-1)! - edges[0]!;
  return edges.slice(1).map((edge, cell) => (edge - edges[cell]!) / whole);
}

/** A kernel narrower than this would hardly reach beyond its cell: 90 % of it lie inside. */
const leastBandwidth = 0.5 / 1.64;

/** Scott's rule, with the range between the quartiles where that is narrower. Source: Scott, "Multivariate density estimation", 1992. */
function scottBandwidth(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mean = counts.reduce((sum, count, cell) => sum + count * cell, 0) / total;
  const squares = counts.reduce((sum, count, cell) => sum + count * (cell - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const quartiles = (upperQuartile(counts, total) - lowerQuartile(counts, total)) / 1.34;
  return Math.max(leastBandwidth, 1.059 * Math.min(quartiles, deviation) * total ** -0.2);
}

/** The first observed cell up to which at least a quarter of the values lie. */
function lowerQuartile(counts: readonly number[], total: number): number {
  let sum = 0;
  return counts.findIndex((count) => {
    sum += count;
    return count > 0 && sum >= Math.floor(total / 4);
  });
}

/** The first observed cell up to which more than three quarters lie. */
function upperQuartile(counts: readonly number[], total: number): number {
  let sum = 0;
  return counts.findIndex((count) => {
    sum += count;
    return count > 0 && sum > Math.floor((total * 3) / 4);
  });
}
