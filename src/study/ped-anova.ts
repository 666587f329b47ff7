/**
 * PED-ANOVA: which hyperparameters distinguish the best configurations of a search from all of them. Source: Watanabe,
 * Bansal and Hutter, "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary subspaces", IJCAI 2023,
 * arXiv 2304.10255; hyperparameters that count in some configurations only: "Conditional PED-ANOVA", arXiv 2601.20800.
 * The numbers are those of Optuna 5.0 with its defaults.
 */
import { wrong } from '../base/argument.ts';
import { densityOn, gridOf, type ValueGrid } from './parzen-grid.ts';
import type { Settings } from './settings.ts';
import type { Space } from './space.ts';

/** A configuration of a search, with its score. */
export interface ScoredSettings {
  /** Values of the space's hyperparameters; one that does not count under the others' values is absent. */
  readonly values: Settings;
  readonly score: number;
}

/** The best configurations are this part of all, and those equal to the last of them. */
export const bestPart = 0.1;

/** A hyperparameter counts in fewer configurations than this: nothing can be said of it. */
const fewestInRegime = 2;

/** Added to every probability, so that none is 0. */
const least = 1e-12;

/** The configurations whose score is among the best tenth, by index. */
export function bestOf(scores: readonly number[], goal: 'maximize' | 'minimize'): Set<number> {
  const sign = goal === 'minimize' ? 1 : -1;
  const sorted = scores.map((score) => sign * score).sort((a, b) => a - b);
  const worst = sorted[Math.ceil(bestPart * scores.length) - 1]!;
  return new Set([...scores.keys()].filter((i) => sign * scores[i]! <= worst));
}

/** The configurations of a search sorted into the cells of each hyperparameter's grid. */
export interface SortedSearch {
  readonly names: readonly string[];
  readonly grids: readonly ValueGrid[];
  /** By configuration and hyperparameter; undefined where it does not count. */
  readonly cells: readonly (readonly (number | undefined)[])[];
  readonly scores: readonly number[];
}

/** Sorts the values of a search into grids. @throws UsageError for a value that its dimension does not have. */
export function sortSearch(observations: readonly ScoredSettings[], space: Space): SortedSearch {
  const names = Object.keys(space);
  const grids = names.map((name) => gridOf(space[name]!));
  return {
    names,
    grids,
    cells: observations.map(({ values }, at) =>
      names.map((name, i) => {
        const value = values[name];
        if (value === undefined) return undefined;
        const cell = grids[i]!.cellOf(value);
        if (!(cell >= 0)) throw wrong(`observations[${at}].values.${name}`, 'a value of its dimension', value);
        return cell;
      }),
    ),
    scores: observations.map(({ score }) => score),
  };
}

/**
 * The importance of each hyperparameter: the Pearson divergence between the distribution of its values among the best
 * configurations and that among all.
 * @param chosen indices of configurations; one may stand there several times.
 */
export function pedAnova(
  { grids, cells, scores }: SortedSearch,
  { chosen, goal }: { readonly chosen: readonly number[]; readonly goal: 'maximize' | 'minimize' },
): number[] {
  const best = bestOf(
    chosen.map((i) => scores[i]!),
    goal,
  );
  const quantile = best.size / chosen.length;
  return grids.map((grid, dimension) => {
    const all: number[] = [];
    const top: number[] = [];
    for (const [position, i] of chosen.entries()) {
      const cell = cells[i]![dimension];
      if (cell === undefined) continue;
      all.push(cell);
      if (best.has(position)) top.push(cell);
    }
    if (grid.size < 2 || all.length < fewestInRegime || top.length === 0) return 0;
    // Where the hyperparameter counts in some configurations only, their part among the best matters too.
    const weight = (top.length / best.size) ** 2 / (all.length / chosen.length);
    return quantile ** 2 * weight * pearsonDivergence(densityOn(grid, top), densityOn(grid, all));
  });
}

function pearsonDivergence(top: readonly number[], all: readonly number[]): number {
  return all.reduce((sum, density, cell) => {
    const own = density + least;
    return sum + own * ((top[cell]! + least) / own - 1) ** 2;
  }, 0);
}
