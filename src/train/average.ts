/** The moving average of the weights: e += (1 - d)·(w - e) at every step from 0, read as e / (1 - d^steps). */
import { power } from '../base/power.ts';
import type { StateDict } from '../base/tensor.ts';
import { frozenLayers, frozenTensors } from '../nn/frozen.ts';
import { averageName, type Recipe } from './recipe.ts';

/** A network between two steps: after `batch` batches of the epoch after `epoch`. */
interface TrainedState {
  readonly epoch: number;
  readonly batch: number;
  readonly weights: StateDict;
  readonly optimizerState: ReadonlyMap<string, StateDict>;
}

/**
 * The weights that are evaluated and saved as the model: the average where the recipe has one, else the weights
 * themselves. Buffers are averaged like parameters, as PyTorch's AveragedModel does with use_buffers=True: a running mean that is
 * newer than the weights would not fit them. Frozen layers keep their bits. The correction by 1 - d^steps is Adam's (Kingma and Ba,
 * "Adam: a method for stochastic optimization", ICLR 2015, section 3).
 * @param batches of an epoch.
 */
export function evaluatedWeights(
  { weights, optimizerState, epoch, batch }: TrainedState,
  { model, ema, freeze }: Pick<Recipe, 'model' | 'ema' | 'freeze'>,
  batches: number,
): StateDict {
  const steps = epoch * batches + batch;
  const averages = optimizerState.get(averageName);
  if (ema === 0 || steps === 0 || averages === undefined) return weights;
  const correction = 1 / (1 - power(ema, steps));
  const frozen = frozenTensors(model, frozenLayers(model, freeze));
  return new Map(
    [...weights].map(([name, tensor]) => {
      const average = frozen.has(name) ? undefined : averages.get(name);
      return [name, average ? { ...tensor, data: average.data.map((value) => value * correction) } : tensor];
    }),
  );
}
