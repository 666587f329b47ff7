/** The moving average of the weights: e = d·e + (1 - d)·w at every step from 0, read as e / (1 - d^steps). */
import { power } from '../base/power.ts';
import type { StateDict } from '../base/tensor.ts';
import { frozenLayers, frozenParameters } from '../nn/frozen.ts';
import { averageName, type Recipe } from './recipe.ts';

/** The part of a checkpoint that the average is computed from. */
export interface AveragedState {
  readonly weights: StateDict;
  readonly optimizerState: ReadonlyMap<string, StateDict>;
  readonly epoch: number;
  readonly batch: number;
}

/**
 * The weights that are evaluated and saved as the model: the average where the recipe has one, else the weights
 * themselves. What a layer keeps beside its parameters is not averaged, nor are frozen layers. The correction by 1 - d^steps is Adam's (Kingma and Ba,
 * "Adam: a method for stochastic optimization", ICLR 2015, section 3).
 * @param batches of an epoch.
 */
export function evaluatedWeights(
  { weights, optimizerState, epoch, batch }: AveragedState,
  { model, ema, freeze }: Pick<Recipe, 'model' | 'ema' | 'freeze'>,
  batches: number,
): StateDict {
  const steps = epoch * batches + batch;
  const averages = optimizerState.get(averageName);
  if (ema === 0 || steps === 0 || averages === undefined) return weights;
  const correction = 1 / (1 - power(ema, steps));
  const frozen = frozenParameters(model, frozenLayers(model, freeze));
  return new Map(
    [...weights].map(([name, tensor]) => {
      const average = frozen.has(name) ? undefined : averages.get(name);
      return [name, average ? { ...tensor, data: average.data.map((value) => value * correction) } : tensor];
    }),
  );
}
