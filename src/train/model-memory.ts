/** How much memory a model needs. */
import { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import { checkModel, type Model } from '../nn/model.ts';
import { allocateModel, layOutStatistics, needsWholeBatches, placeNetwork } from '../nn/network.ts';
import { chunkImages } from './session.ts';

/** The memory of a model in bytes, without data sets. */
export interface ModelMemory {
  /** Parameters and buffers, once; an optimizer keeps as much as the parameters for each of its states. */
  readonly tensors: number;
  /** The numbers of a chunk of 16 images that is evaluated, with all that the kernels need. */
  readonly evaluating: number;
  /** The same for a chunk that is trained on. */
  readonly training: number;
  /** Whether the chunks of a batch are in memory together, as batch normalization wants. Otherwise each thread has one chunk at a time. */
  readonly wholeBatches: boolean;
}

/** Lays the model out without taking the memory. @throws UsageError unless it is a model. */
export function modelMemory(model: Model): ModelMemory {
  checkModel('modelMemory()', model);
  const counted = (layOut: (arena: Arena) => void) => {
    const arena = new Arena(undefined, 0);
    layOut(arena);
    return arena.end;
  };
  const wholeBatches = needsWholeBatches(model);
  const chunk = (training: boolean) =>
    counted((arena) => {
      const statistics = { address: arena.allocate(layOutStatistics(model, 1).bytes), chunks: 1 };
      placeNetwork(model, {
        kernels: {} as Kernels,
        arena,
        width: 'quads',
        packs: chunkImages / 4,
        training,
        addresses: { parameters: 0, buffers: 0 },
        ...(training && wholeBatches ? { statistics } : {}),
      });
    });
  return {
    tensors: counted((arena) => allocateModel(model, arena)),
    evaluating: chunk(false),
    training: chunk(true),
    wholeBatches,
  };
}
